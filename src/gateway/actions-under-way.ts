/**
 * The actions of one session that are under way to Asterisk and back. They share one lease, are answered in their
 * order, and the session goes on when the last of them is answered.
 *
 *     forward ──► lease;  follow ──► the same lease, before the first is answered  ──► … ──► settled
 *
 * Nothing follows an action that may cause events, where the session would see them: they precede the next answer.
 */
import { encodeError } from '../ami/encoder.js';
import type { AmiAction } from '../ami/message.js';
import type { Connection } from '../net/connection.js';
import type { Permit } from '../policy/authorize-action.js';
import { isQuiet } from '../policy/quiet-actions.js';
import type { Log } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { ForwardEnd, ForwardSink, Lease } from './action-pool.js';
import type { Relay } from './relay.js';

export interface ActionsUnderWayDeps {
  readonly connection: Connection;
  readonly relay: Relay;
  readonly log: Log;
  readonly metrics: Metrics;
  /** The last one is answered; with `loud`, events that it caused may still be to come. */
  readonly settled: (volume: 'quiet' | 'loud') => void;
}

export class ActionsUnderWay {
  readonly #deps: ActionsUnderWayDeps;
  #lease: Lease | null = null;
  #count = 0;
  #isLoud = false;

  constructor(deps: ActionsUnderWayDeps) {
    this.#deps = deps;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** True when another action may be sent before those under way are answered; `seesEvents` of the session. */
  hasRoom(seesEvents: boolean): boolean {
    const { connection } = this.#deps;
    return this.#lease?.hasRoom === true && !(seesEvents && this.#isLoud) && !connection.isCongested;
  }

  /** Sends the first, or one more where there is room. */
  forward(action: AmiAction, permit: Permit): void {
    const sink = this.#sinkOf(action, permit);
    this.#count += 1;
    this.#isLoud ||= !isQuiet(action);
    if (this.#lease === null) this.#lease = this.#deps.relay.forward(permit, sink);
    else this.#lease.follow(permit, sink);
  }

  /** The client can take more of an answer. */
  resume(): void {
    this.#lease?.resume();
  }

  /** The session is over: nobody wants the answers. */
  abandon(): void {
    this.#lease?.abandon();
  }

  #sinkOf(action: AmiAction, permit: Permit): ForwardSink {
    const { connection } = this.#deps;
    return {
      answer: (bytes) => {
        connection.send(bytes);
        if (connection.isCongested) this.#lease?.pause();
      },
      ended: (end) => this.#ended(action, permit, end),
    };
  }

  #ended(action: AmiAction, permit: Permit, end: ForwardEnd): void {
    const { connection, metrics, log, settled } = this.#deps;
    metrics.forwardEnds.inc({ end });
    if (end !== 'complete') {
      log.warn({ action: permit.action, end }, 'action was not answered by Asterisk');
      connection.send(encodeError(action.actionId, FORWARD_ERRORS[end]));
    }
    this.#count -= 1;
    if (this.#count > 0) return;
    const volume = this.#isLoud && end === 'complete' ? 'loud' : 'quiet';
    this.#lease = null;
    this.#isLoud = false;
    settled(volume);
  }
}

/** What a client is told when Asterisk did not answer; each says whether the action may have happened. */
const FORWARD_ERRORS = {
  unavailable: 'Asterisk is not connected; the action was not sent',
  'no-lease': 'No upstream connection became free in time; the action was not sent',
  lost: 'The connection to Asterisk broke; the outcome of the action is unknown',
  late: 'Asterisk did not answer in time; the outcome of the action is unknown',
} as const satisfies Record<Exclude<ForwardEnd, 'complete'>, string>;
