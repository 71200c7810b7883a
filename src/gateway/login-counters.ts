/**
 * Counts of failed logins, bans and the like, each for a while: in memory, and in Redis as well where several gateways
 * stand side by side. The larger count is true, so that a Redis that dies or forgets opens nothing, and one that is
 * slow or broken closes nothing.
 */
import { RateLimiterMemory, RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible';
import type { SharedState } from './shared-state.js';

export interface CounterSettings {
  /** Tells it from the others in Redis. */
  readonly name: string;
  /** How long a count that begins now lasts, in milliseconds. Whole seconds; a timer of Node waits 24 days at most. */
  readonly windowMs: () => number;
}

export interface Count {
  readonly count: number;
  /** Until it is forgotten; 0 for a count of 0. */
  readonly remainingMs: number;
}

/** None of these ever rejects. */
export interface Counter {
  add(key: string): Promise<Count>;
  read(key: string): Promise<Count>;
  forget(key: string): Promise<void>;
}

const NONE: Count = { count: 0, remainingMs: 0 };

export function makeCounter({ name, windowMs }: CounterSettings, shared: SharedState | null): Counter {
  const windowSeconds = () => ({ customDuration: Math.ceil(windowMs() / 1000) });
  const settings = { keyPrefix: `ami-gateway:${name}`, points: 0, duration: windowSeconds().customDuration };
  const own = new RateLimiterMemory(settings);
  if (shared === null) {
    return {
      add: async (key) => countOf(await own.penalty(key, 1, windowSeconds())),
      read: async (key) => countOf(await own.get(key)),
      forget: async (key) => void (await own.delete(key)),
    };
  }
  const theirs = new RateLimiterRedis({ ...settings, storeClient: shared.client, rejectIfRedisNotReady: true });
  return {
    add: async (key) =>
      larger(
        countOf(await own.penalty(key, 1, windowSeconds())),
        await shared.ask(() => theirs.penalty(key, 1, windowSeconds()).then(countOf), NONE),
      ),
    read: async (key) =>
      larger(countOf(await own.get(key)), await shared.ask(() => theirs.get(key).then(countOf), NONE)),
    forget: async (key) => {
      await own.delete(key);
      await shared.ask(() => theirs.delete(key), false);
    },
  };
}

function countOf(found: RateLimiterRes | null): Count {
  return found === null || found.msBeforeNext <= 0
    ? NONE
    : { count: found.consumedPoints, remainingMs: found.msBeforeNext };
}

function larger(one: Count, other: Count): Count {
  return other.count > one.count ? other : one;
}
