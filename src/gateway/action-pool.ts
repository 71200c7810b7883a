/**
 * Lends upstream connections to sessions, for one action and those pipelined behind it, as pgbouncer pools transactions.
 *
 *     forward ──► idle connection? ──► exchange ──► sink
 *            └──► waiters, a turn for each user ──► a connection that became free, or one opened on demand
 *
 * An action that was sent is never sent again: what breaks after that ends as `lost` or `late`.
 */
import type { Result } from '../lib/result.js';
import type { Permit } from '../policy/authorize-action.js';
import type { Log } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import { type ExchangeEnd, LeaseConnection } from './lease-connection.js';
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

/** A hold on one forwarded action, and on those that follow it on the same connection. */
export interface Lease {
  /** True while one more action of the same session may follow the last one, before that is answered. */
  readonly hasRoom: boolean;
  /** Sends one more behind the last, where there is room; its answer is the next one of this connection. */
  follow(permit: Permit, sink: ForwardSink): void;
  /** Stops the answer until `resume`, so that it waits in Asterisk and not in our memory. */
  pause(): void;
  resume(): void;
  /** Nobody wants the answers any more: what was not sent never is, else its bytes are discarded to the sentinel. */
  abandon(): void;
}

interface Waiter {
  readonly permit: Permit;
  readonly sink: ForwardSink;
  /** Only for who has to wait. */
  deadline: NodeJS.Timeout | null;
  connection: LeaseConnection | null;
  isAbandoned: boolean;
  /** Actions sent on its connection, and those of them that are not answered. */
  sent: number;
  underWay: number;
  /** When Asterisk began with the answer under way, as far as we know. */
  begunAtMs: number;
}

/**
 * Actions of one session on one lease: few enough that a lease ends soon and its turn comes to others, and events that
 * wait for its end with it; enough to halve the writes for each action more than four times.
 */
const MOST_SENT = 16;
/** Looks for unused connections in one idle timeout. */
const SWEEPS = 4;

export class ActionPool {
  readonly #deps: ActionPoolDeps;
  #settings: ActionPoolSettings;
  readonly #connections = new Set<LeaseConnection>();
  /** Since when each is unused, by the clock of `performance`. */
  readonly #idle = new Map<LeaseConnection, number>();
  readonly #waiters = new WaitingRoom<Waiter>();
  /** Connections lent to each user. */
  readonly #held = new Map<string, number>();
  #opening = 0;
  /** Connections to an Asterisk, or by an account, that is not ours any more. */
  readonly #retired = new WeakSet<LeaseConnection>();
  #generation = 0;
  #isOpen = false;
  #sweeper: NodeJS.Timeout | null = null;

  constructor(deps: ActionPoolDeps, settings: ActionPoolSettings) {
    this.#deps = deps;
    this.#settings = settings;
  }

  /** Asterisk is there: actions may be forwarded. */
  start(): void {
    this.#isOpen = true;
    this.#sweeper ??= setInterval(() => this.#closeUnused(), this.#settings.poolIdleTimeoutMs / SWEEPS);
  }

