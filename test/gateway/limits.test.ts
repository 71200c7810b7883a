/** The bounds of what a client may take: time to log in, sessions, turns. */
import { afterEach, describe, expect, it } from 'vitest';
import { connectAmi } from '../asterisk/ami-client.mjs';
import { metric, type RunningGateway, type RunningSettings, runGateway } from './running-gateway.js';

let running: RunningGateway;
afterEach(() => running.stop());

async function run(settings: RunningSettings): Promise<void> {
  running = await runGateway(settings);
}

describe('authtimeout', () => {
  it('closes a client that does not log in, without a word', async () => {
    await run({ general: 'authtimeout = 1\n' });
    const client = await running.connect();
    const startedAt = performance.now();

    const heard = await client.readToEnd();

    expect(heard).toBe('');
    expect(performance.now() - startedAt).toBeGreaterThan(900);
    expect(await metric(running.telemetry, 'sessions_closed_total', { reason: 'auth-timeout' })).toBe(1);
  });

  it('is not put off by bytes or refused actions', async () => {
    await run({ general: 'authtimeout = 1\n' });
    const client = await running.connect();
    const startedAt = performance.now();
    const drip = setInterval(() => client.send('Action: Ping\r\n\r\n'), 100);

    await client.readToEnd();
    clearInterval(drip);

    expect(performance.now() - startedAt).toBeLessThan(2500);
    expect(await metric(running.telemetry, 'sessions_closed_total', { reason: 'auth-timeout' })).toBe(1);
  });

  it('does not concern who has logged in', async () => {
    await run({ general: 'authtimeout = 1\n' });
    const client = await running.logIn('admin');
    const other = await running.connect();

    await other.readToEnd();

    expect(await client.barrier()).toBe('');
  });
});

describe('authlimit', () => {
  it('closes a connection too many without a banner', async () => {
    await run({ general: 'authlimit = 2\n' });
    const connectFrom = (localAddress: string) => connectAmi({ port: running.app.port, localAddress });
    await Promise.all([connectFrom('127.0.0.1'), connectFrom('127.0.0.2')]);

    const refused = await connectFrom('127.0.0.3');

    expect(await refused.readToEnd()).toBe('');
    expect(refused.banner).toBe('');
    expect(await metric(running.telemetry, 'connections_total', { listener: 'tcp', result: 'auth-limit' })).toBe(1);
    expect(await metric(running.telemetry, 'sessions', { state: 'unauthenticated' })).toBe(2);
  });

  it('counts nobody who has logged in', async () => {
    await run({ general: 'authlimit = 1\n' });
    await running.logIn('admin');
    await running.logIn('quiet');

    expect((await running.connect()).banner).not.toBe('');
  });

  it.each([
    ['closed', 'close'],
    ['reset', 'reset'],
    ['ended', 'end'],
  ] as const)('counts no client that has %s its connection', async (_how, leave) => {
    await run({ general: 'authlimit = 1\n' });
    const first = await running.connect();

    first[leave]();
    await expect.poll(() => metric(running.telemetry, 'sessions', { state: 'unauthenticated' })).toBe(0);

    expect((await running.connect()).banner).not.toBe('');
  });

  it('counts no client whose login has failed, even if it keeps its socket', async () => {
    await run({ general: 'authlimit = 1\n' });
    const first = await running.connect();
    await first.login('admin', 'wrong');

    expect((await running.connect()).banner).not.toBe('');
  });
});

describe('max_sessions', () => {
  it('closes a connection too many without a banner, and leaves the others alone', async () => {
    await run({ gatewayConf: '[sessions]\nmax_sessions = 2\n' });
    const [one, two] = [await running.logIn('admin'), await running.logIn('quiet')];

    const refused = await running.connect();

    expect(refused.banner).toBe('');
    expect(await metric(running.telemetry, 'connections_total', { result: 'session-limit' })).toBe(1);
    await one.barrier();
    two.close();
    await expect.poll(() => metric(running.telemetry, 'sessions', { state: 'authenticated' })).toBe(1);
    expect((await running.connect()).banner).not.toBe('');
  });
});

describe('a pipeline', () => {
  const LISTS = 3000;

  it('of large answers reaches a client that reads them, however much it has asked for', async () => {
    await run({ gatewayConf: '[sessions]\nmax_queue_bytes = 2097152\n' });
    const client = await running.logIn('admin');
    const list = await client.action({ Action: 'ListCommands', ActionID: 'x' });

    client.send('Action: ListCommands\r\nActionID: x\r\n\r\n'.repeat(LISTS));
    client.send('Action: Logoff\r\n\r\n');
    const all = await client.readToEnd();

    expect(all.length).toBeGreaterThan(LISTS * list.length);
    expect(all.startsWith(list.repeat(LISTS))).toBe(true);
    expect(all.slice(LISTS * list.length)).toContain('Thanks for all the fish.');
  });

  it('is answered to its end when the client has ended its direction long before', async () => {
    await run({ gatewayConf: '[sessions]\nmax_queue_bytes = 2097152\n' });
    const client = await running.logIn('admin');
    const list = await client.action({ Action: 'ListCommands', ActionID: 'x' });

    client.send('Action: ListCommands\r\nActionID: x\r\n\r\n'.repeat(LISTS));
    client.end();
    const all = await client.readToEnd();

    expect(all).toBe(list.repeat(LISTS));
  });

  it('of a flood of empty messages leaves the others their turns', async () => {
    await run({});
    const client = await running.logIn('quiet');
    const flooder = await running.connect();
    const flood = Buffer.alloc(256 * 1024, '\n');
    await client.barrier();

    flooder.send(flood);
    const startedAt = performance.now();
    await client.barrier();
    const tookMs = performance.now() - startedAt;

    expect(tookMs).toBeLessThan(500);
    flooder.close();
  });
});
