/**
 * Keeps the counts on which policy/login-guard decides, and acts: bans, locks, slow mode, each for a while.
 *
 *     identify ──► isBanned? closed without a word
 *     Login ──► admit: weighed │ refused as a wrong secret ──► failed: counts, penalty │ succeeded: known here
 */
import { unreachable } from '../lib/unreachable.js';
import type { LoginRefusal } from '../policy/authorize-login.js';
import { networkOf } from '../policy/client-address.js';
import {
  countsAgainstAccount,
  countsAgainstAddress,
  type FailureCounts,
  type FailureOutcome,
  findGuardRefusal,
  type GuardLimits,
  type GuardRefusal,
  isSlow,
  judgeFailure,
} from '../policy/login-guard.js';
import { type Pace, paceLogin } from '../policy/login-pace.js';
import { containsAddress, type Networks } from '../policy/networks.js';
import { userKey } from '../policy/policy.js';
import type { Log } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import { type Ban, type KnownBan, KnownBans } from './known-bans.js';
import { type Counter, makeCounter } from './login-counters.js';
import type { SharedState } from './shared-state.js';

export interface LoginGuardDeps {
  readonly shared: SharedState | null;
  readonly nowMs: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface LoginGuardSettings extends GuardLimits {
  /** False: nobody is banned, locked or slowed; only the pace is kept. */
  readonly enabled: boolean;
  /** Addresses that are never banned, locked, slowed or paced. */
  readonly exempt: Networks;
  /** How long failures count, in milliseconds. */
  readonly findTimeMs: number;
  /** How long bans and locks last, in milliseconds. */
  readonly banTimeMs: number;
  /** In slow mode, new addresses have one turn in so many milliseconds, together. */
  readonly slowIntervalMs: number;
  /** How long an address counts as known after a login, in milliseconds. */
  readonly knownTimeMs: number;
  readonly pace: Pace;
  readonly pacePerAddress: Pace;
}

export interface FailedLogin {
  /** The configured user; `null` when there is none of that name. */
  readonly user: string | null;
  readonly address: string;
  readonly reason: LoginRefusal | GuardRefusal;
}

/** Schedules of addresses that lie in the past are forgotten when there are so many. */
const MOST_REMEMBERED = 10_000;

export class LoginGuard {
  readonly #deps: LoginGuardDeps;
  #settings: LoginGuardSettings;
  readonly #known: KnownBans;
  readonly #counters: Readonly<Record<CounterName, Counter>>;
  readonly #takenUntilMs = new Map<string, number>();
  #allTakenUntilMs = 0;

