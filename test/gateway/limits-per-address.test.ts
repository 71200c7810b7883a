/** What one address may take before it has logged in; what it takes is not missing to the others. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type AmiClient, connectAmi } from '../asterisk/ami-client.mjs';
import { makeCertificate } from '../asterisk/certificates.js';
import { freePort } from '../asterisk/free-ports.mjs';
import { metric, type RunningGateway, type RunningSettings, runGateway } from './running-gateway.js';

let running: RunningGateway;
afterEach(() => running.stop());

async function run(settings: RunningSettings = {}): Promise<void> {
  running = await runGateway(settings);
}

function connectFrom(localAddress: string): Promise<AmiClient> {
  return connectAmi({ port: running.app.port, localAddress });
}

function refusals(result: string): Promise<number> {
  return metric(running.telemetry, 'connections_total', { listener: 'tcp', result });
}

describe('fifty idle connections of one address', () => {
  it('do not keep out the others', async () => {
    await run();

    const idle = await Promise.all(Array.from({ length: 50 }, () => connectFrom('127.0.0.2')));

    expect(idle.filter((client) => client.banner === '')).toHaveLength(10);
    expect(await refusals('address-auth-limit')).toBe(10);
    const client = await running.logIn('admin');
    expect(await client.barrier()).toBe('');
  });

  it('fill one line of the log, not one each', async () => {
    await run();

    await Promise.all(Array.from({ length: 80 }, () => connectFrom('127.0.0.2')));

    const lines = running.logLines.filter((line) => line.reason === 'address-auth-limit');
    expect(lines.length).toBeLessThan(40);
    expect(lines.length).toBeGreaterThan(0);
  });

  it('are as many as auth_per_address allows', async () => {
    await run({ gatewayConf: '[limits]\nauth_per_address = 2\n' });
    await Promise.all([connectFrom('127.0.0.2'), connectFrom('127.0.0.2')]);

    const refused = await connectFrom('127.0.0.2');

    expect(refused.banner).toBe('');
    expect((await connectFrom('127.0.0.3')).banner).not.toBe('');
  });

  it('give their places back when they end', async () => {
    await run({ gatewayConf: '[limits]\nauth_per_address = 1\n' });
    const first = await connectFrom('127.0.0.2');

    first.close();
    await expect.poll(() => metric(running.telemetry, 'sessions', { state: 'unauthenticated' })).toBe(0);

    expect((await connectFrom('127.0.0.2')).banner).not.toBe('');
  });
});

describe('connections_per_address', () => {
  it('counts those that have logged in, and leaves other addresses alone', async () => {
    await run({ gatewayConf: '[limits]\nconnections_per_address = 2\n' });
    const [one] = [await running.logIn('admin'), await running.logIn('quiet')];

    const refused = await running.connect();

    expect(refused.banner).toBe('');
    expect(await refusals('address-limit')).toBe(1);
    expect((await connectFrom('127.0.0.2')).banner).not.toBe('');
    one.close();
    await expect.poll(() => metric(running.telemetry, 'sessions', { state: 'authenticated' })).toBe(1);
    expect((await running.connect()).banner).not.toBe('');
  });
});

describe('login_bytes', () => {
  it('ends a client that sends more before its login', async () => {
    await run({ gatewayConf: '[limits]\nlogin_bytes = 1024\n' });
    const client = await running.connect();

    client.send('X: '.padEnd(1100, 'x'));

    expect(await client.readToEnd()).toBe('');
    await running.logged({ msg: 'session closed', reason: 'login-bytes' });
  });

  it('ends one that drips messages, whatever is answered', async () => {
    await run({ gatewayConf: '[limits]\nlogin_bytes = 1024\n' });
    const client = await running.connect();

    client.send('Action: Ping\r\n\r\n'.repeat(100));

    await client.readToEnd();
    await running.logged({ msg: 'session closed', reason: 'login-bytes' });
  });

  it('does not count what is sent behind a login', async () => {
    await run({ gatewayConf: '[limits]\nlogin_bytes = 1024\n' });
    const client = await running.connect();

    client.send(`Action: Login\r\nUsername: admin\r\nSecret: s\r\n\r\n${'Action: Ping\r\n\r\n'.repeat(1000)}`);
    client.send('Action: Logoff\r\n\r\n');

    expect((await client.readToEnd()).match(/Ping: Pong/g)).toHaveLength(1000);
  });
});

describe('authtimeout', () => {
  it('is for the TLS handshake as well, and what is left of it for the login', async () => {
    const { certificateFile, keyFile } = makeCertificate('gateway.test');
    const port = await freePort();
    const tls = `tlsenable = yes\ntlsbindaddr = 127.0.0.1:${port}\ntlscertfile = ${certificateFile}\ntlsprivatekey = ${keyFile}\n`;
    await run({ general: `authtimeout = 1\n${tls}` });

    const socket = connect(port, '127.0.0.1');
    await once(socket, 'close');

    expect(await metric(running.telemetry, 'connections_total', { listener: 'tls', result: 'auth-timeout' })).toBe(1);
  });
});

describe('idle_timeout', () => {
  it('ends a client that has logged in and sends nothing, however many events it gets', async () => {
    await run({ gatewayConf: '[sessions]\nidle_timeout = 0.3\n' });
    const client = await running.logIn('admin');
    const events = setInterval(() => running.asterisk.emit('Event: X\r\nPrivilege: user,all\r\n\r\n'), 50);

    await client.readToEnd();
    clearInterval(events);

    await running.logged({ msg: 'session closed', reason: 'idle-timeout' });
  });

  it('does not count the time in which an action is in work', async () => {
    await run({ gatewayConf: 'action_timeout = 1\n[sessions]\nidle_timeout = 0.3\n' });
    const client = await running.logIn('admin');
    running.asterisk.silence = ({ name }) => name === 'Slow' || name === 'Ping';

    const answer = await client.action({ Action: 'Slow' });

    expect(answer).toContain('Asterisk did not answer in time');
  });
});