  /** Asterisk is gone: closes every connection, and answers every waiter. `start` opens the pool again. */
  stop(): void {
    this.#isOpen = false;
    if (this.#sweeper !== null) clearInterval(this.#sweeper);
    this.#sweeper = null;
    for (const connection of [...this.#connections]) connection.close();
    this.#refuseWaiters();
  }

  /** What is sent from now on follows these settings. */
  adopt(settings: ActionPoolSettings): void {
    this.#settings = settings;
    if (!this.#isOpen) return;
    if (this.#sweeper !== null) clearInterval(this.#sweeper);
    this.#sweeper = null;
    this.start();
    this.#serve();
  }

  /** Where Asterisk is, or who we are there, has changed: actions that were sent are still answered, later ones go there. */
  retire(): void {
    this.#generation += 1;
    for (const connection of this.#connections) this.#retired.add(connection);
    for (const connection of [...this.#idle.keys()]) connection.close();
  }

  /** The door to Asterisk: sends the permitted action on a connection of its own and hands its answer to the sink. */
  forward(permit: Permit, sink: ForwardSink): Lease {
    const state = { deadline: null, connection: null, isAbandoned: false, sent: 0, underWay: 0, begunAtMs: 0 };
    const waiter: Waiter = { permit, sink, ...state };
    if (!this.#isOpen || !this.#findRoom(permit.user)) {
      const end = this.#isOpen ? 'no-lease' : 'unavailable';
      queueMicrotask(() => sink.ended(end));
      return this.#leaseOf(waiter);
    }
    this.#waiters.push(permit.user, waiter);
    this.#serve();
    if (waiter.connection === null) {
      waiter.deadline = setTimeout(() => this.#refuse(waiter, 'no-lease'), this.#settings.leaseWaitTimeoutMs);
    }
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
      stopWaiting(waiter);
      if (!waiter.isAbandoned) this.#lend(connection, waiter);
    }
    this.#openOnDemand();
  }

  #lend(connection: LeaseConnection, waiter: Waiter): void {
    this.#idle.delete(connection);
    waiter.connection = connection;
    waiter.begunAtMs = performance.now();
    this.#hold(waiter.permit.user, 1);
    this.#exchange(connection, waiter, waiter);
  }

  #exchange(connection: LeaseConnection, waiter: Waiter, sent: Pick<Waiter, 'permit' | 'sink'>): void {
    const { permit, sink } = sent;
    waiter.sent += 1;
    waiter.underWay += 1;
    const ended = (end: ExchangeEnd) => {
      waiter.underWay -= 1;
      const nowMs = performance.now();
      this.#deps.metrics.actionSeconds.observe((nowMs - waiter.begunAtMs) / 1000);
      waiter.begunAtMs = nowMs;
      if (waiter.underWay === 0) this.#takeBack(connection, waiter, end);
      if (!waiter.isAbandoned) sink.ended(end);
      this.#serve();
    };
    const answer = (bytes: Buffer) => {
      if (!waiter.isAbandoned) sink.answer(bytes);
    };
    connection.exchange(permit.lines, { answer, ended }, this.#settings.actionTimeoutMs + permit.expectedMs);
  }

  #takeBack(connection: LeaseConnection, waiter: Waiter, end: ExchangeEnd): void {
    waiter.connection = null;
    this.#hold(waiter.permit.user, -1);
    if (end === 'complete' && connection.isOpen) this.#rest(connection);
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
    const isSurplus = this.#connections.size > this.#settings.poolSize;
    if (isSurplus || this.#retired.has(connection)) return connection.close();
    connection.resume();
    this.#idle.set(connection, performance.now());
  }

  /** One timer for all of them: an action should not cost one. */
  #closeUnused(): void {
    const oldest = performance.now() - this.#settings.poolIdleTimeoutMs;
    for (const [connection, sinceMs] of [...this.#idle]) if (sinceMs <= oldest) connection.close();
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
    const generation = this.#generation;
    const opened = await this.#deps.open();
    this.#opening -= 1;
    if (generation !== this.#generation && this.#isOpen) return this.#openInstead(opened);
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

  /** It was opened for what is not ours any more. */
  #openInstead(opened: Result<OpenedUpstream, UpstreamFailure>): void {
    if (opened.ok) opened.value.socket.destroy();
    this.#serve();
  }

  #forget(connection: LeaseConnection): void {
    this.#connections.delete(connection);
    this.#idle.delete(connection);
    if (this.#isOpen) this.#serve();
  }

  #refuseWaiters(): void {
    for (const waiter of this.#waiters.all) this.#refuse(waiter, 'unavailable');
  }

  #refuse(waiter: Waiter, end: ForwardEnd): void {
    stopWaiting(waiter);
    this.#waiters.remove(waiter.permit.user, waiter);
    if (!waiter.isAbandoned) waiter.sink.ended(end);
  }

  #leaseOf(waiter: Waiter): Lease {
    const hasRoom = () => waiter.connection?.isOpen === true && waiter.sent < MOST_SENT && this.#waiters.size === 0;
    return {
      get hasRoom() {
        return hasRoom();
      },
      follow: (permit, sink) => {
        if (waiter.connection === null) queueMicrotask(() => sink.ended('no-lease'));
        else this.#exchange(waiter.connection, waiter, { permit, sink });
      },
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

function stopWaiting(waiter: Waiter): void {
  if (waiter.deadline !== null) clearTimeout(waiter.deadline);
  waiter.deadline = null;
}
