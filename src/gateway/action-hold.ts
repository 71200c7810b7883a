/**
 * Holds actions back while an operator restarts Asterisk, as pgbouncer's PAUSE does.
 *
 *     relay.forward ──► open? ──► pool
 *                  └──► paused: held, users in turn ──► resume and Asterisk is there ──► pool
 *
 * What was forwarded before is finished. What is held waits no longer than an action may wait for a connection, and is
 * answered with the same error then. A pause outlives the upstream: it ends by `resume` alone.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Permit } from '../policy/authorize-action.js';
import type { ActionPool, ActionPoolSettings, ForwardEnd, ForwardSink, Lease } from './action-pool.js';
import { WaitingRoom } from './waiting-room.js';

export type HeldPool = Pick<ActionPool, 'start' | 'stop' | 'retire' | 'forward' | 'counts'>;
export type ActionHoldSettings = Pick<ActionPoolSettings, 'leaseWaitTimeoutMs' | 'maxWaitingActions'>;

interface Held {
  readonly permit: Permit;
  readonly sink: ForwardSink;
  readonly deadline: NodeJS.Timeout;
  /** What the pool made of it, once it was let go. */
  lease: Lease | null;
}

/** How often a pause looks whether Asterisk still works on something. */
const LOOK_EVERY_MS = 20;

export class ActionHold {
  readonly #pool: HeldPool;
  #settings: ActionHoldSettings;
  readonly #held = new WaitingRoom<Held>();
  #isPaused = false;
  #isUp = false;

  constructor(pool: HeldPool, settings: ActionHoldSettings) {
    this.#pool = pool;
    this.#settings = settings;
  }

  /** What comes from now on waits as long as these settings say. */
  adopt(settings: ActionHoldSettings): void {
    this.#settings = settings;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  get heldCount(): number {
    return this.#held.size;
  }

  /** Actions that Asterisk works on or is about to. */
  get inFlightCount(): number {
    const { leased, waiting } = this.#pool.counts;
    return leased + waiting;
  }

  /** Asterisk is there. */
  start(): void {
    this.#isUp = true;
    this.#pool.start();
    this.#release();
  }

  /** Asterisk is gone; what is held goes on waiting. */
  stop(): void {
    this.#isUp = false;
    this.#pool.stop();
  }

  /** Asterisk is another one now, or we are; what is held goes there. */
  retire(): void {
    this.#pool.retire();
  }

  pause(): void {
    this.#isPaused = true;
  }

  /** Where Asterisk is not there yet, what is held waits for it. */
  resume(): void {
    this.#isPaused = false;
    this.#release();
  }

  /** Resolves with true when nothing is in flight, with false after the time or on the signal. */
  async waitUntilIdle(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    const until = performance.now() + timeoutMs;
    while (this.inFlightCount > 0) {
      const leftMs = until - performance.now();
      if (leftMs <= 0 || signal.aborted) return false;
      await delay(Math.min(LOOK_EVERY_MS, leftMs), undefined, { ref: false });
    }
    return !signal.aborted;
  }

  forward(permit: Permit, sink: ForwardSink): Lease {
    if (!this.#isPaused) return this.#leaseOf({ lease: this.#pool.forward(permit, sink) }, () => undefined);
    const deadline = setTimeout(() => this.#refuse(held), this.#settings.leaseWaitTimeoutMs);
    deadline.unref();
    const held: Held = { permit, sink, deadline, lease: null };
    if (this.#findRoom(permit.user)) this.#held.push(permit.user, held);
    else queueMicrotask(() => this.#refuse(held));
    return this.#leaseOf(held, () => this.#take(held));
  }

  /** While it is paused nothing follows, or what is in flight would never end. */
  #leaseOf(held: { readonly lease: Lease | null }, forget: () => void): Lease {
    const isPaused = () => this.#isPaused;
    return {
      get hasRoom() {
        return !isPaused() && held.lease?.hasRoom === true;
      },
      follow: (permit, sink) => held.lease?.follow(permit, sink),
      pause: () => held.lease?.pause(),
      resume: () => held.lease?.resume(),
      abandon: () => (held.lease === null ? forget() : held.lease.abandon()),
    };
  }

  #release(): void {
    if (this.#isPaused || !this.#isUp) return;
    for (let held = this.#held.shift(() => true); held !== null; held = this.#held.shift(() => true)) {
      clearTimeout(held.deadline);
      held.lease = this.#pool.forward(held.permit, held.sink);
    }
  }

  /** As in the pool: in a full room, whoever has most waiting makes place for somebody who has less. */
  #findRoom(user: string): boolean {
    if (this.#held.size < this.#settings.maxWaitingActions) return true;
    const last = this.#held.lastOfGreediest(user);
    if (last === null) return false;
    this.#refuse(last);
    return true;
  }

  #refuse(held: Held): void {
    this.#take(held);
    held.sink.ended('no-lease' satisfies ForwardEnd);
  }

  #take(held: Held): void {
    clearTimeout(held.deadline);
    this.#held.remove(held.permit.user, held);
  }
}
