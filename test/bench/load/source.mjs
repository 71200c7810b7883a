// Load process: makes Asterisk send events, by UserEvent actions on a connection of its own.
import net from 'node:net';
import { answerBytes, encodeActions } from './event-text.mjs';
import { Pacing } from './pacing.mjs';
import { serveCalls } from './serve-calls.mjs';

/** Actions that Asterisk has not answered yet: enough that it never waits for us. */
const inFlight = 256;

/**
 * @typedef {{ readonly port: number, readonly username: string, readonly secret: string }} Login
 * @typedef {typeof calls} SourceCalls
 */

/** @type {net.Socket | null} */
let socket = null;
let seq = 0;
let asked = 0;
let answered = 0;
let answeredBytes = 0;
/** @type {() => void} */
let settled = () => undefined;
const pacing = new Pacing(emit);

const calls = {
  /** @param {Login} login */
  async connect({ port, username, secret }) {
    socket = net.connect({ host: '127.0.0.1', port });
    socket.setNoDelay(true);
    const greeting = until(socket, /Message: Authentication \w+\r\n\r\n/);
    socket.write(`Action: Login\r\nUsername: ${username}\r\nSecret: ${secret}\r\nEvents: off\r\n\r\n`);
    if (!(await greeting).includes('accepted')) throw new Error('the source was not let in');
    socket.on('data', (chunk) => take(chunk.length));
  },

  nextSeq() {
    return seq;
  },

  /** @param {import('./pacing.mjs').Flood} flood */
  async flood(flood) {
    const events = await pacing.flood(flood);
    await allAnswered();
    return events;
  },

  /** @param {import('./pacing.mjs').Pace} pace */
  async pace(pace) {
    const events = await pacing.pace(pace);
    await allAnswered();
    return events;
  },

  /** @param {{ readonly events: number }} arrived */
  progress({ events }) {
    pacing.progress(events);
  },

  close() {
    socket?.destroy();
  },
};

serveCalls(calls);

/** @param {number} count */
function emit(count) {
  socket?.write(encodeActions(seq, count));
  seq += count;
  asked += count;
  return asked - answered < inFlight;
}

/** @param {number} bytes */
function take(bytes) {
  answeredBytes += bytes;
  answered = Math.floor(answeredBytes / answerBytes);
  if (asked - answered < inFlight) pacing.roomMade();
  if (asked === answered) settled();
}

function allAnswered() {
  return new Promise((resolve) => {
    settled = () => resolve(undefined);
    if (asked === answered) settled();
  });
}

/** @param {net.Socket} from @param {RegExp} wanted @returns {Promise<string>} */
function until(from, wanted) {
  return new Promise((resolve, reject) => {
    let text = '';
    from.once('error', reject);
    from.on('data', function read(chunk) {
      text += chunk.toString('latin1');
      if (!wanted.test(text)) return;
      from.off('data', read);
      resolve(text);
    });
  });
}
