// Ports on loopback that nobody listens on, below those the kernel gives to outgoing connections: still free when
// Asterisk starts, and after it was killed and started again.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';

const first = 20_000;
const count = 12_000;

/** @type {Set<number>} */
const given = new Set();

/** A port free for TCP and UDP. @returns {Promise<number>} */
export async function freePort() {
  const port = first + Math.floor(Math.random() * count);
  if (given.has(port) || !(await isFree(port))) return freePort();
  given.add(port);
  return port;
}

/** @param {number} port */
async function isFree(port) {
  const tcp = net.createServer();
  const udp = createSocket('udp4');
  try {
    tcp.listen(port, '127.0.0.1');
    udp.bind(port, '127.0.0.1');
    await Promise.all([once(tcp, 'listening'), once(udp, 'listening')]);
    return true;
  } catch {
    return false;
  } finally {
    tcp.close();
    udp.close();
  }
}
