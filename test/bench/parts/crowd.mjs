// All readers of a measurement, over as many processes as the machine has use for.
import { eventBytes } from '../load/event-text.mjs';
import { LoadProcess } from './load-process.mjs';

/**
 * @import { Account } from '../load/reader-session.mjs'
 * @import { Outcome, ReaderCalls } from '../load/readers.mjs'
 * @typedef {LoadProcess<ReaderCalls>} Readers
 * @typedef {{
 *   readonly port: number, readonly accounts: readonly Account[], readonly processes?: number,
 *   readonly timed?: boolean, readonly napMs?: number
 * }} Wish
 */

/** Two read; with more, a machine of two cores would measure its scheduler. */
const usualProcesses = 2;

export class Crowd {
  size = 0;
  /** @type {Readers[]} */
  #processes = [];
  /** @type {number[]} */
  #progress = [];

  /** Opens more sessions, logged in. @param {Wish} wish */
  async open({ port, accounts, processes = usualProcesses, timed = false, napMs = 0 }) {
    this.size += accounts.length;
    const shares = Array.from({ length: processes }, (_, n) => accounts.filter((_, at) => at % processes === n));
    const opened = shares.map((share) => {
      const readers = this.#add();
      return readers.call('open', { port, accounts: share, timed, napMs });
    });
    await Promise.all(opened);
  }

  /** Events that the slowest of all sessions has since `arm`. */
  get arrived() {
    return Math.floor(Math.min(...this.#progress) / eventBytes);
  }

  /** @param {number | null} firstSeq of the next event; null where views leave some out */
  async arm(firstSeq) {
    await Promise.all(this.#processes.map((readers) => readers.call('arm', { firstSeq })));
    this.#progress = this.#processes.map(() => 0);
  }

  /** @param {number} bytes for each session @param {number} timeoutMs @returns {Promise<Outcome>} */
  async reached(bytes, timeoutMs) {
    const target = { bytes, timeoutMs };
    const outcomes = await Promise.all(this.#processes.map((readers) => readers.call('reached', target)));
    return outcomes.reduce((all, one) => ({
      closed: all.closed + one.closed,
      disorders: all.disorders + one.disorders,
      missing: all.missing + one.missing,
      surplus: all.surplus + one.surplus,
    }));
  }

  /** Of all sessions that were opened with `timed`, in microseconds, sorted. */
  async latencies() {
    const parts = await Promise.all(this.#processes.map((readers) => readers.call('latencies', undefined)));
    return Float64Array.from(parts.flatMap((part) => [...part])).sort();
  }

  /** Sends a text on every session, such as an action. @param {string} text */
  async send(text) {
    await Promise.all(this.#processes.map((readers) => readers.call('send', { text })));
  }

  /** No session reads any longer. */
  async freeze() {
    await Promise.all(this.#processes.map((readers) => readers.call('freeze', undefined)));
  }

  async openCount() {
    const counts = await Promise.all(this.#processes.map((readers) => readers.call('openCount', undefined)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async stop() {
    await Promise.all(this.#processes.map((readers) => readers.stop()));
  }

  #add() {
    /** @type {Readers} */
    const readers = new LoadProcess('readers.mjs');
    const index = this.#processes.push(readers) - 1;
    this.#progress[index] = 0;
    readers.on('progress', (bytes) => {
      this.#progress[index] = bytes;
    });
    return readers;
  }
}
