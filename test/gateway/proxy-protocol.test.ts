/** The PROXY header: believed from trusted networks, required there, refused from everywhere else. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { AmiClient, connectAmi } from '../asterisk/ami-client.mjs';
import { makeCertificate } from '../asterisk/certificates.js';
import { freePort } from '../asterisk/free-ports.mjs';
import { describeWithHaproxy, Haproxy } from './haproxy.js';
import { metric, type RunningGateway, runGateway } from './running-gateway.js';

const PROXY = '127.0.0.2';
const USERS =
  '[admin]\nsecret = s\nread = all\nwrite = all\n\n[fenced]\nsecret = s\ndeny = 0.0.0.0/0\npermit = 203.0.113.9\n';
const V1 = 'PROXY TCP4 203.0.113.9 192.0.2.1 4711 5038\r\n';
const V2 = Buffer.from('0d0a0d0a000d0a515549540a2111000ccb007109c0000201126713ae', 'hex');
const LOGIN = 'Action: Login\r\nUsername: fenced\r\nSecret: s\r\n\r\n';
const LOGOFF = 'Action: Logoff\r\n\r\n';

let running: RunningGateway;
afterEach(() => running.stop());

async function run(more = '', general = ''): Promise<void> {
  running = await runGateway({
    users: USERS,
    general,
    gatewayConf: `[listener]\nproxy_protocol_from = ${PROXY}/32, 192.0.2.0/24\n${more}`,
  });
}

async function open(localAddress: string): Promise<Socket> {
  const socket = connect({ port: running.app.port, host: '127.0.0.1', localAddress });
  await once(socket, 'connect');
  return socket;
}

/** Everything that comes back for these pieces, each in a packet of its own. */
async function converse(localAddress: string, pieces: readonly (string | Buffer)[]): Promise<string> {
  const socket = (await open(localAddress)).setNoDelay(true);
  const client = new AmiClient(socket);
  for (const piece of pieces) {
    await new Promise((resolve) => socket.write(piece, resolve));
    await new Promise(setImmediate);
  }
  return client.readToEnd();
}

function count(result: string): Promise<number> {
  return metric(running.telemetry, 'connections_total', { result });
}

describe('from a trusted network', () => {
  it.each([
    ['version 1', V1],
    ['version 2', V2],
  ])('%s tells the client that ACL, log and session see', async (_version, header) => {
    await run();

    const heard = await converse(PROXY, [Buffer.concat([Buffer.from(header), Buffer.from(LOGIN + LOGOFF)])]);

    expect(heard).toMatch(/^Asterisk Call Manager/);
    expect(heard).toContain('Authentication accepted');
    await running.logged({ msg: 'login', peer: '203.0.113.9' });
  });

  it('reads a header that comes byte by byte, and what follows it', async () => {
    await run();

    const heard = await converse(PROXY, [...V1, LOGIN, LOGOFF]);

    expect(heard).toContain('Authentication accepted');
  });

  it('gives no banner before the header, and none without it', async () => {
    await run();

    const heard = await converse(PROXY, [LOGIN + LOGOFF]);

    expect(heard).toBe('');
    expect(await count('proxy-error')).toBe(1);
  });

  it.each([
    ['a malformed line', 'PROXY TCP4 203.0.113.9\r\n'],
    ['an address that is none', 'PROXY TCP4 203.0.113.999 192.0.2.1 4711 5038\r\n'],
    ['a line without end', `PROXY TCP4 ${'1'.repeat(200)}`],
  ])('refuses %s', async (_what, header) => {
    await run();

    expect(await converse(PROXY, [header])).toBe('');
    expect(await count('proxy-error')).toBe(1);
  });

  it('waits for the header no longer than authtimeout', async () => {
    await run('', 'authtimeout = 1\n');

    expect(await converse(PROXY, ['PROXY '])).toBe('');
    expect(await count('auth-timeout')).toBe(1);
  });

  it('takes the proxy that speaks for itself for the client', async () => {
    await run();

    const heard = await converse(PROXY, [`PROXY UNKNOWN\r\n${LOGIN}`]);

    expect(heard).toContain('Authentication failed');
    await running.logged({ msg: 'login failed', peer: PROXY, reason: 'acl' });
  });

  it('refuses a second header behind the first', async () => {
    await run();

    const heard = await converse(PROXY, [V1 + V1.replace('203.0.113.9', '203.0.113.10') + LOGIN]);

    expect(heard).not.toContain('Authentication');
    await running.logged({ msg: 'session closed', reason: 'proxy-error' });
  });

  it('counts limits and bans for the client and not for the proxy', async () => {
    await run('[limits]\nauth_per_address = 1\n[bans]\nmax_failures = 1\nban_time = 60\n');
    const wrong = LOGIN.replace('Secret: s', 'Secret: wrong');
    expect(await converse(PROXY, [V1 + wrong])).toContain('Authentication failed');

    const [banned, other] = await Promise.all([
      converse(PROXY, [V1 + LOGIN]),
      converse(PROXY, [V1.replace('203.0.113.9', '203.0.113.10') + LOGOFF]),
    ]);

    expect(banned).toBe('');
    expect(other).toMatch(/^Asterisk Call Manager/);
    expect(await count('banned')).toBe(1);
  });

  it('puts the header before TLS', async () => {
    const { certificateFile, keyFile } = makeCertificate('gateway.test');
    const port = await freePort();
    const tls = `tlsenable = yes\ntlsbindaddr = 127.0.0.1:${port}\ntlscertfile = ${certificateFile}\ntlsprivatekey = ${keyFile}\n`;
    await run('', tls);
    const socket = connect({ port, host: '127.0.0.1', localAddress: PROXY });
    await once(socket, 'connect');
    socket.write(V1);
    const client = new AmiClient(connectTls({ socket, rejectUnauthorized: false }));

    client.send(LOGIN + LOGOFF);

    expect(await client.readToEnd()).toContain('Authentication accepted');
    await running.logged({ msg: 'login', peer: '203.0.113.9' });
  });
});

