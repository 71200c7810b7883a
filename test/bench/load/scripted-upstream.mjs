// Load process: plays Asterisk for one event connection, and sends events faster than Asterisk can make them.
import net from 'node:net';
import { encodeEvents } from './event-text.mjs';
import { Pacing } from './pacing.mjs';
import { serveCalls } from './serve-calls.mjs';

const banner = 'Asterisk Call Manager/11.0.0\r\n';
const booted =
  'Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 10\r\nLastReload: 10\r\nStatus: Fully Booted\r\n\r\n';
const commands = 'Ping: Keepalive command.  (Priv: <none>)\r\nFilter: Dynamically add filters.  (Priv: system,all)\r\n';

/** @typedef {typeof calls} UpstreamCalls */

/** @type {net.Socket | null} */
let stream = null;
let seq = 0;
const pacing = new Pacing(emit);

const calls = {
  /** @returns {Promise<number>} the port */
  listen() {
    const server = net.createServer(accept);
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(address !== null && typeof address === 'object' ? address.port : 0);
      });
    });
  },

  nextSeq() {
    return seq;
  },

  /** @param {import('./pacing.mjs').Flood} flood */
  flood(flood) {
    return pacing.flood(flood);
  },

  /** @param {import('./pacing.mjs').Pace} pace */
  pace(pace) {
    return pacing.pace(pace);
  },

  /** @param {{ readonly events: number }} arrived */
  progress({ events }) {
    pacing.progress(events);
  },

  /** Sends a text as it is. @param {{ readonly text: string }} message */
  say({ text }) {
    stream?.write(text, 'latin1');
  },
};

serveCalls(calls);

/** @param {number} count */
function emit(count) {
  const bytes = encodeEvents(seq, count);
  seq += count;
  return stream?.write(bytes) ?? false;
}

/** @param {net.Socket} socket */
function accept(socket) {
  let unread = '';
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.on('drain', () => pacing.roomMade());
  socket.on('data', (chunk) => {
    unread += chunk.toString('latin1');
    for (let end = unread.indexOf('\r\n\r\n'); end >= 0; end = unread.indexOf('\r\n\r\n')) {
      answer(socket, unread.slice(0, end + 2));
      unread = unread.slice(end + 4);
    }
  });
  socket.write(banner);
}

/** @param {net.Socket} socket @param {string} action */
function answer(socket, action) {
  const name = header(action, 'Action').toLowerCase();
  const id = header(action, 'ActionID');
  const actionId = id === '' ? '' : `ActionID: ${id}\r\n`;
  socket.write(`Response: Success\r\n${actionId}${bodyOf(name)}\r\n`, 'latin1');
  if (name !== 'login' || header(action, 'Events') !== 'on') return;
  stream = socket;
  socket.write(booted);
}

/** @param {string} name */
function bodyOf(name) {
  if (name === 'ping') return 'Ping: Pong\r\nTimestamp: 1.000000\r\n';
  if (name === 'challenge') return 'Challenge: 1234\r\n';
  if (name === 'listcommands') return commands;
  return name === 'login' ? 'Message: Authentication accepted\r\n' : '';
}

/** @param {string} action @param {string} name */
function header(action, name) {
  return new RegExp(`^${name}: ([^\r\n]*)`, 'im').exec(action)?.[1] ?? '';
}
