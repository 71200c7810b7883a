/**
 * One logged-in upstream connection that is lent to one session for a few actions in a row.
 *
 *     exchange ──► action + sentinel Ping ──► Asterisk
 *     sink.answer ◄── whole blocks ◄── … ◄── Pong of the sentinel: sink.ended('complete'), then the next one's answer
 *
 * Asterisk answers a connection's actions strictly in order, so whatever comes before the Pong is the answer, whatever
 * its shape. The token of the sentinel is random: no header that a caller can influence can pretend to be the end.
 */
import type { Duplex } from 'node:stream';
import { isWholeAnswer } from '../ami/answer-end.js';
import { encodeActionText } from '../ami/encoder.js';
import { newToken } from './token.js';

/** How an exchange ended. `lost` and `late`: the action was sent, and its answer did not come to an end. */
export type ExchangeEnd = 'complete' | 'lost' | 'late';

export interface AnswerSink {
  /** Bytes of the answer, in order, cut between blocks where that is possible. */
  answer(bytes: Buffer): void;
  ended(end: ExchangeEnd): void;
}

interface Exchange {
  readonly sink: AnswerSink;
  readonly sentinel: Buffer;
  /** Counted from the end of the exchange before it: Asterisk has not begun with it earlier. */
  readonly deadlineMs: number;
}

/** The ends of what the sink has of an answer. */
interface Released {
  readonly first: Buffer;
  readonly last: Buffer;
}

const LINE_END = Buffer.from('\r\n', 'latin1');
const CR = 13;
const LF = 10;
const BLOCK_END = Buffer.from('\r\n\r\n', 'latin1');
const SENTINEL_HEADS = [Buffer.from('Response: Success\r\n', 'latin1'), Buffer.from('Response: Error\r\n', 'latin1')];
/** A block larger than this is passed on in parts, so that no answer has to fit into memory. */
const MAX_HELD_BYTES = 1 << 20;
const NOTHING = Buffer.alloc(0);

export class LeaseConnection {
  readonly #socket: Duplex;
  readonly #closed: (connection: LeaseConnection) => void;
  /** In the order in which Asterisk answers; the answer that comes in is that of the first. */
  readonly #exchanges: Exchange[] = [];
  #deadline: NodeJS.Timeout | null = null;
  #unsent = '';
  #held: Buffer = NOTHING;
  /** Of the first exchange: should its sentinel not come, the end of its answer is told by this. */
  #released: Released | null = null;
  #isOpen = true;

  /** `closed` is told once when the connection is over, whoever ended it. */
  constructor(socket: Duplex, closed: (connection: LeaseConnection) => void) {
    this.#socket = socket;
    this.#closed = closed;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('close', () => this.close());
    socket.on('end', () => this.close());
    socket.resume();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * Sends an action and its sentinel, behind those that are under way. An answer that takes longer than `deadlineMs`
   * closes the connection. What is exchanged within one tick leaves in one write, the dearest thing that is done here.
   */
  exchange(lines: readonly string[], sink: AnswerSink, deadlineMs: number): void {
    const token = newToken();
    const sentinel = Buffer.from(`ActionID: ${token}\r\n`, 'latin1');
    this.#exchanges.push({ sink, sentinel, deadlineMs });
    if (this.#exchanges.length === 1) this.#watch(deadlineMs);
    if (this.#unsent === '') process.nextTick(() => this.flush());
    this.#unsent += `${encodeActionText(lines)}Action: Ping\r\nActionID: ${token}\r\n\r\n`;
  }

  /** Sends what was exchanged in this tick, without waiting for its end. */
  flush(): void {
    const text = this.#unsent;
    this.#unsent = '';
    if (this.#isOpen && text !== '') this.#socket.write(text, 'latin1');
  }

  /** Stops reading the answer until `resume`: a slow client slows its own lease down and nobody else. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#over();
  }

  #take(chunk: Buffer): void {
    if (!this.#isOpen) return;
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    while (this.#held.length > 0 && this.#isOpen) {
      const [exchange] = this.#exchanges;
      // Asterisk was told to send no events here: bytes that nobody asked for mean that we have lost the thread.
      if (exchange === undefined) return this.close();
      if (!this.#completes(exchange)) return;
    }
  }

  /** False when more bytes are needed. */
  #completes(exchange: Exchange): boolean {
    // From the start each time: the sentinel may be here already while the rest of its block is still to come.
    const found = this.#held.indexOf(exchange.sentinel);
    const end = found < 0 ? -1 : this.#held.indexOf(BLOCK_END, found);
    if (end < 0) {
      this.#releaseBlocks(exchange);
      return false;
    }
    this.#complete(exchange, sentinelStart(this.#held, found), end + BLOCK_END.length);
    return true;
  }

  #complete(exchange: Exchange, start: number | null, end: number): void {
    if (start === null) return this.close();
    const answer = this.#held.subarray(0, start);
    this.#held = this.#held.subarray(end);
    // Bytes behind the last Pong belong to nothing we asked: the answer holds, the connection is not used again.
    const isLost = this.#held.length > 0 && this.#exchanges.length === 1;
    if (isLost) this.#isOpen = false;
    if (answer.length > 0) exchange.sink.answer(answer);
    this.#end('complete');
    if (isLost) this.#over();
  }

  #releaseBlocks(exchange: Exchange): void {
    const lastEnd = this.#held.lastIndexOf(BLOCK_END);
    let release = lastEnd < 0 ? 0 : lastEnd + BLOCK_END.length;
    if (release === 0 && this.#held.length > MAX_HELD_BYTES) release = this.#held.length - 256;
    if (release === 0) return;
    const answer = this.#held.subarray(0, release);
    this.#held = this.#held.subarray(release);
    this.#released = { first: this.#released?.first ?? answer, last: answer };
    exchange.sink.answer(answer);
  }

  #late(): void {
    this.#isOpen = false;
    this.#end('late');
    this.#over();
  }

  #over(): void {
    this.#socket.destroy();
    while (this.#exchanges.length > 0) this.#end('lost');
    this.#closed(this);
  }

  #end(end: ExchangeEnd): void {
    const exchange = this.#exchanges.shift();
    const released = this.#released;
    this.#released = null;
    if (this.#deadline !== null) clearTimeout(this.#deadline);
    this.#deadline = null;
    const [next] = this.#exchanges;
    if (next !== undefined) this.#watch(next.deadlineMs);
    if (exchange === undefined) return;
    exchange.sink.ended(end === 'complete' ? end : endWithoutSentinel(exchange.sink, released, end));
  }

  #watch(deadlineMs: number): void {
    this.#deadline = setTimeout(() => this.#late(), deadlineMs);
  }
}

/** The line of an answer that broke off inside a block is ended, so that what follows is not read as a part of it. */
function endWithoutSentinel(sink: AnswerSink, released: Released | null, end: 'lost' | 'late'): ExchangeEnd {
  if (released === null) return end;
  const { first, last } = released;
  if (last.subarray(-BLOCK_END.length).equals(BLOCK_END)) return isWholeAnswer(first, last) ? 'complete' : end;
  if (last.at(-1) !== LF) sink.answer(last.at(-1) === CR ? LINE_END.subarray(1) : LINE_END);
  return end;
}

/** Where the block of the sentinel begins; `null` if what stands before its ActionID is not its Response line. */
function sentinelStart(held: Buffer, found: number): number | null {
  for (const head of SENTINEL_HEADS) {
    const start = found - head.length;
    if (start >= 0 && held.subarray(start, found).equals(head)) return start;
  }
  return null;
}
