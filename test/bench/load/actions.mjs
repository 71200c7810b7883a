// Load process: clients that send actions and wait for the answers.
import { once } from 'node:events';
import net from 'node:net';
import { serveCalls } from './serve-calls.mjs';

const blockEnd = Buffer.from('\r\n\r\n', 'latin1');
const pong = /Response: Success\r\n(?:ActionID: [^\r\n]*\r\n)?Ping: Pong\r\n[\s\S]*?\r\n\r\n/;

/**
 * @typedef {{ readonly port: number, readonly username: string, readonly secret: string, readonly events: 'on' | 'off', readonly count: number }} Opening
 * @typedef {{ readonly action: string, readonly depth: number, readonly seconds: number }} Run
 *   `action` is its headers, without the empty line; each client has `depth` of them in flight.
 * @typedef {typeof calls} ActionCalls
 */

/** @type {net.Socket[]} */
let clients = [];

const calls = {
  /** @param {Opening} opening */
  async open({ port, username, secret, events, count }) {
    const login = `Action: Login\r\nUsername: ${username}\r\nSecret: ${secret}\r\nEvents: ${events}\r\n\r\n`;
    for (let n = 0; n < count; n++) clients.push(await logIn(port, login));
  },

  /** Actions answered, and the seconds that took. @param {Run} run */
  async run({ action, depth, seconds }) {
    const [first] = clients;
    if (first === undefined) throw new Error('no client is open');
    const blocks = await blocksOfAnswer(first, action);
    const startMs = performance.now();
    const endMs = startMs + seconds * 1000;
    const text = Buffer.from(`${action}\r\n`, 'latin1');
    const answered = await Promise.all(clients.map((client) => ask(client, text, { depth, blocks, endMs })));
    return { actions: answered.reduce((sum, count) => sum + count, 0), seconds: (performance.now() - startMs) / 1000 };
  },

  /** The first client's answer to one action. @param {{ readonly action: string }} question */
  ask({ action }) {
    const [first] = clients;
    if (first === undefined) throw new Error('no client is open');
    return askOnce(first, action);
  },

  close() {
    for (const client of clients) client.destroy();
    clients = [];
  },
};

serveCalls(calls);

/** @param {number} port @param {string} login */
async function logIn(port, login) {
  const socket = net.connect({ host: '127.0.0.1', port });
  socket.setNoDelay(true);
  await once(socket, 'connect');
  socket.write(login);
  const answer = await readUntil(socket, /Response: [\s\S]*?\r\n\r\n/);
  if (!answer.includes('Response: Success')) throw new Error(`not let in: ${answer}`);
  return socket;
}

/** How many blocks an answer has: asks once, with a Ping behind. @param {net.Socket} client @param {string} action */
async function blocksOfAnswer(client, action) {
  const text = await askOnce(client, action);
  if (!/^Response: (?:Success|Follows)/m.test(text)) throw new Error(`refused: ${text}`);
  return text.split('\r\n\r\n').length - 2;
}

/** The answer to an action, with that to the Ping behind it. @param {net.Socket} client @param {string} action */
function askOnce(client, action) {
  client.write(`${action}\r\nAction: Ping\r\n\r\n`);
  return readUntil(client, pong);
}

/** @param {net.Socket} client @param {Buffer} text @param {{ readonly depth: number, readonly blocks: number, readonly endMs: number }} run @returns {Promise<number>} */
function ask(client, text, { depth, blocks, endMs }) {
  return new Promise((resolve) => {
    let asked = 0;
    let seen = 0;
    /** @type {Buffer} */
    let tail = Buffer.alloc(0);
    const send = () => {
      asked += 1;
      client.write(text);
    };
    const take = (/** @type {Buffer} */ chunk) => {
      const bytes = tail.length === 0 ? chunk : Buffer.concat([tail, chunk]);
      let from = 0;
      for (let at = bytes.indexOf(blockEnd); at >= 0; at = bytes.indexOf(blockEnd, from)) {
        from = at + blockEnd.length;
        seen += 1;
        if (seen % blocks === 0 && performance.now() < endMs) send();
      }
      tail = bytes.subarray(from);
      if (seen < asked * blocks) return;
      client.off('data', take);
      resolve(asked);
    };
    client.on('data', take);
    for (let n = 0; n < depth; n++) send();
  });
}

/** @param {net.Socket} socket @param {RegExp} wanted @returns {Promise<string>} */
function readUntil(socket, wanted) {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.once('error', reject);
    const take = (/** @type {Buffer} */ chunk) => {
      text += chunk.toString('latin1');
      if (!wanted.test(text)) return;
      socket.off('data', take);
      resolve(text);
    };
    socket.on('data', take);
  });
}
