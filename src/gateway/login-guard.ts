/**
 * Keeps the counts on which policy/login-guard decides, and acts: bans, locks, slow mode, each for a while.
 *
 *     identify ──► isBanned? closed without a word
 *     Login ──► admit: weighed │ refused as a wrong secret ──► failed: counts, penalty │ succeeded: known here
 */
import type { LoginRefusal } from '../policy/authorize-login.js';
import { networkOf } from '../policy/client-address.js';
import {
  countsAgainstAccount,
  countsAgainstAddress,
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
const MOST_SCHEDULES = 10_000;

export class LoginGuard {
  readonly #deps: LoginGuardDeps;
  readonly #settings: LoginGuardSettings;
  /** Bans that this gateway knows of, until when: they need no question and survive Redis. */
  readonly #bans = new Map<string, number>();
  readonly #counters: Readonly<Record<CounterName, Counter>>;
  readonly #takenUntilMs = new Map<string, number>();
  #allTakenUntilMs = 0;

  constructor(deps: LoginGuardDeps, settings: LoginGuardSettings) {
    this.#deps = deps;
    this.#settings = settings;
    const { findTimeMs, banTimeMs, slowIntervalMs, knownTimeMs } = settings;
    const counter = (name: string, windowMs: number) => makeCounter({ name, windowMs }, deps.shared);
    this.#counters = {
      failures: counter('failures', findTimeMs),
      bans: counter('ban', banTimeMs),
      accountFailures: counter('account', findTimeMs),
      locks: counter('lock', banTimeMs),
      userFailures: counter('user', findTimeMs),
      turns: counter('turn', slowIntervalMs),
      known: counter('known', knownTimeMs),
    };
  }

  /** True for an address that may not even connect. */
  async isBanned(address: string): Promise<boolean> {
    if (!this.#watches(address)) return false;
    const network = networkOf(address);
    if (this.#isBannedHere(network)) return true;
    const { count, remainingMs } = await this.#counters.bans.read(network);
    if (count === 0) return false;
    this.#noteBan(network, remainingMs, 'shared');
    return true;
  }

  /** The same without a question to others, for who cannot wait for the answer. */
  knowsBan(address: string): boolean {
    return this.#watches(address) && this.#isBannedHere(networkOf(address));
  }

  /** How long a login from there has to wait for its turn, in milliseconds. */
  pace(address: string): number {
    if (containsAddress(this.#settings.exempt, address)) return 0;
    const { pace, pacePerAddress } = this.#settings;
    const [network, nowMs] = [networkOf(address), this.#deps.nowMs()];
    const own = paceLogin(pacePerAddress, this.#takenUntilMs.get(network) ?? 0, nowMs);
    const all = paceLogin(pace, this.#allTakenUntilMs, nowMs);
    if (this.#takenUntilMs.size >= MOST_SCHEDULES) this.#forgetSchedules(nowMs);
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
    await this.#act(outcome, failure);
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
    const nowMs = this.#deps.nowMs();
    for (const [network, untilMs] of this.#bans) if (untilMs <= nowMs) this.#bans.delete(network);
    return this.#bans.size;
  }

  #watches(address: string): boolean {
    return this.#settings.enabled && !containsAddress(this.#settings.exempt, address);
  }

  #isBannedHere(network: string): boolean {
    const untilMs = this.#bans.get(network);
    if (untilMs === undefined) return false;
    if (untilMs > this.#deps.nowMs()) return true;
    this.#bans.delete(network);
    return false;
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

  async #act(outcome: FailureOutcome, { user, address }: FailedLogin): Promise<void> {
    const { log, metrics } = this.#deps;
    const network = networkOf(address);
    if (outcome.bansAddress && !this.#isBannedHere(network)) {
      const { remainingMs } = await this.#counters.bans.add(network);
      this.#noteBan(network, remainingMs, 'login-failures');
    }
    if (
      outcome.locksAccount &&
      user !== null &&
      (await this.#counters.locks.add(accountKey(user, address))).count === 1
    ) {
      metrics.bans.inc({ reason: 'account-failures' });
      log.warn({ user, network, seconds: this.#settings.banTimeMs / 1000 }, 'account locked at this address');
    }
    if (!outcome.slowsUser) return;
    metrics.bans.inc({ reason: 'account-slow' });
    log.warn({ user }, 'account is guessed at from many addresses: new addresses take turns');
  }

  /** Logged once for each ban, however often the address knocks. */
  #noteBan(network: string, remainingMs: number, reason: 'login-failures' | 'shared'): void {
    const isNew = !this.#isBannedHere(network);
    this.#bans.set(network, this.#deps.nowMs() + remainingMs);
    if (!isNew) return;
    this.#deps.metrics.bans.inc({ reason });
    this.#deps.log.warn({ network, reason, seconds: Math.round(remainingMs / 1000) }, 'address banned');
  }

  #forgetSchedules(nowMs: number): void {
    for (const [network, untilMs] of this.#takenUntilMs) if (untilMs <= nowMs) this.#takenUntilMs.delete(network);
  }
}

type CounterName = 'failures' | 'bans' | 'accountFailures' | 'locks' | 'userFailures' | 'turns' | 'known';

function accountKey(user: string, address: string): string {
  return `${networkOf(address)} ${userKey(user)}`;
}
