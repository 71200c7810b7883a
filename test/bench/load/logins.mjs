// Load process: clients that log in, and go.
import { createHash } from 'node:crypto';
import net from 'node:net';
import { serveCalls } from './serve-calls.mjs';

/**
 * @typedef {{ readonly port: number, readonly username: string, readonly secret: string, readonly auth: 'plain' | 'md5' }} Login
 * @typedef {typeof calls} LoginCalls
 */

const calls = {
  /** Logs in again and again, in so many conversations at once; resolves with logins and seconds. @param {{ readonly login: Login, readonly parallel: number, readonly seconds: number }} run */
  async run({ login, parallel, seconds }) {
    const startMs = performance.now();
    const endMs = startMs + seconds * 1000;
    const logins = await Promise.all(Array.from({ length: parallel }, () => repeat(login, endMs)));
    return { logins: logins.reduce((sum, count) => sum + count, 0), seconds: (performance.now() - startMs) / 1000 };
  },
};

serveCalls(calls);

/** @param {Login} login @param {number} endMs */
async function repeat(login, endMs) {
  let count = 0;
  for (; performance.now() < endMs; count += 1) await logInOnce(login);
  return count;
}

/** @param {Login} login @returns {Promise<void>} */
function logInOnce({ port, username, secret, auth }) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: '127.0.0.1', port });
    socket.setNoDelay(true);
    let text = '';
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const challenge = /Challenge: (\w+)\r\n\r\n$/.exec(text)?.[1];
      if (challenge !== undefined) {
        text = '';
        const key = createHash('md5').update(`${challenge}${secret}`).digest('hex');
        socket.write(`Action: Login\r\nAuthType: MD5\r\nUsername: ${username}\r\nKey: ${key}\r\n\r\n`);
      } else if (text.includes('Message: Authentication accepted\r\n\r\n')) {
        socket.off('error', reject);
        // A reset, so that a port is free again at once: there are fewer of them than logins in a minute.
        socket.resetAndDestroy();
        resolve();
      } else if (text.includes('Response: Error')) reject(new Error(text));
    });
    if (auth === 'md5') socket.write('Action: Challenge\r\nAuthType: MD5\r\n\r\n');
    else socket.write(`Action: Login\r\nUsername: ${username}\r\nSecret: ${secret}\r\n\r\n`);
  });
}
