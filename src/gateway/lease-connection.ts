/**
 * One logged-in upstream connection that carries one action at a time.
 *
 *     exchange ──► action + sentinel Ping ──► Asterisk
 *     sink.answer ◄── whole blocks ◄── … ◄── Pong of the sentinel: sink.ended('complete')
 *
 * Asterisk answers a connection's actions strictly in order, so whatever comes before the Pong is the answer, whatever
 * its shape. The token of the sentinel is random: no header that a caller can influence can pretend to be the end.
 */
import type { Duplex } from 'node:stream';
import { encodeAction } from '../ami/encoder.js';
import { newToken } from './token.js';

/** How an exchange ended. `lost` and `late`: the action was sent and its outcome is unknown. */
export type ExchangeEnd = 'complete' | 'lost' | 'late';

export interface AnswerSink {
  /** Bytes of the answer, in order, cut between blocks where that is possible. */
  answer(bytes: Buffer): void;
  ended(end: ExchangeEnd): void;
}

interface Exchange {
  readonly sink: AnswerSink;
  readonly sentinel: Buffer;
  readonly deadline: NodeJS.Timeout;
}

const BLOCK_END = Buffer.from('\r\n\r\n', 'latin1');
const SENTINEL_HEADS = [Buffer.from('Response: Success\r\n', 'latin1'), Buffer.from('Response: Error\r\n', 'latin1')];
/** A block larger than this is passed on in parts, so that no answer has to fit into memory. */
const MAX_HELD_BYTES = 1 << 20;

export class LeaseConnection {
  readonly #socket: Duplex;
  readonly #closed: (connection: LeaseConnection) => void;
  #exchange: Exchange | null = null;
  #held: Buffer = Buffer.alloc(0);
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

  /** Sends an action and its sentinel in one write. At most one exchange at a time; an answer that takes longer than `deadlineMs` closes the connection. */
  exchange(action: Buffer, sink: AnswerSink, deadlineMs: number): void {
    const token = newToken();
    const ping = encodeAction(['Action: Ping', `ActionID: ${token}`]);
    const deadline = setTimeout(() => this.#end('late'), deadlineMs);
    this.#exchange = { sink, sentinel: Buffer.from(`ActionID: ${token}\r\n`, 'latin1'), deadline };
    this.#socket.write(Buffer.concat([action, ping]));
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
    this.#socket.destroy();
    this.#end('lost');
    this.#closed(this);
  }

  #take(chunk: Buffer): void {
    const exchange = this.#exchange;
    // Asterisk was told to send no events here: bytes that nobody asked for mean that we have lost the thread.
    if (exchange === null) return this.close();
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    // From the start each time: the sentinel may be here already while the rest of its block is still to come.
    const found = this.#held.indexOf(exchange.sentinel);
    if (found < 0) return this.#releaseBlocks(exchange);
    const end = this.#held.indexOf(BLOCK_END, found);
    if (end < 0) return;
    this.#complete(exchange, sentinelStart(this.#held, found), end + BLOCK_END.length);
  }

  #complete(exchange: Exchange, start: number | null, end: number): void {
    if (start === null) return this.close();
    const answer = this.#held.subarray(0, start);
    // Bytes behind the Pong belong to nothing we asked: the answer holds, the connection is not used again.
    const isClean = end === this.#held.length;
    if (!isClean) this.#isOpen = false;
    this.#held = Buffer.alloc(0);
    if (answer.length > 0) exchange.sink.answer(answer);
    this.#end('complete');
    if (isClean) return;
    this.#socket.destroy();
    this.#closed(this);
  }

  #releaseBlocks(exchange: Exchange): void {
    const lastEnd = this.#held.lastIndexOf(BLOCK_END);
    let release = lastEnd < 0 ? 0 : lastEnd + BLOCK_END.length;
    if (release === 0 && this.#held.length > MAX_HELD_BYTES) release = this.#held.length - 256;
    if (release === 0) return;
    const answer = this.#held.subarray(0, release);
    this.#held = this.#held.subarray(release);
    exchange.sink.answer(answer);
  }

  #end(end: ExchangeEnd): void {
    const exchange = this.#exchange;
    if (exchange === null) return;
    this.#exchange = null;
    clearTimeout(exchange.deadline);
    exchange.sink.ended(end);
    if (end === 'late') this.close();
  }
}

/** Where the block of the sentinel begins; `null` if what stands before its ActionID is not its Response line. */
function sentinelStart(held: Buffer, found: number): number | null {
  for (const head of SENTINEL_HEADS) {
    const start = found - head.length;
    if (start >= 0 && held.subarray(start, found).equals(head)) return start;
  }
  return null;
}
