// Load process, and what the gateway is compared with: whatever comes from the upstream goes to every client, unread.
import net from 'node:net';
import { serveCalls } from './serve-calls.mjs';

const login = 'Action: Login\r\nUsername: bare\r\nSecret: bare\r\nEvents: on\r\n\r\n';

/** @typedef {typeof calls} BroadcastCalls */

/** @type {Set<net.Socket>} */
const clients = new Set();

const calls = {
  /** @param {{ readonly upstreamPort: number }} upstream @returns {Promise<number>} the port for clients */
  start({ upstreamPort }) {
    const upstream = net.connect({ host: '127.0.0.1', port: upstreamPort });
    upstream.setNoDelay(true);
    upstream.write(login);
    upstream.on('data', (chunk) => {
      for (const client of clients) client.write(chunk);
    });
    const server = net.createServer(accept);
    return new Promise((resolve) => {
      server.listen({ host: '127.0.0.1', port: 0, backlog: 1024 }, () => {
        const address = server.address();
        resolve(address !== null && typeof address === 'object' ? address.port : 0);
      });
    });
  },
};

serveCalls(calls);

/** Lets everybody in at their first bytes. @param {net.Socket} client */
function accept(client) {
  client.setNoDelay(true);
  client.on('error', () => undefined);
  client.on('close', () => clients.delete(client));
  client.once('data', () => {
    client.resume();
    client.write('Response: Success\r\nMessage: Authentication accepted\r\n\r\n');
    clients.add(client);
  });
  client.write('Asterisk Call Manager/11.0.0\r\n');
}
