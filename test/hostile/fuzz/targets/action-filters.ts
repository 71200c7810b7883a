/**
 * Action filters: however an action is written, what Asterisk would read in it is what the filter judged. A forbidden
 * value never passes, and where only some values are allowed, no other does.
 */
import type { AmiAction } from '../../../../src/ami/message.js';
import { ALL_CLASSES } from '../../../../src/ami/privilege.js';
import { learnActions } from '../../../../src/policy/action-classes.js';
import { type ActionFilter, compileActionFilter } from '../../../../src/policy/action-filter.js';
import { authorizeAction } from '../../../../src/policy/authorize-action.js';
import { valueForAsterisk } from '../asterisk-reading.js';
import { mutated } from '../mutate.js';
import type { FuzzTarget } from '../target.js';
import { CLIENT_WORDS } from '../wire-texts.js';
import { decodeAll } from './action-decoder.js';

const FORBIDDEN = 'outbound';
const ALLOWED = 'from-internal';

const NO_CONTEXT = [filter('eventfilter(action(exclude),header(Context),method(exact))', FORBIDDEN)];
const ONLY_CONTEXT = [filter('eventfilter(action(include),name(Redirect),header(Context),method(exact))', ALLOWED)];
const NO_COMMAND = [filter('eventfilter', '!^Action: Command')];

const TEXTS = [
  `Action: Redirect\r\nChannel: a\r\nContext: ${FORBIDDEN}\r\nExten: 1\r\nPriority: 1\r\n\r\n`,
  `Action: Redirect\r\nChannel: a\r\nContext: ${ALLOWED}\r\nExten: 1\r\nPriority: 1\r\n\r\n`,
  `Action: Originate\r\nChannel: Local/1@a\r\nContext: ${FORBIDDEN}\r\nContext: ${ALLOWED}\r\n\r\n`,
  'Action: Command\r\nCommand: core show version\r\n\r\n',
];
const WORDS = [
  ...CLIENT_WORDS,
  ...['Context: ', 'CONTEXT:', 'context :', 'Context:\t', `Context: ${FORBIDDEN}\r\n`, `Context: ${ALLOWED}\r\n`],
  ...[`Context: ${FORBIDDEN} \r\n`, `Context:\t${FORBIDDEN}\t\r\n`, ' ', '\t'],
  ...[FORBIDDEN, ALLOWED, FORBIDDEN.toUpperCase(), 'Redirect', 'command', 'Action: Command\r\n', ' \r\n'],
];
const TABLE = learnActions([]);

export const actionFilters: FuzzTarget = {
  name: 'action filters: what Asterisk reads is what was judged',
  inputs: 120_000,
  make: (random) => mutated(TEXTS, random, WORDS),
  judge: (input) => {
    for (const decoded of decodeAll([Buffer.from(input, 'latin1')])) {
      const fault = decoded.kind === 'action' ? judgeOne(decoded.action) : null;
      if (fault !== null) return fault;
    }
    return null;
  },
};

function judgeOne(action: AmiAction): string | null {
  const barred = permittedLines(action, NO_CONTEXT);
  if (barred !== null && valueForAsterisk(barred, 'context').replace(/[\0-\x20]+$/, '') === FORBIDDEN) {
    return 'the forbidden context passes';
  }
  const bound = permittedLines(action, ONLY_CONTEXT);
  if (bound !== null && valueForAsterisk(bound, 'context') !== ALLOWED) return 'another context passes';
  if (bound !== null && valueForAsterisk(bound, 'action') !== 'Redirect') return 'another action passes';
  const silent = permittedLines(action, NO_COMMAND);
  return silent !== null && valueForAsterisk(silent, 'action') === 'Command' ? 'Command passes' : null;
}

function permittedLines(action: AmiAction, actionFilters: readonly ActionFilter[]): readonly string[] | null {
  const verdict = authorizeAction(
    { user: 'u', write: ALL_CLASSES, actionFilters, isEnforced: true, setvar: [] },
    action,
    TABLE,
  );
  return verdict.kind === 'permitted' ? verdict.permit.lines : null;
}

function filter(option: string, value: string): ActionFilter {
  const compiled = compileActionFilter({ option, value }, 'x:1');
  if (!compiled.ok) throw new Error(compiled.failure.reason);
  return compiled.value;
}
