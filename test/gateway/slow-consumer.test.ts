/** Clients that read slowly or not at all: what waits for them is bounded, and nobody else notices. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { metric, type RunningGateway, type RunningSettings, runGateway, userEvent } from './running-gateway.js';

const USERS = `
[patient]
secret = s
read = call
write = all
writetimeout = 60000

[hasty]
secret = s
read = call
write = all
writetimeout = 1000

[reader]
secret = s
read = user
write = all
`;

let running: RunningGateway;
afterEach(() => running.stop());

async function run(settings: RunningSettings = {}): Promise<void> {
  running = await runGateway({ users: USERS, ...settings });
}

/** A broadcast event of this size, of a class that only some users read. */
function callEvent(bytes: number): string {
  return `Event: Newchannel\r\nPrivilege: call,all\r\nFill: ${'x'.repeat(bytes)}\r\n\r\n`;
}

/** Sends events until the condition holds; far more than the kernel keeps for one connection, if need be. */
async function emitUntil(event: string, isDone: () => Promise<boolean>): Promise<void> {
  for (let count = 0; count < 500; count++) {
    if (await isDone()) return;
    running.asterisk.emit(event);
    await expect.poll(() => running.asterisk.waitingBytes, { interval: 1 }).toBe(0);
  }
  throw new Error('not done after 500 events');
}

const closedAs = (reason: string) => metric(running.telemetry, 'sessions_closed_total', { reason });

describe('a client that never reads', () => {
  it('is closed as a slow consumer, and fifty others receive everything in order', async () => {
    await run({ gatewayConf: '[sessions]\nmax_queue_bytes = 2097152\n' });
    const others = await Promise.all(Array.from({ length: 50 }, () => running.logIn('reader')));
    const stuck = await running.logIn('patient');
    stuck.pause();
    let count = 0;

    await emitUntil(callEvent(100_000), async () => {
      running.asterisk.emit(userEvent(`number ${count++}`));
      return (await closedAs('slow-consumer')) === 1;
    });
    const received = await Promise.all(others.map((client) => client.barrier()));

    const expected = Array.from({ length: count }, (_, n) => userEvent(`number ${n}`)).join('');
    expect(received.filter((text) => text !== expected)).toEqual([]);
    expect(running.logLines).toContainEqual(
      expect.objectContaining({ msg: 'session closed', user: 'patient', reason: 'slow-consumer' }),
    );
    expect(await metric(running.telemetry, 'user_sessions', { user: 'patient' })).toBe(0);
    expect(await metric(running.telemetry, 'user_sessions', { user: 'reader' })).toBe(50);
  });

  it('is closed when nothing leaves for its writetimeout, long before memory is full', async () => {
    await run({ gatewayConf: '[sessions]\nmax_queue_bytes = 500000000\n' });
    const stuck = await running.logIn('hasty');
    stuck.pause();

    running.asterisk.emit(callEvent(7_000_000));
    running.asterisk.emit(callEvent(7_000_000));

    await expect.poll(() => closedAs('slow-consumer'), { timeout: 10_000 }).toBe(1);
  });

  it('is closed however many questions it asks without reading the answers', async () => {
    await run({ gatewayConf: '[sessions]\nmax_queue_bytes = 2097152\n' });
    const asker = await running.logIn('hasty', { Events: 'off' });
    asker.pause();

    asker.send('Action: ListCommands\r\n\r\n'.repeat(100_000));

    await expect.poll(() => closedAs('slow-consumer'), { timeout: 10_000 }).toBe(1);
  });
});

