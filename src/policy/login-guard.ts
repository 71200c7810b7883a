/**
 * Decides on guessers from counts alone: whether an attempt is weighed at all, and what a failure brings.
 *
 *     an address (IPv6: its /64) that fails often      is answered ever later, then banned
 *     a user at one address that fails often           is locked there, and nowhere else
 *     a user that fails often over all addresses       is slow mode: new addresses take turns
 *
 * An address from which the user has logged in before is not touched by what others do elsewhere, so that no
 * stranger can lock a user out. To the client a lock is a wrong secret.
 */
import type { LoginRefusal } from './authorize-login.js';

export interface GuardLimits {
  /** The answer to a failed login waits as long as in Asterisk, and twice as long for each failure of the address after it. */
  readonly penaltyMs: number;
  readonly maxPenaltyMs: number;
  /** Failures of one address that ban it. */
  readonly maxFailures: number;
  /** Failures of one user at one address that lock it there. */
  readonly maxAccountFailures: number;
  /** Failures of one user over all addresses that begin its slow mode. */
  readonly maxUserFailures: number;
}

/** What is known of the address and the user of an attempt. */
export interface AttemptRecord {
  readonly isBanned: boolean;
  readonly isLocked: boolean;
  /** The user has logged in from there before. */
  readonly isKnown: boolean;
  readonly userFailures: number;
  /** No other new address has had its turn in this interval. */
  readonly hasTurn: boolean;
}

export type GuardRefusal = 'banned' | 'locked' | 'slowed';

export function isGuardRefusal(reason: LoginRefusal | GuardRefusal): reason is GuardRefusal {
  return reason === 'banned' || reason === 'locked' || reason === 'slowed';
}

/** `null`: the secret counts. */
export function findGuardRefusal(record: AttemptRecord, limits: GuardLimits): GuardRefusal | null {
  if (record.isBanned) return 'banned';
  if (record.isLocked) return 'locked';
  if (isSlow(record, limits) && !record.hasTurn) return 'slowed';
  return null;
}

/** True when this attempt needs a turn. */
export function isSlow({ isKnown, userFailures }: Omit<AttemptRecord, 'hasTurn'>, limits: GuardLimits): boolean {
  return !isKnown && userFailures >= limits.maxUserFailures;
}

/** Who is busy elsewhere, or finds us busy, has guessed nothing. */
export function countsAgainstAddress(reason: LoginRefusal | GuardRefusal): boolean {
  return reason !== 'session-limit' && reason !== 'busy';
}

/** A guess at the account: nobody else's failures count against it, least of all from where its ACL lets nobody in. */
export function countsAgainstAccount(reason: LoginRefusal | GuardRefusal): boolean {
  return reason === 'bad-secret' || reason === 'bad-key' || reason === 'hashed-secret';
}

/** Failures within the window, this one included; those of the account are `null` when it does not count against one. */
export interface FailureCounts {
  readonly address: number;
  readonly account: { readonly atAddress: number; readonly overAll: number } | null;
}

export interface FailureOutcome {
  readonly penaltyMs: number;
  readonly bansAddress: boolean;
  readonly locksAccount: boolean;
  /** With this one the slow mode begins. */
  readonly slowsUser: boolean;
}

export function judgeFailure({ address, account }: FailureCounts, limits: GuardLimits): FailureOutcome {
  return {
    // By the address alone: were it by the account, the delay would tell which accounts exist.
    penaltyMs: Math.min(
      limits.penaltyMs * 2 ** Math.max(0, address - 1),
      Math.max(limits.maxPenaltyMs, limits.penaltyMs),
    ),
    bansAddress: address >= limits.maxFailures,
    locksAccount: account !== null && account.atAddress >= limits.maxAccountFailures,
    slowsUser: account?.overAll === limits.maxUserFailures,
  };
}
