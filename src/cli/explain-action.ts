/** Explains what becomes of an action of a user. The verdict is authorizeAction's own; what would change it is found by asking it again. */
import { type AmiAction, asciiLowerCase } from '../ami/message.js';
import { CLASS_BITS, type ClassSet, labelsOf } from '../ami/privilege.js';
import type { Account } from '../config/manager-conf.js';
import { nearestName } from '../config/nearest.js';
import { unreachable } from '../lib/unreachable.js';
import { type ActionTable, learnActions, lookupAction } from '../policy/action-classes.js';
import { type ActionFilterDenial, findIncluding } from '../policy/action-filter.js';
import { ratesFor } from '../policy/action-rate.js';
import type { ArgumentDenial } from '../policy/argument-denial.js';
import { authorizeAction, type Denial } from '../policy/authorize-action.js';
import type { Policy } from '../policy/policy.js';
import { SHIPPED_ACTIONS } from '../policy/shipped-actions.js';
import { allowed, type Explanation, lineAt, optionReason, type Reason, refused, sectionReason } from './explanation.js';

/** Our table as an Asterisk would announce it that has every action. */
export const EVERY_ACTION: ActionTable = learnActions(
  Object.entries(SHIPPED_ACTIONS).flatMap(([labels, names]) =>
    names.split(' ').map((name) => `${name}: (Priv: ${labels === '<none>' ? labels : `${labels},all`})`),
  ),
);

interface Question {
  readonly account: Account;
  readonly policy: Policy;
  readonly action: AmiAction;
}

export function explainAction(question: Question): Explanation {
  const { account, policy, action } = question;
  const known = lookupAction(EVERY_ACTION, action.name);
  const about = `Action ${known.kind === 'known' ? known.name : action.name} of ${account.user}`;
  const verdict = authorizeAction(policy, action, EVERY_ACTION);
  switch (verdict.kind) {
    case 'local':
      return allowed(about, sectionReason(account, 'the gateway answers it itself'), {
        passed: [classReason(account, policy, action)],
      });
    case 'denied':
      return explainDenial(about, question, verdict.denial);
    case 'permitted':
      return explainPermit(about, question, verdict.permit.action);
    default:
      return unreachable(verdict);
  }
}

function explainPermit(about: string, { account, policy, action }: Question, name: string): Explanation {
  const include = findIncluding(policy.actionFilters, name, action);
  const classes = classReason(account, policy, action);
  const rates = ratesFor(policy.actionRates, asciiLowerCase(name)).map(({ place }) =>
    lineAt(account, place, 'it counts the action; what is beyond gets an error'),
  );
  if (include === null) return allowed(about, classes, { passed: rates });
  return allowed(about, lineAt(account, include.place, 'it includes the action'), { passed: [classes, ...rates] });
}

function explainDenial(about: string, question: Question, denial: Denial): Explanation {
  const { account, policy, action } = question;
  switch (denial.reason) {
    case 'missing-action':
      return refused(about, sectionReason(account, 'there is no Action header'), { toAllow: ['Action: NAME'] });
    case 'unknown-action':
      return refused(about, sectionReason(account, unknownName(action.name)), { notes: [OF_MODULES] });
    case 'missing-class':
      return refused(about, optionReason(account, 'write', lacks(denial.needs)), {
        toAllow: denial.needs.map((set) => widened(policy, set)),
      });
    case 'action-filter':
      return explainFilter(about, question, denial.filter);
    case 'argument':
      return explainArgument(about, question, denial);
    case 'unforwardable':
      return refused(about, sectionReason(account, `Asterisk cannot read such a message: ${denial.message}`));
    case 'not-logged-in':
    case 'action-rate':
      throw new Error(`no question of an action alone: ${denial.reason}`);
    default:
      return unreachable(denial);
  }
}

const OF_MODULES =
  'an action of a module that Asterisk has loaded, and this table does not know, needs the classes that Asterisk announces';

function unknownName(name: string): string {
  const meant = nearestName(
    name,
    [...EVERY_ACTION.actions.values()].map((known) => known.name),
  );
  return `no Asterisk from 16 to 22 has an action ${name}${meant === null ? '' : `, did you mean ${meant}?`}`;
}

function explainFilter(about: string, { account, policy, action }: Question, denial: ActionFilterDenial): Explanation {
  const passed = [classReason(account, policy, action)];
  switch (denial.kind) {
    case 'excluded':
      return refused(about, lineAt(account, denial.place, 'it excludes the action'), {
        passed,
        toAllow: ['remove that line, or narrow it'],
      });
    case 'ambiguous': {
      const text = `${denial.header} stands there twice, and an account with actionfilter may send it once`;
      return refused(about, sectionReason(account, text), { passed, toAllow: [`one ${denial.header} header`] });
    }
    case 'not-included': {
      const name = lookupName(action);
      const near = policy.actionFilters.filter(
        (filter) => filter.action === 'include' && filter.name === asciiLowerCase(name),
      );
      const failed = near.map(({ place }) => lineAt(account, place, 'its value does not match'));
      const [
        decided = sectionReason(account, 'it has actionfilter lines, and none of them includes the action'),
        ...others
      ] = failed;
      return refused(about, decided, {
        passed: [...others, ...passed],
        toAllow: [`actionfilter(action(include),name(${name})) =, or with header(NAME) as narrow as you like`],
      });
    }
    default:
      return unreachable(denial);
  }
}

function explainArgument(about: string, question: Question, denial: ArgumentDenial): Explanation {
  const { account, policy, action } = question;
  const decided = sectionReason(
    account,
    `${denial.header} breaks the rule ${denial.rule} (the client reads: ${denial.message.trim()})`,
  );
  const classes = Object.entries(CLASS_BITS).filter(([, bit]) => {
    const wider = { ...policy, write: policy.write | bit };
    return authorizeAction(wider, action, EVERY_ACTION).kind === 'permitted';
  });
  const notes = classes.length === 0 ? ['it is refused to everybody, whatever their classes'] : [];
  const toAllow = classes.map(([, bit]) => widened(policy, bit));
  return refused(about, decided, { passed: [classReason(account, policy, action)], toAllow, notes });
}

function lookupName(action: AmiAction): string {
  const known = lookupAction(EVERY_ACTION, action.name);
  return known.kind === 'known' ? known.name : action.name;
}

/** Why the classes suffice. */
function classReason(account: Account, { write }: Policy, action: AmiAction): Reason {
  const known = lookupAction(EVERY_ACTION, action.name);
  const held = known.kind === 'known' ? known.needs.flatMap((set) => labelsOf(set & write)) : [];
  if (held.length === 0) return sectionReason(account, 'every user may do it, whatever its classes');
  return optionReason(account, 'write', `it holds ${held.join(', ')}, which the action needs`);
}

function lacks(needs: readonly ClassSet[]): string {
  return `it lacks ${needs.map((set) => labelsOf(set).join(' or ')).join(', and ')}, which the action needs`;
}

/** The smallest change: one more class. */
function widened({ write }: Policy, needed: ClassSet): string {
  const [first, ...others] = labelsOf(needed);
  const list = [...labelsOf(write), first].join(',');
  return `write = ${list}${others.length === 0 ? '' : ` (or ${others.join(', ')} in place of ${first})`}`;
}