describe('a client that reads slowly', () => {
  it('receives everything as long as something leaves within each writetimeout', async () => {
    await run({ gatewayConf: '[sessions]\nmax_queue_bytes = 500000000\n' });
    const socket = await logInRaw('hasty');
    const events = Array.from({ length: 3 }, () => callEvent(7_000_000));

    for (const event of events) running.asterisk.emit(event);
    const startedAt = performance.now();
    const received = await readSlowly(socket, events.join('').length);

    expect(performance.now() - startedAt).toBeGreaterThan(2 * 1000);
    expect(received).toBe(hashOf(events.join('')));
    expect(await closedAs('slow-consumer')).toBe(0);
  });

  it('gets a huge list completely, while most of it waits in Asterisk and not in our memory', async () => {
    await run();
    const list = `Response: Success\r\nEventList: start\r\n\r\n${`Event: Item\r\nFill: ${'x'.repeat(980)}\r\n\r\n`.repeat(64_000)}`;
    running.asterisk.script = (action) => (action.actionId === 'huge' ? list : 'Response: Success\r\n\r\n');
    const other = await running.logIn('reader');
    const socket = await logInRaw('patient');

    socket.write('Action: CoreStatus\r\nActionID: huge\r\n\r\n');
    const waitingBytes = await settled(() => running.asterisk.waitingBytes);
    const answered = await other.action({ Action: 'Ping' });
    const received = await readAll(socket, list.length);

    expect(list.length).toBeGreaterThan(64_000_000);
    expect(waitingBytes).toBeGreaterThan(list.length - 30_000_000);
    expect(answered).toContain('Ping: Pong');
    expect(received).toBe(hashOf(list));
  });

  it('keeps its lease from nobody when it goes away in the middle of a huge list', async () => {
    await run({ gatewayConf: 'pool_size = 1\n' });
    const list = `Event: Item\r\nFill: ${'x'.repeat(980)}\r\n\r\n`.repeat(32_000);
    running.asterisk.script = (action) => (action.actionId === 'huge' ? list : `Response: Success\r\n\r\n`);
    const other = await running.logIn('reader');
    const socket = await logInRaw('patient');
    socket.write('Action: CoreStatus\r\nActionID: huge\r\n\r\n');
    await settled(() => running.asterisk.waitingBytes);

    socket.resetAndDestroy();
    other.send('Action: CoreStatus\r\n\r\n');

    expect(await other.readBlock()).toBe('Response: Success\r\n\r\n');
    expect(running.asterisk.connects).toBe(2);
  });
});

describe('events behind a long action', () => {
  it('are bounded: a session that would need more is closed', async () => {
    await run({ gatewayConf: '[sessions]\nmax_queue_bytes = 2097152\n' });
    const [busy, idle] = [await running.logIn('patient'), await running.logIn('patient')];
    running.asterisk.hold();
    busy.send('Action: CoreStatus\r\n\r\n');
    await expect.poll(() => metric(running.telemetry, 'actions_total', { decision: 'forwarded' })).toBe(1);
    const event = callEvent(100_000);

    for (let count = 0; count < 30; count++) running.asterisk.emit(event);
    await busy.readToEnd();

    expect(await closedAs('event-backlog')).toBe(1);
    expect(await idle.barrier()).toBe(event.repeat(30));
    running.asterisk.release();
  });

  it('follow its answer completely when they are fewer', async () => {
    await run();
    running.asterisk.script = () => 'Response: Success\r\n\r\n';
    const busy = await running.logIn('patient');
    running.asterisk.hold();
    busy.send('Action: CoreStatus\r\n\r\n');
    await expect.poll(() => metric(running.telemetry, 'actions_total', { decision: 'forwarded' })).toBe(1);
    const events = Array.from({ length: 300 }, (_, n) => callEvent(n));
    for (const event of events) running.asterisk.emit(event);
    await expect.poll(() => metric(running.telemetry, 'events_total', { decision: 'sent' })).toBe(300);

    running.asterisk.release();

    expect(await busy.barrier()).toBe(`Response: Success\r\n\r\n${events.join('')}`);
  });
});

/** Logs in over a socket that is only read when the test reads it. */
async function logInRaw(user: string): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: running.app.port });
  socket.write(`Action: Login\r\nUsername: ${user}\r\nSecret: s\r\n\r\nAction: Ping\r\n\r\n`);
  for (let heard = ''; !/Timestamp: [\d.]+\r\n\r\n/.test(heard); ) {
    await once(socket, 'readable');
    heard += socket.read() ?? '';
  }
  return socket;
}

const hashOf = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');

/** Reads so many bytes in small sips: some megabytes a second. */
async function readSlowly(socket: Socket, bytes: number): Promise<string> {
  const hash = createHash('sha256');
  for (let left = bytes; left > 0; ) {
    const chunk: Buffer | null = socket.read();
    left -= chunk?.length ?? 0;
    if (chunk !== null) hash.update(chunk);
    if (socket.destroyed || socket.readableEnded) break;
    await new Promise((sip) => setTimeout(sip, 10));
  }
  return hash.digest('hex');
}

async function readAll(socket: Socket, bytes: number): Promise<string> {
  const hash = createHash('sha256');
  let left = bytes;
  for await (const chunk of socket) {
    hash.update(chunk);
    left -= chunk.length;
    if (left <= 0) break;
  }
  return hash.digest('hex');
}

/** The value once it no longer changes: what could move has moved. */
async function settled(read: () => number): Promise<number> {
  let before = -1;
  await expect
    .poll(
      () => {
        const isSame = before === read() && before > 0;
        before = read();
        return isSame;
      },
      { interval: 200, timeout: 10_000 },
    )
    .toBe(true);
  return before;
}
