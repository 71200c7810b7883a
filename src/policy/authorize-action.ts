/**
 * Decides an action of a client: answered here, forwarded, or refused. What may be forwarded leaves with a Permit,
 * and a Permit is made nowhere else.
 *
 *     known? ──► class held? ──► fits into lines? ──► arguments allowed? ──► setvar added ──► Permit
 */
import { type AmiAction, asciiLowerCase, headerValue } from '../ami/message.js';
import { type ClassSet, holdsAny, NO_CLASSES } from '../ami/privilege.js';
import type { Brand } from '../lib/brand.js';
import { unreachable } from '../lib/unreachable.js';
import { type ActionTable, FILTER_NEEDS, lookupAction, maySubmit } from './action-classes.js';
import type { ArgumentDenial } from './argument-denial.js';
import { judgeArguments } from './argument-rules.js';
import { isTrue, leadingInteger, quoteVariable } from './dialplan-arguments.js';
import type { Policy } from './policy.js';

/** Actions on the session itself, with the classes of which they need any: they are never forwarded. */
const LOCAL_ACTIONS = {
  Login: NO_CLASSES,
  Challenge: NO_CLASSES,
  Logoff: NO_CLASSES,
  Events: NO_CLASSES,
  Filter: FILTER_NEEDS,
  WaitEvent: NO_CLASSES,
  Ping: NO_CLASSES,
  ListCommands: NO_CLASSES,
} as const satisfies Record<string, ClassSet>;

export type LocalActionName = keyof typeof LOCAL_ACTIONS;
export type EntryActionName = 'Login' | 'Challenge' | 'Logoff';

/** The right to send one action to Asterisk, in exactly these lines. */
export type Permit = Brand<
  {
    readonly user: string;
    /** The name as Asterisk writes it. */
    readonly action: string;
    /** Never empty, without CR, LF and NUL, at most 1,023 bytes each and 128 of them. */
    readonly lines: readonly string[];
    /** How long the action itself asks Asterisk to wait before it answers, in milliseconds. */
    readonly expectedMs: number;
  },
  'Permit'
>;

export type Denial =
  | { readonly reason: 'missing-action' }
  | { readonly reason: 'not-logged-in' }
  | { readonly reason: 'unknown-action' }
  | { readonly reason: 'missing-class'; readonly needs: readonly ClassSet[] }
  | ({ readonly reason: 'argument' } & ArgumentDenial)
  | { readonly reason: 'unforwardable'; readonly message: string };

type Denied = { readonly kind: 'denied'; readonly denial: Denial };

export type ActionVerdict =
  | { readonly kind: 'local'; readonly action: LocalActionName }
  | { readonly kind: 'permitted'; readonly permit: Permit }
  | Denied;

export type EntryVerdict = { readonly kind: 'local'; readonly action: EntryActionName } | Denied;

/** For a session that has logged in. */
export function authorizeAction(policy: Policy, action: AmiAction, table: ActionTable): ActionVerdict {
  if (action.name === '') return deny({ reason: 'missing-action' });
  const local = LOCAL_BY_KEY.get(asciiLowerCase(action.name));
  if (local !== undefined) return authorizeLocal(policy, local);
  const known = lookupAction(table, action.name);
  if (known.kind === 'unknown') return deny({ reason: 'unknown-action' });
  if (!maySubmit(policy.write, known)) {
    // Asterisk does not know an action whose module is not loaded, so it has no class to miss.
    return deny(known.announced ? { reason: 'missing-class', needs: known.needs } : { reason: 'unknown-action' });
  }
  return forward(policy, action, known.name);
}

/** For a session that has not: names that do not exist are answered like those that do. */
export function authorizeBeforeLogin(action: AmiAction): EntryVerdict {
  if (action.name === '') return deny({ reason: 'missing-action' });
  const entry = ENTRY_BY_KEY.get(asciiLowerCase(action.name));
  return entry === undefined ? deny({ reason: 'not-logged-in' }) : { kind: 'local', action: entry };
}

/** The `Message` that Asterisk sends with this refusal. */
export function denialMessage(denial: Denial, action: AmiAction): string {
  switch (denial.reason) {
    case 'missing-action':
      return 'Missing action in request';
    case 'not-logged-in':
    case 'missing-class':
      return 'Permission denied';
    case 'unknown-action': {
      const text = `Invalid/unknown command: ${action.name}. Use Action: ListCommands to show available commands.`;
      return text.slice(0, LONGEST_ERROR);
    }
    case 'argument':
    case 'unforwardable':
      return denial.message;
    default:
      return unreachable(denial);
  }
}

/** Asterisk's buffer for this text holds 512 bytes with its end. */
const LONGEST_ERROR = 511;
const LONGEST_LINE = 1023;
const MOST_LINES = 128;
/** Asterisk's time to ring, where an Originate names none. */
const DEFAULT_RING_MS = 30_000;

const LOCAL_BY_KEY = byKey<LocalActionName>([
  'Login',
  'Challenge',
  'Logoff',
  'Events',
  'Filter',
  'WaitEvent',
  'Ping',
  'ListCommands',
]);
const ENTRY_BY_KEY = byKey<EntryActionName>(['Login', 'Challenge', 'Logoff']);

function byKey<Name extends string>(names: readonly Name[]): ReadonlyMap<string, Name> {
  return new Map(names.map((name) => [asciiLowerCase(name), name]));
}

function authorizeLocal(policy: Policy, action: LocalActionName): ActionVerdict {
  const needs = LOCAL_ACTIONS[action];
  if (needs === NO_CLASSES || holdsAny(policy.write, needs)) return { kind: 'local', action };
  return deny({ reason: 'missing-class', needs: [needs] });
}

function forward(policy: Policy, action: AmiAction, name: string): ActionVerdict {
  const lines = linesToForward(policy, action, name);
  const misfit = findMisfit(lines);
  if (misfit !== null) return deny({ reason: 'unforwardable', message: misfit });
  const denial = judgeArguments(policy.write, action);
  if (denial !== null) return deny({ reason: 'argument', ...denial });
  const permit = { user: policy.user, action: name, lines, expectedMs: expectedMs(action) };
  return { kind: 'permitted', permit: permit as Permit };
}
