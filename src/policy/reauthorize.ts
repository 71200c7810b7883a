/**
 * What becomes of a session when the users are others than at its login. Asterisk asks nothing of the kind: its sessions
 * keep what they had at their login, also when their user is gone.
 */
import { CLASS_BITS, holdsAny } from '../ami/privilege.js';
import { permits } from './acl.js';
import type { Credentials } from './credentials.js';
import { addFilter, type EventFilter, type EventFilters, NO_FILTERS } from './event-filter.js';
import { findPolicy, type Policies, type Policy } from './policy.js';

/** Why a session may not go on. */
export type Expulsion = 'user-removed' | 'secret-changed' | 'address-refused';

export type Reauthorization =
  | { readonly kind: 'kept'; readonly policy: Policy }
  | { readonly kind: 'expelled'; readonly reason: Expulsion };

/** `before` is the policy that the session has; how many sessions a user may have is asked at logins only. */
export function reauthorize(policies: Policies, before: Policy, address: string): Reauthorization {
  const policy = findPolicy(policies, before.user);
  if (policy === null) return { kind: 'expelled', reason: 'user-removed' };
  if (!provesTheSame(before, policy)) return { kind: 'expelled', reason: 'secret-changed' };
  if (!permits(policy.acl, address)) return { kind: 'expelled', reason: 'address-refused' };
  return { kind: 'kept', policy };
}

/**
 * The filters of a session: its user's and those that it added itself. An include beside the user's own includes widens
 * what it sees; it counts only as long as the user may use the Filter action, which needs `system`.
 */
export function sessionFilters({ filters, write, isEnforced }: Policy, added: readonly EventFilter[]): EventFilters {
  // With `enforce = no` the user's own filters are only told of.
  const own = isEnforced ? filters : NO_FILTERS;
  const mayWiden = own.include.length === 0 || holdsAny(write, CLASS_BITS.system);
  const counted = mayWiden ? added : added.filter(({ action }) => action === 'exclude');
  return counted.reduce(addFilter, own);
}

function provesTheSame(before: Policy, after: Policy): boolean {
  return before.certificateName === after.certificateName && isSameProof(before.credentials, after.credentials);
}

/** What cannot be told to be the same counts as changed, such as a secret that became its hash. */
function isSameProof(one: Credentials, other: Credentials): boolean {
  if (one.kind === 'secret' && other.kind === 'secret') return one.secret === other.secret;
  if (one.kind === 'scrypt' && other.kind === 'scrypt') return JSON.stringify(one.hash) === JSON.stringify(other.hash);
  return one.kind === 'certificate' && other.kind === 'certificate';
}
