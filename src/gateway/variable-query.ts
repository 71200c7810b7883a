/**
 * Asks Asterisk for the variables of `channelvars` that were set before the gateway came: of every channel by `Status`,
 * and the global ones by `Getvar`. Asked over the pool, whose answers cannot be mistaken for events whatever is in a value.
 */
import { escapeC } from '../ami/c-escape.js';
import { actionOf, decodeHeader } from '../ami/message.js';
import { ALL_CLASSES } from '../ami/privilege.js';
import type { ActionTable } from '../policy/action-classes.js';
import { authorizeAction, type Permit } from '../policy/authorize-action.js';
import type { ForwardSink } from './action-pool.js';
import type { KeptVariables } from './kept-variables.js';

export type ForwardQuestion = (permit: Permit, sink: ForwardSink) => unknown;

export interface VariableQueryDeps {
  readonly forward: ForwardQuestion;
  readonly kept: KeptVariables;
}

/** More than all channels of one Asterisk have to say; what goes beyond is not kept. */
const MAX_ANSWER_BYTES = 64 << 20;

/** Names that Getvar answers whether there is a variable of this name or not; `channelvars` does not. */
const BUILT_IN = /^(EPOCH|SYSTEMNAME|ENTITYID|AST[A-Z]+DIR)$/;

/** Asks for all of these names; what comes back goes to `kept`, in the time it takes. */
export function askForVariables(deps: VariableQueryDeps, actions: ActionTable, names: readonly string[]): void {
  ask(deps, actions, ['Action: Status', 'AllVariables: true'], (answer) => learnChannels(deps.kept, answer));
  for (const name of names) {
    if (BUILT_IN.test(name)) continue;
    ask(deps, actions, ['Action: Getvar', `Variable: ${name}`], (answer) => {
      const value = /\r\nVariable: [^\r\n]*\r\nValue: ([\s\S]+)\r\n\r\n$/.exec(answer)?.[1];
      if (value !== undefined) deps.kept.learnGlobal({ variable: name, value: escapeC(value) });
    });
  }
}

function learnChannels(kept: KeptVariables, answer: string): void {
  for (const item of answer.split('\r\n\r\n')) {
    if (!item.startsWith('Event: Status\r\n')) continue;
    const channel = /\r\nChannel: ([^\r\n]*)/.exec(item)?.[1] ?? '';
    const uniqueId = /\r\nUniqueid: ([^\r\n]*)/.exec(item)?.[1] ?? '';
    // The first is the one in effect: Asterisk lists a LOCAL() before what it hides.
    for (const [, variable = '', value = ''] of item.matchAll(/\r\nVariable: ([^\r\n=]*)=([^\r\n]*)/g)) {
      kept.learn(uniqueId, channel, { variable, value: escapeC(value) });
    }
  }
}

function ask(
  { forward }: VariableQueryDeps,
  actions: ActionTable,
  lines: readonly string[],
  answered: (text: string) => void,
): void {
  const account = { user: 'ami-gateway', write: ALL_CLASSES, actionFilters: [], isEnforced: true, setvar: [] };
  const verdict = authorizeAction(account, actionOf(lines.map(decodeHeader)), actions);
  if (verdict.kind !== 'permitted') return;
  const chunks: Buffer[] = [];
  let bytes = 0;
  forward(verdict.permit, {
    answer: (chunk) => {
      bytes += chunk.length;
      if (bytes <= MAX_ANSWER_BYTES) chunks.push(chunk);
    },
    ended: (end) => {
      if (end === 'complete') answered(Buffer.concat(chunks).toString('latin1'));
    },
  });
}
