/**
 * How many logins are weighed in a second: those beyond it wait, none is refused. As a virtual schedule (GCRA): each
 * login takes the next free moment, and a pause saves up to one second of them.
 */

export interface Pace {
  readonly perSecond: number;
  /** Who can wait at the same time at most: a schedule longer than that was filled by clients that have gone. */
  readonly mostWaiting: number;
}

export interface PacedLogin {
  readonly waitMs: number;
  /** To be remembered for the next login: the moment until which the schedule is taken. */
  readonly takenUntilMs: number;
}

/** `takenUntilMs` is that of the last login, 0 before the first. */
export function paceLogin(pace: Pace, takenUntilMs: number, nowMs: number): PacedLogin {
  const intervalMs = 1000 / pace.perSecond;
  const savedMs = 1000;
  const next = Math.max(nowMs, takenUntilMs) + intervalMs;
  const longestMs = savedMs + pace.mostWaiting * intervalMs;
  const until = Math.min(next, nowMs + longestMs);
  return { waitMs: Math.max(0, until - savedMs - nowMs), takenUntilMs: until };
}
