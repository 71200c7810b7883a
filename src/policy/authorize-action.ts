/**
 * Decides an action of a client: answered here, forwarded, or refused. What may be forwarded leaves with a Permit,
 * and a Permit is made nowhere else.
 *
 *     known? ──► class held? ──► fits into lines, with setvar? ──► filters pass it? ──► arguments allowed? ──► Permit
 */
import { type AmiAction, asciiLowerCase } from '../ami/message.js';
import { type ClassSet, holdsAny } from '../ami/privilege.js';
import type { Brand } from '../lib/brand.js';
import { unreachable } from '../lib/unreachable.js';
import { type ActionTable, FILTER_NEEDS, lookupAction, maySubmit } from './action-classes.js';
import { type ActionFilterDenial, judgeActionFilters } from './action-filter.js';
import type { ArgumentDenial } from './argument-denial.js';
import { expectedMs, findMisfit, linesToForward } from './argument-lines.js';
import { judgeArguments } from './argument-rules.js';
import type { Policy } from './policy.js';

/** What of a user's policy decides an action. */
export type ActionPolicy = Pick<Policy, 'user' | 'write' | 'actionFilters' | 'isEnforced' | 'setvar'>;

/** Actions that a session may do before it has logged in. */
export const ENTRY_ACTIONS = ['Login', 'Challenge', 'Logoff'] as const;
/** Actions on the session itself: they are answered here and never forwarded. */
export const LOCAL_ACTIONS = [...ENTRY_ACTIONS, 'Events', 'Filter', 'WaitEvent', 'Ping', 'ListCommands'] as const;

export type EntryActionName = (typeof ENTRY_ACTIONS)[number];
export type LocalActionName = (typeof LOCAL_ACTIONS)[number];

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
  /** The user needs any class of each of these sets. */
  | { readonly reason: 'missing-class'; readonly needs: readonly ClassSet[] }
  | { readonly reason: 'action-filter'; readonly filter: ActionFilterDenial }
  /** Made by who counts the actions; it is no question of this one action. */
  | { readonly reason: 'action-rate' }
  | ({ readonly reason: 'argument' } & ArgumentDenial)
  | { readonly reason: 'unforwardable'; readonly message: string };

interface Denied {
  readonly kind: 'denied';
  readonly denial: Denial;
}

export interface PermittedVerdict {
  readonly kind: 'permitted';
  readonly permit: Permit;
  /** What an action filter would refuse if the user's rules were enforced; else `null`. */
  readonly shadowed: ActionFilterDenial | null;
}

export type ActionVerdict = { readonly kind: 'local'; readonly action: LocalActionName } | PermittedVerdict | Denied;

export type EntryVerdict = { readonly kind: 'local'; readonly action: EntryActionName } | Denied;

/** Asterisk's buffer for this text holds 512 bytes with its end. */
const LONGEST_ERROR = 511;

/** For a session that has logged in. */
export function authorizeAction(policy: ActionPolicy, action: AmiAction, table: ActionTable): ActionVerdict {
  if (action.name === '') return deny({ reason: 'missing-action' });
  const local = findName(LOCAL_ACTIONS, action);
  if (local !== null) return authorizeLocal(policy, local);
  const known = lookupAction(table, action.name);
  if (known.kind === 'unknown') return deny({ reason: 'unknown-action' });
  if (!maySubmit(policy.write, known)) {
    // Asterisk does not know an action whose module is not loaded, so there is no class to miss.
    return deny(known.announced ? { reason: 'missing-class', needs: known.needs } : { reason: 'unknown-action' });
  }
  const verdict = authorizeForward(policy, action, known.name);
  const isUnknownThere = !known.announced && verdict.kind === 'denied';
  return isUnknownThere ? deny({ reason: 'unknown-action' }) : verdict;
}

/** For a session that has not: names that do not exist are answered like those that do. */
export function authorizeBeforeLogin(action: AmiAction): EntryVerdict {
  if (action.name === '') return deny({ reason: 'missing-action' });
  const entry = findName(ENTRY_ACTIONS, action);
  return entry === null ? deny({ reason: 'not-logged-in' }) : { kind: 'local', action: entry };
}

/** The `Message` that Asterisk sends with this refusal. */
export function denialMessage(denial: Denial, action: AmiAction): string {
  switch (denial.reason) {
    case 'missing-action':
      return 'Missing action in request';
    case 'not-logged-in':
    case 'missing-class':
    case 'action-filter':
      return 'Permission denied';
    case 'action-rate':
      return 'Action rate exceeded';
    case 'unknown-action':
      return `Invalid/unknown command: ${action.name}. Use Action: ListCommands to show available commands.`.slice(
        0,
        LONGEST_ERROR,
      );
    case 'argument':
    case 'unforwardable':
      return denial.message;
    default:
      return unreachable(denial);
  }
}

function authorizeLocal(policy: ActionPolicy, action: LocalActionName): ActionVerdict {
  const mayFilter = action !== 'Filter' || holdsAny(policy.write, FILTER_NEEDS);
  return mayFilter ? { kind: 'local', action } : deny({ reason: 'missing-class', needs: [FILTER_NEEDS] });
}

function authorizeForward(policy: ActionPolicy, action: AmiAction, name: string): ActionVerdict {
  const lines = linesToForward(policy.setvar, action, name);
  const misfit = findMisfit(lines);
  if (misfit !== null) return deny({ reason: 'unforwardable', message: misfit });
  const filter = judgeActionFilters(policy.actionFilters, name, action);
  if (filter !== null && policy.isEnforced) return deny({ reason: 'action-filter', filter });
  const denial = judgeArguments(policy.write, action);
  if (denial !== null) return deny({ reason: 'argument', ...denial });
  const permit = { user: policy.user, action: name, lines, expectedMs: expectedMs(action) };
  return { kind: 'permitted', permit: permit as Permit, shadowed: filter };
}

function findName<Name extends string>(names: readonly Name[], action: AmiAction): Name | null {
  const key = asciiLowerCase(action.name);
  return names.find((name) => asciiLowerCase(name) === key) ?? null;
}

function deny(denial: Denial): Denied {
  return { kind: 'denied', denial };
}
