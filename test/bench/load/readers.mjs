// Load process: many sessions that read events.
import { setTimeout as delay } from 'node:timers/promises';
import { ReaderSession } from './reader-session.mjs';
import { announce, serveCalls } from './serve-calls.mjs';

const loginsAtOnce = 16;
const progressMs = 5;

/**
 * `timed` measures the latency of each event; with `napMs` the process sleeps so long between looks at its sockets, so
 * that a thousand sessions cost little: what it reads is late, but all of it is counted.
 * @import { Account, ReaderSettings } from './reader-session.mjs'
 * @typedef {{
 *   readonly port: number, readonly accounts: readonly Account[], readonly timed?: boolean, readonly napMs?: number
 * }} Opening
 * @typedef {{ readonly closed: number, readonly disorders: number, readonly missing: number, readonly surplus: number }} Outcome
 * @typedef {typeof calls} ReaderCalls
 */

/** @type {ReaderSession[]} */
let sessions = [];
let outstanding = 0;
/** @type {() => void} */
let allReached = () => undefined;
/** @type {number[]} */
const latencies = [];
const board = { reached, latencies };

const calls = {
  /** Opens sessions and logs them in. @param {Opening} opening */
  async open({ port, accounts, timed = false, napMs = 0 }) {
    const line = accounts.map((account) => ({ port, account, timed })).values();
    await Promise.all(Array.from({ length: loginsAtOnce }, () => logInAll(line)));
    if (napMs > 0) nap(napMs);
  },

  /** @param {{ readonly firstSeq: number | null }} start */
  arm({ firstSeq }) {
    latencies.length = 0;
    for (const session of sessions) session.arm(firstSeq);
  },

  /** Waits until every session has so many bytes, has closed, or the time is over. @param {{ readonly bytes: number, readonly timeoutMs: number }} target */
  async reached({ bytes, timeoutMs }) {
    outstanding = sessions.filter((session) => !session.hasReached(bytes) && session.isOpen).length;
    const over = new AbortController();
    const all = new Promise((resolve) => {
      allReached = () => resolve(undefined);
      if (outstanding === 0) allReached();
    });
    await Promise.race([all, delay(timeoutMs, undefined, { signal: over.signal, ref: false })]);
    over.abort();
    return outcome(bytes);
  },

  /** Latencies in microseconds since `arm`, sorted. */
  latencies() {
    return Float64Array.from(latencies).sort();
  },

  /** Sends the same text on every session. @param {{ readonly text: string }} message */
  send({ text }) {
    for (const session of sessions) session.send(text);
  },

  /** Stops reading on every session. */
  freeze() {
    for (const session of sessions) session.freeze();
  },

  openCount() {
    return sessions.filter((session) => session.isOpen).length;
  },

  close() {
    for (const session of sessions) session.close();
    sessions = [];
  },
};

serveCalls(calls);
setInterval(() => announce('progress', leastBytes()), progressMs);

/** @param {Iterable<ReaderSettings>} line that all logins at once take from */
async function logInAll(line) {
  for (const settings of line) {
    const session = new ReaderSession(board, settings);
    sessions.push(session);
    await session.logIn();
  }
}

function reached() {
  outstanding -= 1;
  if (outstanding === 0) allReached();
}

/** @param {number} bytes @returns {Outcome} */
function outcome(bytes) {
  const sum = (/** @type {(session: ReaderSession) => number} */ of) =>
    sessions.reduce((all, each) => all + of(each), 0);
  return {
    closed: sum((session) => (session.isOpen ? 0 : 1)),
    disorders: sum((session) => session.disorders),
    missing: sum((session) => Math.max(0, bytes - session.bytes)),
    surplus: sum((session) => Math.max(0, session.bytes - bytes)),
  };
}

/** What the slowest open session has. */
function leastBytes() {
  let least = Number.MAX_SAFE_INTEGER;
  for (const session of sessions) if (session.isOpen && session.bytes < least) least = session.bytes;
  return sessions.length === 0 ? 0 : least;
}

/** Sleeps, looks at all sockets once, and sleeps again. @param {number} napMs */
function nap(napMs) {
  const bed = new Int32Array(new SharedArrayBuffer(4));
  const sleep = () => {
    Atomics.wait(bed, 0, 0, napMs);
    if (sessions.length > 0) setImmediate(sleep);
  };
  setImmediate(sleep);
}
