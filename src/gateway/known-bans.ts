/**
 * What this gateway knows to be in force against guessers: it needs no question to others, and survives a Redis that
 * forgets. Kept beside the counts, because those cannot be listed.
 */

import { userKey } from '../policy/policy.js';

/** A network that is banned, a user that is locked at one, or a user for whom new addresses take turns. */
export type Ban =
  | { readonly kind: 'address'; readonly network: string }
  | { readonly kind: 'account'; readonly network: string; readonly user: string }
  | { readonly kind: 'slow'; readonly user: string };

export interface KnownBan {
  readonly ban: Ban;
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Failed logins that led to it; `null` where another gateway counted them. */
  readonly failures: number | null;
}

/** Guessers with a whole network of addresses must not grow it without bound: then the oldest are no longer listed. */
const MOST_LISTED = 20_000;

export class KnownBans {
  readonly #nowMs: () => number;
  readonly #bans = new Map<string, KnownBan>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  note(ban: Ban, remainingMs: number, failures: number | null): void {
    const key = keyOf(ban);
    const sinceMs = this.#find(key)?.sinceMs ?? this.#nowMs();
    this.#bans.delete(key);
    this.#bans.set(key, { ban, sinceMs, untilMs: this.#nowMs() + remainingMs, failures });
    if (this.#bans.size > MOST_LISTED) this.#makeRoom();
  }

  has(ban: Ban): boolean {
    return this.#find(keyOf(ban)) !== null;
  }

  /** True when it was there. */
  forget(ban: Ban): boolean {
    const key = keyOf(ban);
    const isThere = this.#find(key) !== null;
    this.#bans.delete(key);
    return isThere;
  }

  /** Those in force, the oldest first. */
  get all(): readonly KnownBan[] {
    this.#forgetPast();
    return [...this.#bans.values()];
  }

  #find(key: string): KnownBan | null {
    const known = this.#bans.get(key);
    if (known === undefined) return null;
    if (known.untilMs > this.#nowMs()) return known;
    this.#bans.delete(key);
    return null;
  }

  #makeRoom(): void {
    this.#forgetPast();
    if (this.#bans.size <= MOST_LISTED) return;
    // Who is locked or slowed is so by the counts; an address that is banned stays, because others may have banned it.
    for (const [key, { ban }] of this.#bans) {
      if (this.#bans.size <= MOST_LISTED) return;
      if (ban.kind !== 'address') this.#bans.delete(key);
    }
  }

  #forgetPast(): void {
    for (const key of [...this.#bans.keys()]) this.#find(key);
  }
}

function keyOf(ban: Ban): string {
  const network = ban.kind === 'slow' ? '' : ban.network;
  const user = ban.kind === 'address' ? '' : userKey(ban.user);
  return `${ban.kind} ${network} ${user}`;
}