  constructor(deps: LoginGuardDeps, settings: LoginGuardSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#known = new KnownBans(deps.nowMs);
    const counter = (name: string, setting: keyof LoginGuardSettings & `${string}Ms`) =>
      makeCounter({ name, windowMs: () => this.#settings[setting] }, deps.shared);
    this.#counters = {
      failures: counter('failures', 'findTimeMs'),
      bans: counter('ban', 'banTimeMs'),
      accountFailures: counter('account', 'findTimeMs'),
      locks: counter('lock', 'banTimeMs'),
      userFailures: counter('user', 'findTimeMs'),
      turns: counter('turn', 'slowIntervalMs'),
      known: counter('known', 'knownTimeMs'),
    };
  }

  /** Decides by these settings from now on; what was counted stays, and bans and locks last as long as they were to. */
  adopt(settings: LoginGuardSettings): void {
    this.#settings = settings;
  }

  /** True for an address that may not even connect. */
  async isBanned(address: string): Promise<boolean> {
    if (!this.#watches(address)) return false;
    const network = networkOf(address);
    if (this.#isBannedHere(network)) return true;
    const { count, remainingMs } = await this.#counters.bans.read(network);
    if (count === 0) return false;
    this.#noteBan(network, remainingMs, null);
    return true;
  }

  /** How long a login from there has to wait for its turn, in milliseconds. */
  pace(address: string): number {
    if (containsAddress(this.#settings.exempt, address)) return 0;
    const { pace, pacePerAddress } = this.#settings;
    const [network, nowMs] = [networkOf(address), this.#deps.nowMs()];
    const own = paceLogin(pacePerAddress, this.#takenUntilMs.get(network) ?? 0, nowMs);
    const all = paceLogin(pace, this.#allTakenUntilMs, nowMs);
    if (this.#takenUntilMs.size >= MOST_REMEMBERED) forgetPast(this.#takenUntilMs, nowMs);
    this.#takenUntilMs.set(network, own.takenUntilMs);
    this.#allTakenUntilMs = all.takenUntilMs;
    return Math.max(own.waitMs, all.waitMs);
  }

  /** Whether this attempt is weighed. The same questions are asked for names that nobody has. */
  async admit(username: string, address: string): Promise<GuardRefusal | null> {
    if (!this.#watches(address)) return null;
    const account = accountKey(username, address);
    const { locks, known, userFailures, turns } = this.#counters;
    const [isBanned, locked, seen, failures] = await Promise.all([
      this.isBanned(address),
      locks.read(account),
      known.read(account),
      userFailures.read(userKey(username)),
    ]);
    const record = { isBanned, isLocked: locked.count > 0, isKnown: seen.count > 0, userFailures: failures.count };
    const needsTurn = isSlow(record, this.#settings) && !record.isBanned && !record.isLocked;
    const hasTurn = needsTurn && (await turns.add(userKey(username))).count === 1;
    return findGuardRefusal({ ...record, hasTurn }, this.#settings);
  }

  /** Counts a failure; resolves with how long its answer waits, in milliseconds. */
  async failed(failure: FailedLogin): Promise<number> {
    if (!this.#watches(failure.address) || !countsAgainstAddress(failure.reason)) return this.#settings.penaltyMs;
    const { user, address, reason } = failure;
    const network = networkOf(address);
    const counted = user === null || !countsAgainstAccount(reason) ? null : user;
    const [ofAddress, account] = await Promise.all([
      this.#counters.failures.add(network),
      counted === null ? null : this.#countAgainst(counted, address),
    ]);
    const outcome = judgeFailure({ address: ofAddress.count, account }, this.#settings);
    await this.#act(outcome, failure, { address: ofAddress.count, account });
    return outcome.penaltyMs;
  }

  /** The user is known at this address from now on, and has guessed nothing there. */
  async succeeded(user: string, address: string): Promise<void> {
    if (!this.#watches(address)) return;
    const account = accountKey(user, address);
    const { known, accountFailures } = this.#counters;
    // Known for the whole time again, not only for what was left of it.
    await known.forget(account);
    await Promise.all([known.add(account), accountFailures.forget(account)]);
  }

  /** Bans that are in force, as far as this gateway has met them. */
  get activeBans(): number {
    return this.bans.filter(({ ban }) => ban.kind === 'address').length;
  }

  /** All that is in force, as far as this gateway has met it. */
  get bans(): readonly KnownBan[] {
    return this.#known.all;
  }

  /** Ends a ban and forgets what led to it, here and where it is shared; true when there was one. */
  async lift(ban: Ban): Promise<boolean> {
    const { bans, failures, locks, accountFailures, userFailures } = this.#counters;
    const forget = async (key: string, ...counters: readonly Counter[]): Promise<boolean> => {
      const [before] = await Promise.all(counters.map((counter) => counter.read(key)));
      await Promise.all(counters.map((counter) => counter.forget(key)));
      return (before?.count ?? 0) > 0;
    };
    const wasKnown = this.#known.forget(ban);
    switch (ban.kind) {
      case 'address':
        return (await forget(ban.network, bans, failures)) || wasKnown;
      case 'account':
        return (await forget(`${ban.network} ${userKey(ban.user)}`, locks, accountFailures)) || wasKnown;
      case 'slow':
        await forget(userKey(ban.user), userFailures);
        return wasKnown;
      default:
        return unreachable(ban);
    }
  }

  #watches(address: string): boolean {
    return this.#settings.enabled && !containsAddress(this.#settings.exempt, address);
  }

  #isBannedHere(network: string): boolean {
    return this.#known.has({ kind: 'address', network });
  }

  async #countAgainst(
    user: string,
    address: string,
  ): Promise<{ readonly atAddress: number; readonly overAll: number }> {
    const { accountFailures, userFailures } = this.#counters;
    const [atAddress, overAll] = await Promise.all([
      accountFailures.add(accountKey(user, address)),
      userFailures.add(userKey(user)),
    ]);
    return { atAddress: atAddress.count, overAll: overAll.count };
  }

  async #act(outcome: FailureOutcome, { user, address }: FailedLogin, counts: FailureCounts): Promise<void> {
    const { log, metrics } = this.#deps;
    const network = networkOf(address);
    if (outcome.bansAddress && !this.#isBannedHere(network)) {
      const { remainingMs } = await this.#counters.bans.add(network);
      this.#noteBan(network, remainingMs, counts.address);
    }
    if (
      outcome.locksAccount &&
      user !== null &&
      (await this.#counters.locks.add(accountKey(user, address))).count === 1
    ) {
      const { banTimeMs } = this.#settings;
      this.#known.note({ kind: 'account', network, user }, banTimeMs, counts.account?.atAddress ?? null);
      metrics.bans.inc({ reason: 'account-failures' });
      log.warn({ user, network, seconds: this.#settings.banTimeMs / 1000 }, 'account locked at this address');
    }
    if (!outcome.slowsUser || user === null) return;
    this.#known.note({ kind: 'slow', user }, this.#settings.findTimeMs, counts.account?.overAll ?? null);
    metrics.bans.inc({ reason: 'account-slow' });
    log.warn({ user }, 'account is guessed at from many addresses: new addresses take turns');
  }

  /** Logged once for each ban, however often the address knocks. */
  #noteBan(network: string, remainingMs: number, failures: number | null): void {
    const isNew = !this.#isBannedHere(network);
    this.#known.note({ kind: 'address', network }, remainingMs, failures);
    if (!isNew) return;
    const reason = failures === null ? 'shared' : 'login-failures';
    this.#deps.metrics.bans.inc({ reason });
    this.#deps.log.warn({ network, reason, seconds: Math.round(remainingMs / 1000) }, 'address banned');
  }
}

function forgetPast(moments: Map<string, number>, nowMs: number): void {
  for (const [network, untilMs] of moments) if (untilMs <= nowMs) moments.delete(network);
}

type CounterName = 'failures' | 'bans' | 'accountFailures' | 'locks' | 'userFailures' | 'turns' | 'known';

function accountKey(user: string, address: string): string {
  return `${networkOf(address)} ${userKey(user)}`;
}
