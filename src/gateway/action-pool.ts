/**
 * Lends upstream connections to sessions, one action at a time, as pgbouncer pools transactions.
 *
 *     forward ──► idle connection? ──► exchange ──► sink
 *            └──► waiters, a turn for each user ──► a connection that became free, or one opened on demand
 *
 * An action that was sent is never sent again: what breaks after that ends as `lost` or `late`.
 */
import { encodeAction } from '../ami/encoder.js';
import type { Result } from '../lib/result.js';
import type { Permit } from '../policy/authorize-action.js';
import type { Log } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import { type AnswerSink, type ExchangeEnd, LeaseConnection } from './lease-connection.js';
import type { OpenedUpstream, UpstreamFailure } from './upstream-login.js';
import { WaitingRoom } from './waiting-room.js';

export interface ActionPoolSettings {
  /** Upstream connections for actions at most; as many actions run at the same time. */
  readonly poolSize: number;
  /** Most connections that one user may hold at the same time, so that there is always one for the others. */
  readonly poolShare: number;
  /** How long an unused connection stays open, in milliseconds. */
  readonly poolIdleTimeoutMs: number;
  /** How long an action waits for a free connection, in milliseconds. */
  readonly leaseWaitTimeoutMs: number;
  /** How long an answer may take, in milliseconds, beyond the time that the action itself asks for. */
  readonly actionTimeoutMs: number;
  /** Actions that may wait at most, over all sessions. */
  readonly maxWaitingActions: number;
}

export interface ActionPoolDeps {
  readonly open: () => Promise<Result<OpenedUpstream, UpstreamFailure>>;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** How a forwarded action ended. `unavailable` and `no-lease`: it was not sent; `lost` and `late`: nobody knows. */
export type ForwardEnd = ExchangeEnd | 'unavailable' | 'no-lease';

export interface ForwardSink {
  answer(bytes: Buffer): void;
  ended(end: ForwardEnd): void;
}

/** A hold on one forwarded action. */
export interface Lease {
  /** Stops the answer until `resume`, so that it waits in Asterisk and not in our memory. */
  pause(): void;
  resume(): void;
  /** Nobody wants the answer any more: if it was not sent it never is, else its bytes are discarded to the sentinel. */
  abandon(): void;
}

interface Waiter {
  readonly permit: Permit;
  readonly sink: ForwardSink;
  readonly deadline: NodeJS.Timeout;
  connection: LeaseConnection | null;
  isAbandoned: boolean;
}

export class ActionPool {
  readonly #deps: ActionPoolDeps;
  readonly #settings: ActionPoolSettings;
  readonly #connections = new Set<LeaseConnection>();
  readonly #idle = new Map<LeaseConnection, NodeJS.Timeout>();
  readonly #waiters = new WaitingRoom<Waiter>();
  /** Connections lent to each user. */
  readonly #held = new Map<string, number>();
  #opening = 0;
  #isOpen = false;

  constructor(deps: ActionPoolDeps, settings: ActionPoolSettings) {
    this.#deps = deps;
    this.#settings = settings;
  }

  /** Asterisk is there: actions may be forwarded. */
  start(): void {
    this.#isOpen = true;
  }

