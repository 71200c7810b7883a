/** All sessions that are open: who is logged in, how many are not yet. */
import type { CloseReason } from '../net/connection.js';
import { networkOf } from '../policy/client-address.js';
import { type Policies, userKey } from '../policy/policy.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { SessionStatus } from './session-status.js';

/** What the registry knows of a session: what it tells of itself, how it ends, and that its user can change. */
export interface OpenSession {
  readonly status: SessionStatus;
  /** The users are others now. */
  adopt(policies: Policies): void;
  /** Closes when the action in work was answered. */
  drain(): void;
  close(reason: CloseReason): void;
}

interface PlaceCounts {
  readonly open: number;
  readonly unauthenticated: number;
}

export class SessionRegistry {
  readonly #metrics: Metrics;
  readonly #unauthenticated = new Set<OpenSession>();
  readonly #loggedIn = new Map<string, Set<OpenSession>>();
  /** Of the sessions that hold a connection: by network, and each session's own. */
  readonly #places = new Map<string, PlaceCounts>();
  readonly #networks = new Map<OpenSession, string>();
  #loggedInCount = 0;
  #emptied: () => void = () => undefined;

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

  /** Resolves when no session is open. */
  whenEmpty(): Promise<void> {
    return new Promise((resolve) => {
      this.#emptied = resolve;
      if (this.count === 0) resolve();
    });
  }

  /** Sessions from the network of this address. */
  countsAt(address: string): Readonly<PlaceCounts> {
    return this.#places.get(networkOf(address)) ?? { open: 0, unauthenticated: 0 };
  }

  /** A connection came: it counts against authlimit until it has logged in. `address` is `null` for a session without one. */
  add(session: OpenSession, address: string | null): void {
    this.#unauthenticated.add(session);
    if (address !== null) this.#place(session, networkOf(address));
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
    if (this.#unauthenticated.delete(session)) this.#move(session, { open: 0, unauthenticated: -1 });
    this.#loggedIn.set(key, sessions);
    this.#loggedInCount += 1;
    this.#metrics.userSessions.set({ user }, sessions.size);
    this.#measure();
  }

  /** The session is over; `user` is `null` when it never logged in. */
  remove(session: OpenSession, user: string | null): void {
    const wasUnauthenticated = this.#unauthenticated.delete(session);
    this.#move(session, { open: -1, unauthenticated: wasUnauthenticated ? -1 : 0 });
    this.#networks.delete(session);
    const key = user === null ? null : userKey(user);
    const sessions = key === null ? undefined : this.#loggedIn.get(key);
    if (key !== null && user !== null && sessions?.delete(session)) {
      this.#loggedInCount -= 1;
      this.#metrics.userSessions.set({ user }, sessions.size);
      if (sessions.size === 0) this.#loggedIn.delete(key);
    }
    this.#measure();
    if (this.count === 0) this.#emptied();
  }

  #place(session: OpenSession, network: string): void {
    this.#networks.set(session, network);
    this.#move(session, { open: 1, unauthenticated: 1 });
  }

  #move(session: OpenSession, change: PlaceCounts): void {
    const network = this.#networks.get(session);
    if (network === undefined) return;
    const { open, unauthenticated } = this.#places.get(network) ?? { open: 0, unauthenticated: 0 };
    if (open + change.open === 0) this.#places.delete(network);
    else
      this.#places.set(network, {
        open: open + change.open,
        unauthenticated: unauthenticated + change.unauthenticated,
      });
  }

  #measure(): void {
    this.#metrics.sessions.set({ state: 'unauthenticated' }, this.#unauthenticated.size);
    this.#metrics.sessions.set({ state: 'authenticated' }, this.#loggedInCount);
  }
}
