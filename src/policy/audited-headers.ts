/**
 * What of an action's arguments the audit log keeps: those by which a rule can tell one use from another. Nothing else
 * of an action is written down, and no secret is among these.
 */
import { type AmiAction, asciiLowerCase, headerValue } from '../ami/message.js';

const HEADERS: Readonly<Record<string, readonly string[]>> = {
  originate: ['Context', 'Application'],
  redirect: ['Context'],
  atxfer: ['Context'],
  blindtransfer: ['Context'],
  command: ['Command'],
  userevent: ['UserEvent'],
  queueadd: ['Queue'],
  queueremove: ['Queue'],
  queuepause: ['Queue'],
};
const LONGEST_VALUE = 200;

/** The headers that tell one use of this action from another, in the order of preference. */
export function auditedHeaders(action: AmiAction): Readonly<Record<string, string>> {
  const names = HEADERS[asciiLowerCase(action.name)] ?? [];
  const values = names.map(
    (name) => [name, headerValue(action, asciiLowerCase(name)).slice(0, LONGEST_VALUE)] as const,
  );
  return Object.fromEntries(values.filter(([, value]) => value !== ''));
}