  /** Asterisk is gone: closes every connection, and answers every waiter. `start` opens the pool again. */
  stop(): void {
    this.#isOpen = false;
    for (const connection of [...this.#connections]) connection.close();
    this.#refuseWaiters();
  }

  /** The door to Asterisk: sends the permitted action on a connection of its own and hands its answer to the sink. */
  forward(permit: Permit, sink: ForwardSink): Lease {
    const deadline = setTimeout(() => this.#refuse(waiter, 'no-lease'), this.#settings.leaseWaitTimeoutMs);
    const waiter: Waiter = { permit, sink, deadline, connection: null, isAbandoned: false };
    if (!this.#isOpen || !this.#findRoom(permit.user)) {
      clearTimeout(deadline);
      const end = this.#isOpen ? 'no-lease' : 'unavailable';
      queueMicrotask(() => sink.ended(end));
      return this.#leaseOf(waiter);
    }
    this.#waiters.push(permit.user, waiter);
    this.#serve();
    return this.#leaseOf(waiter);
  }

  /** Connections that exist, and how many of them are lent. */
  get counts(): { readonly open: number; readonly leased: number; readonly waiting: number } {
    const open = this.#connections.size;
    return { open, leased: open - this.#idle.size, waiting: this.#waiters.size };
  }

  /** In a full room, whoever has most waiting makes place for somebody who has less: the last of theirs is refused. */
  #findRoom(user: string): boolean {
    if (this.#waiters.size < this.#settings.maxWaitingActions) return true;
    const last = this.#waiters.lastOfGreediest(user);
    if (last === null) return false;
    this.#refuse(last, 'no-lease');
    return true;
  }

  #serve(): void {
    while (this.#waiters.size > 0) {
      const [connection] = this.#idle.keys();
      if (connection === undefined) break;
      const waiter = this.#waiters.shift((user) => this.#mayHold(user));
      if (waiter === null) break;
      clearTimeout(waiter.deadline);
      if (!waiter.isAbandoned) this.#lend(connection, waiter);
    }
    this.#openOnDemand();
  }

  #lend(connection: LeaseConnection, waiter: Waiter): void {
    clearTimeout(this.#idle.get(connection));
    this.#idle.delete(connection);
    waiter.connection = connection;
    this.#hold(waiter.permit.user, 1);
    const startedAt = performance.now();
    const sink: AnswerSink = {
      answer: (bytes) => {
        if (!waiter.isAbandoned) waiter.sink.answer(bytes);
      },
      ended: (end) => {
        waiter.connection = null;
        this.#hold(waiter.permit.user, -1);
        this.#deps.metrics.actionSeconds.observe((performance.now() - startedAt) / 1000);
        if (end === 'complete' && connection.isOpen) this.#rest(connection);
        if (!waiter.isAbandoned) waiter.sink.ended(end);
        this.#serve();
      },
    };
    const { permit } = waiter;
    connection.exchange(encodeAction(permit.lines), sink, this.#settings.actionTimeoutMs + permit.expectedMs);
  }

  #mayHold(user: string): boolean {
    return (this.#held.get(user) ?? 0) < this.#settings.poolShare;
  }

  #hold(user: string, change: 1 | -1): void {
    const held = (this.#held.get(user) ?? 0) + change;
    if (held === 0) this.#held.delete(user);
    else this.#held.set(user, held);
  }

  #rest(connection: LeaseConnection): void {
    connection.resume();
    this.#idle.set(
      connection,
      setTimeout(() => connection.close(), this.#settings.poolIdleTimeoutMs),
    );
  }

  #openOnDemand(): void {
    const missing =
      this.#waiters.countServable((user) => this.#settings.poolShare - (this.#held.get(user) ?? 0)) - this.#opening;
    const room = this.#settings.poolSize - this.#connections.size - this.#opening;
    for (let count = Math.min(missing, room); count > 0 && this.#isOpen; count--) {
      this.#opening += 1;
      void this.#open();
    }
  }

  async #open(): Promise<void> {
    const opened = await this.#deps.open();
    this.#opening -= 1;
    if (!opened.ok && !this.#isOpen) return;
    if (!opened.ok) {
      this.#deps.log.warn({ reason: opened.failure.kind, detail: opened.failure.message }, 'action connection failed');
      if (this.#connections.size === 0 && this.#opening === 0) this.#refuseWaiters();
      return;
    }
    if (!this.#isOpen) {
      opened.value.socket.destroy();
      return;
    }
    const connection = new LeaseConnection(opened.value.socket, (closed) => this.#forget(closed));
    this.#connections.add(connection);
    this.#rest(connection);
    this.#serve();
  }

  #forget(connection: LeaseConnection): void {
    this.#connections.delete(connection);
    clearTimeout(this.#idle.get(connection));
    this.#idle.delete(connection);
    if (this.#isOpen) this.#serve();
  }

  #refuseWaiters(): void {
    for (const waiter of this.#waiters.all) this.#refuse(waiter, 'unavailable');
  }

  #refuse(waiter: Waiter, end: ForwardEnd): void {
    clearTimeout(waiter.deadline);
    this.#waiters.remove(waiter.permit.user, waiter);
    if (!waiter.isAbandoned) waiter.sink.ended(end);
  }

  #leaseOf(waiter: Waiter): Lease {
    return {
      pause: () => waiter.connection?.pause(),
      resume: () => waiter.connection?.resume(),
      abandon: () => {
        waiter.isAbandoned = true;
        if (waiter.connection === null) this.#refuse(waiter, 'no-lease');
        else waiter.connection.resume();
      },
    };
  }
}
