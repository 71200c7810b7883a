// One session that reads events and counts them by their bytes, for as little as a reader can cost.
import { once } from 'node:events';
import net from 'node:net';
import { eventBytes, nowUs, seqEnd, seqOffset, stampEnd, stampOffset } from './event-text.mjs';

// All sessions of a process read into the same memory, one after the other.
const chunk = Buffer.allocUnsafe(256 << 10);
const loginTimeoutMs = 60_000;
const zero = 48;

/**
 * @typedef {{ readonly username: string, readonly secret: string }} Account
 * @typedef {{ readonly port: number, readonly account: Account, readonly timed: boolean }} ReaderSettings
 * @typedef {{ readonly reached: () => void, readonly latencies: number[] }} Board  What the sessions of a process share.
 */

export class ReaderSession {
  bytes = 0;
  /** Chunks whose first whole event has not the number that its place in the stream asks for. */
  disorders = 0;
  isOpen = true;
  /** @type {string | null} */
  #conversation = '';
  /** @type {() => void} */
  #advance = () => undefined;
  #targetBytes = Number.POSITIVE_INFINITY;
  /** @type {number | null} */
  #firstSeq = null;
  #socket;
  #board;
  #settings;

  /** @param {Board} board @param {ReaderSettings} settings */
  constructor(board, settings) {
    this.#board = board;
    this.#settings = settings;
    /** @param {number} length */
    const callback = (length) => {
      this.#take(length);
      return true;
    };
    this.#socket = net.connect({ host: '127.0.0.1', port: settings.port, onread: { buffer: chunk, callback } });
    this.#socket.setNoDelay(true);
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => this.#close());
  }

  async logIn() {
    const { username, secret } = this.#settings.account;
    await once(this.#socket, 'connect', { signal: AbortSignal.timeout(loginTimeoutMs) });
    await this.#converse(/^.*\r\n/);
    this.send(`Action: Login\r\nUsername: ${username}\r\nSecret: ${secret}\r\n\r\n`);
    const answer = await this.#converse(/^Response:[\s\S]*?\r\n\r\n/);
    if (!answer.startsWith('Response: Success')) throw new Error(`${username} was not let in: ${answer}`);
    this.bytes = this.#conversation?.length ?? 0;
    this.#conversation = null;
  }

  /** Begins to count: the next event has this number, or any when views leave some out. @param {number | null} firstSeq */
  arm(firstSeq) {
    this.bytes = 0;
    this.disorders = 0;
    this.#firstSeq = firstSeq;
    this.#targetBytes = Number.POSITIVE_INFINITY;
  }

  /** True when so many bytes are here already; else the board is told when they are. @param {number} bytes */
  hasReached(bytes) {
    this.#targetBytes = bytes;
    return this.bytes >= bytes;
  }

  /** @param {string} text */
  send(text) {
    this.#socket.write(Buffer.from(text, 'latin1'));
  }

  /** Stops reading, as a client that hangs does. */
  freeze() {
    this.#socket.pause();
  }

  close() {
    this.#socket.destroy();
  }

  /** Waits for a match from the beginning of what is unread. @param {RegExp} wanted @returns {Promise<string>} */
  #converse(wanted) {
    return new Promise((resolve, reject) => {
      this.#advance = () => {
        const text = this.#conversation ?? '';
        const [match] = wanted.exec(text) ?? [];
        if (match === undefined) return this.isOpen ? undefined : reject(new Error(`closed after '${text}'`));
        this.#conversation = text.slice(match.length);
        this.#advance = () => undefined;
        resolve(match);
      };
      this.#advance();
    });
  }

  /** @param {number} length */
  #take(length) {
    if (this.#conversation !== null) {
      this.#conversation += chunk.toString('latin1', 0, length);
      this.#advance();
      return;
    }
    const before = this.bytes;
    this.bytes += length;
    this.#check(before, length);
    if (before < this.#targetBytes && this.bytes >= this.#targetBytes) this.#board.reached();
  }

  /** Looks at the first whole event of the chunk, and at the time of each where latency is measured. @param {number} before @param {number} length */
  #check(before, length) {
    const index = Math.ceil(before / eventBytes);
    const start = index * eventBytes - before;
    if (this.#firstSeq !== null && start + seqEnd <= length) {
      if (numberAt(start + seqOffset, start + seqEnd) !== this.#firstSeq + index) this.disorders += 1;
    }
    if (!this.#settings.timed) return;
    const now = nowUs();
    for (let at = start; at + stampEnd <= length; at += eventBytes) {
      this.#board.latencies.push(now - numberAt(at + stampOffset, at + stampEnd));
    }
  }

  #close() {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#advance();
    if (this.bytes < this.#targetBytes) this.#board.reached();
  }
}

/** @param {number} start @param {number} end */
function numberAt(start, end) {
  let number = 0;
  for (let at = start; at < end; at++) number = number * 10 + (chunk[at] ?? 0) - zero;
  return number;
}
