/**
 * `ami-gateway explain`: whether a user may log in, do an action or see an event, and the line of a file that decides it.
 * The gateway's own decisions are asked; nothing is judged here a second time.
 */
import { type AmiAction, asciiLowerCase } from '../ami/message.js';
import { generalOptions } from '../config/general-section.js';
import { type LoadedConfig, loadConfig } from '../config/load.js';
import type { Account } from '../config/manager-conf.js';
import { nearestName } from '../config/nearest.js';
import { formatProblem } from '../config/problem.js';
import { LOCAL_ACTIONS } from '../policy/authorize-action.js';
import { userKey } from '../policy/policy.js';
import { count, sorted } from './check.js';
import { explainAction } from './explain-action.js';
import { explainEvent } from './explain-event.js';
import { explainLogin } from './explain-login.js';
import { type Asked, type ExplainQuestion, type ReadText, readQuestion } from './explain-question.js';
import { type Explanation, formatExplanation, type Reason, refused } from './explanation.js';

export interface ExplainCommand extends ExplainQuestion {
  readonly dir: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly asJson: boolean;
}

export interface ExplainPorts {
  readonly readText: ReadText;
  readonly tell: (line: string) => void;
  readonly complain: (line: string) => void;
}

/** The result is the exit code: 0 all of it is allowed, 1 something is refused, 2 the question is wrong. */
export function explain(question: ExplainCommand, ports: ExplainPorts): 0 | 1 | 2 {
  const asked = readQuestion(question, ports.readText);
  if (!asked.ok) {
    ports.complain(asked.failure);
    return 2;
  }
  const loaded = loadConfig(question.dir, question.environment);
  const explanations = answer(asked.value, loaded);
  if (question.asJson) ports.tell(JSON.stringify({ allowed: explanations.every(isAllowed), explanations }, null, 2));
  else for (const line of explanations.flatMap(formatExplanation)) ports.tell(line);
  const errors = loaded.problems.filter((problem) => problem.severity === 'error').length;
  if (errors > 0) ports.complain(`serve would not start: ami-gateway check tells of ${count(errors, 'error')}`);
  return explanations.every(isAllowed) ? 0 : 1;
}

function answer(asked: Asked, loaded: LoadedConfig): readonly Explanation[] {
  const { config } = loaded;
  const account = loaded.accounts.get(userKey(asked.user));
  if (account === undefined) return [explainUnknown(toUtf8(asked.user), loaded)];
  if (account.policy === null || config === null) return [explainUnusable(account, loaded)];
  const { policy } = account;
  const login = asked.asksLogin ? [explainLogin(account, policy, config, asked.address)] : [];
  const actions = asked.actions.map((action) => {
    const explanation = explainAction({ account, policy, action });
    const isGuess = asked.isNameOnly && !isLocal(action);
    return isGuess ? { ...explanation, notes: [...explanation.notes, NAME_ONLY] } : explanation;
  });
  const events = asked.events.map((event) =>
    explainEvent({ account, policy, general: generalOptions(loaded.sections.manager) }, event),
  );
  return [...login, ...actions, ...events].map(readable);
}

function isLocal({ name }: AmiAction): boolean {
  return LOCAL_ACTIONS.some((local) => asciiLowerCase(local) === asciiLowerCase(name));
}

const NAME_ONLY = 'judged as if sent without other headers; give a file with the whole message to judge its arguments';

function explainUnknown(user: string, { accounts, problems }: LoadedConfig): Explanation {
  const meant = nearestName(
    user,
    [...accounts.values()].map((account) => account.user),
  );
  const text = `there is no account [${user}] in manager.conf${meant === null ? '' : `, did you mean ${meant}?`}`;
  const errors = sorted(problems).filter((problem) => problem.severity === 'error');
  return refused(`User ${user}`, { place: null, text }, { notes: errors.map(formatProblem) });
}

/** Who has an error, or is in a configuration that has one, is refused all. */
function explainUnusable(account: Account, { problems }: LoadedConfig): Explanation {
  const own = account.problems.filter((problem) => problem.severity === 'error');
  const errors = own.length > 0 ? own : sorted(problems).filter((problem) => problem.severity === 'error');
  const [first, ...others] = errors;
  const hint = (problem: (typeof errors)[number]) => (problem.hint === null ? '' : ` (${problem.hint})`);
  const decided =
    first === undefined
      ? { place: null, text: 'the configuration is not valid' }
      : { place: `${first.file}:${first.line}`, text: `${first.message}${hint(first)}` };
  const toAllow = ['mend it; ami-gateway check tells of all that is wrong'];
  return refused(`User ${toUtf8(account.user)}`, decided, { toAllow, notes: others.map(formatProblem) });
}

function isAllowed({ verdict }: Explanation): boolean {
  return verdict === 'allowed';
}

/** Texts of files are latin-1 inside; people read UTF-8. */
function readable(explanation: Explanation): Explanation {
  const reason = ({ place, text }: Reason) => ({ place: place === null ? null : toUtf8(place), text: toUtf8(text) });
  return {
    ...explanation,
    about: toUtf8(explanation.about),
    decided: reason(explanation.decided),
    passed: explanation.passed.map(reason),
    toAllow: explanation.toAllow.map(toUtf8),
    notes: explanation.notes.map(toUtf8),
  };
}

/** What could move the cursor of a terminal is not printed. */
function toUtf8(text: string): string {
  return Buffer.from(text, 'latin1')
    .toString('utf8')
    .replace(/[\x00-\x1f\x7f-\x9f]/g, '?');
}
