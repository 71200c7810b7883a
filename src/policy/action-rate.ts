/** `actionrate` of manager.conf: how many actions a user may send to Asterisk in a time, as buckets of tokens. */

export interface ActionRate {
  /** The action that is counted, lower case; `null` counts every action. */
  readonly action: string | null;
  /** So many in a row, and as many again in each period, evenly. */
  readonly count: number;
  readonly periodMs: number;
  /** `file:line` where it is written. For people: no decision reads it. */
  readonly place: string;
}

/** What was left at a moment. */
export interface RateBucket {
  readonly tokens: number;
  readonly atMs: number;
}

/** The rates that count this action, `name` in lower case. */
export function ratesFor(rates: readonly ActionRate[], name: string): readonly ActionRate[] {
  return rates.filter(({ action }) => action === null || action === name);
}

/** The bucket at a later moment; `null` stands for one that nobody has drawn from. A clock that goes back fills nothing. */
export function refilled(bucket: RateBucket | null, rate: ActionRate, nowMs: number): RateBucket {
  if (bucket === null) return { tokens: rate.count, atMs: nowMs };
  const elapsedMs = Math.max(nowMs - bucket.atMs, 0);
  const tokens = Math.min(bucket.tokens + (elapsedMs * rate.count) / rate.periodMs, rate.count);
  return { tokens, atMs: Math.max(nowMs, bucket.atMs) };
}

/** Fractions add up to a little less than they should. */
const ALMOST_ONE = 1 - 1e-9;

export function hasToken(bucket: RateBucket): boolean {
  return bucket.tokens >= ALMOST_ONE;
}

export function withoutToken(bucket: RateBucket): RateBucket {
  return { ...bucket, tokens: Math.max(bucket.tokens - 1, 0) };
}
