/** All sessions that are open: who is logged in, how many are not yet. */
import type { CloseReason } from '../net/connection.js';
import { userKey } from '../policy/policy.js';
import type { Metrics } from '../telemetry/metrics.js';

/** What the registry knows of a session: that it can be closed. */
export interface OpenSession {
  close(reason: CloseReason): void;
}

export class SessionRegistry {
  readonly #metrics: Metrics;
  readonly #unauthenticated = new Set<OpenSession>();
  readonly #loggedIn = new Map<string, Set<OpenSession>>();
  #loggedInCount = 0;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  get unauthenticatedCount(): number {
    return this.#unauthenticated.size;
  }

  get count(): number {
    return this.#unauthenticated.size + this.#loggedInCount;
  }

  /** Every open session, as a copy: closing them while walking is safe. */
  get sessions(): readonly OpenSession[] {
    return [...this.#unauthenticated, ...[...this.#loggedIn.values()].flatMap((sessions) => [...sessions])];
  }

  /** A connection came: it counts against authlimit until it has logged in. */
  add(session: OpenSession): void {
    this.#unauthenticated.add(session);
    this.#measure();
  }

  /** How many sessions carry this name; Asterisk compares without regard to case. */
  countOf(username: string): number {
    return this.#loggedIn.get(userKey(username))?.size ?? 0;
  }

  logIn(session: OpenSession, user: string): void {
    const key = userKey(user);
    const sessions = this.#loggedIn.get(key) ?? new Set();
    sessions.add(session);
    this.#unauthenticated.delete(session);
    this.#loggedIn.set(key, sessions);
    this.#loggedInCount += 1;
    this.#metrics.userSessions.set({ user }, sessions.size);
    this.#measure();
  }

  /** The session is over; `user` is `null` when it never logged in. */
  remove(session: OpenSession, user: string | null): void {
    this.#unauthenticated.delete(session);
    const key = user === null ? null : userKey(user);
    const sessions = key === null ? undefined : this.#loggedIn.get(key);
    if (key !== null && user !== null && sessions?.delete(session)) {
      this.#loggedInCount -= 1;
      this.#metrics.userSessions.set({ user }, sessions.size);
      if (sessions.size === 0) this.#loggedIn.delete(key);
    }
    this.#measure();
  }

  #measure(): void {
    this.#metrics.sessions.set({ state: 'unauthenticated' }, this.#unauthenticated.size);
    this.#metrics.sessions.set({ state: 'authenticated' }, this.#loggedInCount);
  }
}