describe('from everywhere else', () => {
  it.each([
    ['version 1', V1],
    ['version 2', V2],
  ])('%s is not believed and closes the connection', async (_version, header) => {
    await run();

    const heard = await converse('127.0.0.3', [Buffer.concat([Buffer.from(header), Buffer.from(LOGIN)])]);

    expect(heard).not.toContain('Authentication');
    await running.logged({ msg: 'session closed', reason: 'proxy-error' });
    expect(running.logLines.filter((line) => line.peer === '203.0.113.9')).toHaveLength(0);
  });

  it('a header before TLS is not believed and closes the connection', async () => {
    const { certificateFile, keyFile } = makeCertificate('gateway.test');
    const port = await freePort();
    const tls = `tlsenable = yes\ntlsbindaddr = 127.0.0.1:${port}\ntlscertfile = ${certificateFile}\ntlsprivatekey = ${keyFile}\n`;
    await run('', tls);
    const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.3' });
    await once(socket, 'connect');
    socket.write(V1);
    const secured = connectTls({ socket, rejectUnauthorized: false });
    secured.on('error', () => undefined);

    await new Promise((resolve) => secured.once('close', resolve));

    expect(await metric(running.telemetry, 'connections_total', { listener: 'tls', result: 'tls-error' })).toBe(1);
    await running.logged({ msg: 'TLS handshake failed', peer: '127.0.0.3' });
    expect(running.logLines.filter((line) => line.peer === '203.0.113.9')).toHaveLength(0);
  });

  it('a header inside TLS is not believed and closes the connection', async () => {
    const { certificateFile, keyFile } = makeCertificate('gateway.test');
    const port = await freePort();
    const tls = `tlsenable = yes\ntlsbindaddr = 127.0.0.1:${port}\ntlscertfile = ${certificateFile}\ntlsprivatekey = ${keyFile}\n`;
    await run('', tls);
    const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.3' });
    const client = new AmiClient(connectTls({ socket, rejectUnauthorized: false }));

    client.send(V1 + LOGIN);

    expect(await client.readToEnd()).not.toContain('Authentication');
    await running.logged({ msg: 'session closed', reason: 'proxy-error', peer: '127.0.0.3' });
  });

  it('a header in pieces closes the connection as well', async () => {
    await run();

    const heard = await converse('127.0.0.3', [...V1, LOGIN]);

    expect(heard).not.toContain('Authentication');
    await running.logged({ msg: 'session closed', reason: 'proxy-error' });
  });

  it('clients connect without one', async () => {
    await run();
    const client = await connectAmi({ port: running.app.port, localAddress: '127.0.0.3' });

    expect(await client.login('admin', 's')).toContain('Authentication accepted');
  });
});

await describeWithHaproxy('behind HAProxy', (program) => {
  it.each(['send-proxy', 'send-proxy-v2'] as const)('with %s a client is seen with its own address', async (header) => {
    await run();
    const proxy = await Haproxy.start({ program, upstreamPort: running.app.port, source: PROXY, header });

    const client = await connectAmi({ port: proxy.port, localAddress: '127.0.0.77' });
    const answer = await client.login('admin', 's');
    await proxy.stop();

    expect(answer).toContain('Authentication accepted');
    await running.logged({ msg: 'login', peer: '127.0.0.77' });
  });
});
