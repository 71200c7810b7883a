/**
 * An HTTP session as a Connection: the session sees messages one at a time, and what it sends until it is ready for the
 * next one is the answer to the request.
 *
 *     submit ──► queue ──► receiver.receive ──► send, send … ──► ready: answered
 *
 * While something waits in the queue, a WaitEvent ends; another WaitEvent takes its place, and it is answered with
 * nothing, as in Asterisk.
 */
import type { DecodedInput } from '../ami/action-decoder.js';
import { asciiLowerCase } from '../ami/message.js';
import type { CloseReason, Connection, Peer, Receiver } from '../net/connection.js';

export type Outcome =
  | { readonly kind: 'answered'; readonly text: string }
  /** The session ended before it was this request's turn. */
  | { readonly kind: 'not-begun' }
  /** Too many requests of the session wait already. */
  | { readonly kind: 'crowded' }
  /** The session ended while it worked on the request. */
  | { readonly kind: 'broken'; readonly reason: CloseReason };

export interface Submission {
  readonly outcome: Promise<Outcome>;
  /** The client is gone: what only waits for events need not. */
  abandon(): void;
}

interface Exchange {
  readonly input: DecodedInput;
  readonly peer: Peer;
  readonly settle: (outcome: Outcome) => void;
  readonly sent: Buffer[];
  bytes: number;
  isDisplaced: boolean;
}

/** More requests at once than programs and browsers make in one session. */
const MOST_WAITING = 32;
/** An answer is held until it is whole, because its length is told first. More than any list of a large system. */
const MAX_ANSWER_BYTES = 64 << 20;

/** With these reasons a session says its last word before it closes. */
const LAST_WORDS: ReadonlySet<CloseReason> = new Set(['logoff', 'login-failed', 'login-in-use', 'drained']);

export class HttpConnection implements Connection {
  #peer: Peer;
  #forget: () => void = () => undefined;
  #receiver: Receiver | null = null;
  #isWanted = false;
  #current: Exchange | null = null;
  #queue: Exchange[] = [];
  #isEnded = false;

  constructor(peer: Peer) {
    this.#peer = peer;
  }

  /** Acts when the session is over; at once if it is. */
  whenEnded(act: () => void): void {
    if (this.#isEnded) act();
    else this.#forget = act;
  }

  /** That of the request in work: a session may be used from several places. */
  get peer(): Peer {
    return this.#peer;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  get isInUse(): boolean {
    return this.#current !== null || this.#queue.length > 0;
  }

  start(receiver: Receiver): void {
    this.#receiver = receiver;
  }

  submit(input: DecodedInput, peer: Peer): Submission {
    let settle: (outcome: Outcome) => void = () => undefined;
    const outcome = new Promise<Outcome>((resolve) => {
      settle = resolve;
    });
    const exchange: Exchange = { input, peer, settle, sent: [], bytes: 0, isDisplaced: false };
    this.#enqueue(exchange);
    return { outcome, abandon: () => this.#abandon(exchange) };
  }

  /** The answer in work is complete, and the session takes the next message. */
  ready(): void {
    const done = this.#current;
    this.#current = null;
    this.#isWanted = true;
    done?.settle({ kind: 'answered', text: Buffer.concat(done.sent).toString('latin1') });
    this.#advance();
  }

  /** Each request has an answer of its own: none is worked ahead of. */
  take(): null {
    return null;
  }

  send(bytes: Buffer): void {
    const exchange = this.#current;
    if (exchange === null || exchange.isDisplaced) return;
    exchange.sent.push(bytes);
    exchange.bytes += bytes.length;
    if (exchange.bytes > MAX_ANSWER_BYTES) this.close('answer-too-large');
  }

  sendNow(bytes: Buffer): void {
    this.send(bytes);
  }

  /** An answer is collected here before the client gets the first byte of it, so nothing is held back at Asterisk. */
  get isCongested(): boolean {
    return false;
  }

  get queuedBytes(): number {
    return this.#current?.bytes ?? 0;
  }

  /** The stall of one answer is for the listener to watch: the connection of a client is not that of its session. */
  limitStall(): void {}

  /** What a stranger may send is bounded by each request. */
  trust(): void {}

  close(reason: CloseReason): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const [current, queue] = [this.#current, this.#queue];
    [this.#current, this.#queue] = [null, []];
    if (current !== null && LAST_WORDS.has(reason)) {
      current.settle({ kind: 'answered', text: Buffer.concat(current.sent).toString('latin1') });
    }
    current?.settle({ kind: 'broken', reason });
    for (const exchange of queue) exchange.settle({ kind: 'not-begun' });
    this.#receiver?.ended(reason);
    this.#forget();
  }

  #enqueue(exchange: Exchange): void {
    if (this.#isEnded) return exchange.settle({ kind: 'not-begun' });
    if (this.#queue.length >= MOST_WAITING) return exchange.settle({ kind: 'crowded' });
    this.#queue.push(exchange);
    if (this.#isWanted) this.#advance();
    else this.#tellWaiting();
  }

  #advance(): void {
    if (this.#isEnded || !this.#isWanted) return;
    const exchange = this.#queue.shift();
    if (exchange === undefined) return;
    this.#isWanted = false;
    this.#current = exchange;
    this.#peer = exchange.peer;
    this.#receiver?.receive(exchange.input);
    if (this.#queue.length > 0) this.#tellWaiting();
  }

  #tellWaiting(): void {
    const current = this.#current;
    const isReplaced =
      current !== null && isWaitEvent(current.input) && this.#queue.some((one) => isWaitEvent(one.input));
    // It has no events to lose: had there been one, it would have been answered by now.
    if (isReplaced) current.isDisplaced = true;
    this.#receiver?.waiting();
  }

  #abandon(exchange: Exchange): void {
    if (this.#isEnded) return;
    this.#queue = this.#queue.filter((other) => other !== exchange);
    if (this.#current === exchange) this.#receiver?.waiting();
  }
}

function isWaitEvent(input: DecodedInput): boolean {
  return input.kind === 'action' && asciiLowerCase(input.action.name) === 'waitevent';
}
