/**
 * What leaves for Asterisk: whatever a client wrote, Asterisk reads one message, of the action that was permitted, with
 * the lines that were judged; and the user holds a class of it.
 */
import { encodeAction } from '../../../../src/ami/encoder.js';
import type { AmiAction } from '../../../../src/ami/message.js';
import { CLASS_BITS, type ClassSet } from '../../../../src/ami/privilege.js';
import { learnActions, lookupAction } from '../../../../src/policy/action-classes.js';
import { type ActionPolicy, authorizeAction } from '../../../../src/policy/authorize-action.js';
import { SHIPPED_ACTIONS } from '../../../../src/policy/shipped-actions.js';
import { readAsAsterisk, valueForAsterisk } from '../asterisk-reading.js';
import { mutated } from '../mutate.js';
import { Random, seedOf } from '../random.js';
import type { FuzzTarget } from '../target.js';
import { CLIENT_TEXTS, CLIENT_WORDS } from '../wire-texts.js';
import { decodeAll } from './action-decoder.js';

const NAMES = Object.values(SHIPPED_ACTIONS).flatMap((names) => names.split(' '));
/** An Asterisk that asks for another class than our table does: both count. */
const TABLE = learnActions(NAMES.map((name, at) => `${name}: x  (Priv: ${at % 2 === 0 ? 'user' : 'agent,call'},all)`));
const WORDS = [...CLIENT_WORDS, ...NAMES];
const TEXTS = [...CLIENT_TEXTS, ...NAMES.map((name) => `Action: ${name}\r\nChannel: x\r\nActionID: 5\r\n\r\n`)];
const LOCAL = /^(?:Login|Challenge|Logoff|Events|Filter|WaitEvent|Ping|ListCommands)$/i;

export const forwardedAction: FuzzTarget = {
  name: 'forwarded actions: one message, as judged, of a class held',
  inputs: 250_000,
  make: (random) => mutated(TEXTS, random, WORDS),
  judge: (input) => {
    const write = randomClasses(new Random(seedOf(input)));
    const policy: ActionPolicy = {
      user: 'u',
      write,
      actionFilters: [],
      isEnforced: true,
      setvar: [{ name: 'A', value: '1,"2' }],
    };
    for (const decoded of decodeAll([Buffer.from(input, 'latin1')])) {
      const fault = decoded.kind === 'action' ? judgeOne(policy, decoded.action) : null;
      if (fault !== null) return fault;
    }
    return null;
  },
};

function randomClasses(random: Random): ClassSet {
  return Object.values(CLASS_BITS).reduce((classes, bit) => (random.oneIn(3) ? classes | bit : classes), 0);
}

function judgeOne(policy: ActionPolicy, action: AmiAction): string | null {
  const verdict = authorizeAction(policy, action, TABLE);
  if (verdict.kind !== 'permitted') return null;
  const { permit } = verdict;
  const known = lookupAction(TABLE, permit.action);
  if (known.kind === 'unknown' || !known.needs.every((classes) => (policy.write & classes) !== 0))
    return `${permit.action} needs a class not held`;
  if (LOCAL.test(permit.action)) return `${permit.action} concerns the session only`;
  const wire = encodeAction(permit.lines).toString('latin1');
  if (/\r(?!\n)|\0/.test(wire)) return `a lone CR or a NUL goes along: ${JSON.stringify(wire)}`;
  const messages = readAsAsterisk(wire);
  const [message] = messages;
  if (messages.length !== 1 || message?.kind !== 'action') return `Asterisk reads ${JSON.stringify(messages)}`;
  if (valueForAsterisk(message.lines, 'action') !== permit.action) return 'Asterisk reads another action';
  const [, ...written] = message.lines;
  const judged = action.headers.filter(({ key }) => key !== 'action').map(({ line }) => line);
  const added = written.slice(judged.length);
  if (added.length > (permit.action === 'Originate' ? 1 : 0)) return `lines were added: ${JSON.stringify(added)}`;
  const isAsJudged = judged.every((line, at) => line === written[at]);
  if (!isAsJudged) return `Asterisk reads ${JSON.stringify(written)}, judged were ${JSON.stringify(judged)}`;
  const twins = judged.filter((line) => /^action:/i.test(line));
  return twins.length === 0 ? null : `a second Action goes along: ${JSON.stringify(twins)}`;
}
