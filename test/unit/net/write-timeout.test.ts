/** A client that reads slowly, and one that does not read, over real sockets. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CloseReason, Peer } from '../../../src/net/connection.js';
import { SocketConnection } from '../../../src/net/socket-connection.js';

/** The kernel asks for more in steps of a megabyte or so; a slow reader must take such a step within this time. */
const WRITE_TIMEOUT_MS = 1000;
/** More than the kernel's buffers hold on both sides. */
const BACKLOG = Buffer.alloc(32 << 20);
const SETTINGS = {
  maxQueueBytes: 1 << 30,
  congestedBytes: 1 << 30,
  maxPendingBytes: 65_536,
  maxLoginBytes: 65_536,
  lingerMs: 2_000,
};
const PEER: Peer = {
  transport: 'tcp',
  remote: { address: '127.0.0.1', port: 1 },
  local: { address: '127.0.0.1', port: 2 },
  certificateNames: [],
};

let server: Server;
let client: Socket;
let connection: SocketConnection;
let ended: Promise<CloseReason>;
beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  client = connect(address.port, '127.0.0.1').on('error', () => undefined);
  const [socket]: Socket[] = await once(server, 'connection');
  if (socket === undefined) throw new Error('nobody connected');
  connection = new SocketConnection(socket, PEER, SETTINGS);
  ended = new Promise((resolve) => {
    const nothing = () => undefined;
    connection.start({ receive: nothing, waiting: nothing, drained: nothing, ended: resolve });
  });
  connection.limitStall(WRITE_TIMEOUT_MS);
});
afterEach(() => {
  client.destroy();
  server.close();
});

/** Milliseconds until the connection ended. */
async function lifetime(): Promise<{ readonly reason: CloseReason; readonly ms: number }> {
  const began = performance.now();
  const reason = await ended;
  return { reason, ms: performance.now() - began };
}

describe('writetimeout', () => {
  it('ends a client that does not read, soon after the time is over', async () => {
    client.pause();

    connection.send(BACKLOG);

    const { reason, ms } = await lifetime();
    expect(reason).toBe('slow-consumer');
    expect(ms).toBeGreaterThan(WRITE_TIMEOUT_MS * 0.9);
    expect(ms).toBeLessThan(WRITE_TIMEOUT_MS * 3);
  });

  it('ends a client that does not read though it keeps sending', async () => {
    client.pause();
    const sending = setInterval(() => client.write('Action: Ping\r\n\r\n'), WRITE_TIMEOUT_MS / 10);

    connection.send(BACKLOG);

    const { reason, ms } = await lifetime();
    clearInterval(sending);
    expect(reason).toBe('slow-consumer');
    expect(ms).toBeLessThan(WRITE_TIMEOUT_MS * 3);
  });

  it('lets a client live that reads slowly but steadily, however long it takes', async () => {
    let received = 0;
    const began = performance.now();
    const everything = new Promise<void>((resolve) => {
      client.on('data', (chunk) => {
        received += chunk.length;
        client.pause();
        setTimeout(() => client.resume(), 5);
        if (received === BACKLOG.length) resolve();
      });
    });

    connection.send(BACKLOG);

    expect(await Promise.race([everything, ended])).toBeUndefined();
    expect(performance.now() - began).toBeGreaterThan(WRITE_TIMEOUT_MS * 2);
  });

  it('ends a client that stops in the middle', async () => {
    client.on('data', (chunk) => {
      if (chunk.length > 0 && client.bytesRead > BACKLOG.length / 2) client.pause();
    });

    connection.send(BACKLOG);

    expect((await lifetime()).reason).toBe('slow-consumer');
  });
});
