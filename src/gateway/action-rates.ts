/** Counts the actions of each user against its `actionrate` lines. The sessions of a user share what it has. */
import { asciiLowerCase } from '../ami/message.js';
import { type ActionRate, hasToken, type RateBucket, ratesFor, refilled, withoutToken } from '../policy/action-rate.js';
import type { Policy } from '../policy/policy.js';

export class ActionRates {
  readonly #nowMs: () => number;
  /** As many as the configuration has lines: what a client sends adds none. */
  readonly #buckets = new Map<string, RateBucket>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Takes one action from every rate that counts it, or from none where one of them is used up; false then. */
  admits({ user, actionRates }: Pick<Policy, 'user' | 'actionRates'>, action: string): boolean {
    const nowMs = this.#nowMs();
    const drawn = ratesFor(actionRates, asciiLowerCase(action)).map((rate) => {
      const key = keyOf(user, rate);
      return { key, bucket: refilled(this.#buckets.get(key) ?? null, rate, nowMs) };
    });
    if (!drawn.every(({ bucket }) => hasToken(bucket))) return false;
    for (const { key, bucket } of drawn) this.#buckets.set(key, withoutToken(bucket));
    return true;
  }
}

/** Another rate begins anew, and one that stayed the same does not. */
function keyOf(user: string, { action, count, periodMs }: ActionRate): string {
  return JSON.stringify([user, action, count, periodMs]);
}
