/** Who may come in over HTTP, and what one address may take: as over TCP. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { makeCertificate } from '../asterisk/certificates.js';
import { authorization, nonceOf } from '../asterisk/differential/digest-client.js';
import { freePort } from '../asterisk/free-ports.mjs';
import { ask, cookieOf, type RawAnswer, RawHttp } from './raw-http.js';
import { metric, type RunningGateway, type RunningSettings, runGateway } from './running-gateway.js';

const PROXY = '127.0.0.2';
const USERS =
  '[admin]\nsecret = s\nread = all\nwrite = all\n\n[fenced]\nsecret = s\nwrite = all\ndeny = 0.0.0.0/0\npermit = 203.0.113.9\n';
const V1 = 'PROXY TCP4 203.0.113.9 192.0.2.1 4711 8088\r\n';
const V2 = Buffer.from('0d0a0d0a000d0a515549540a2111000ccb007109c0000201126713ae', 'hex').toString('latin1');
const TRUSTED = `[listener]\nproxy_protocol_from = ${PROXY}/32\n`;
const LOGIN = '/rawman?action=login&username=fenced&secret=s';
const PING = 'GET /rawman?action=ping HTTP/1.1\r\nHost: x\r\n\r\n';
const LOG_IN = `GET ${LOGIN} HTTP/1.1\r\nHost: x\r\n\r\n`;
const ACCEPTED = 'Authentication accepted';

let running: RunningGateway;
afterEach(() => running?.stop());

async function run(settings: RunningSettings = {}): Promise<number> {
  running = await runGateway({ users: USERS, httpConf: '', ...settings });
  return running.app.httpPort ?? 0;
}

function count(result: string, listener = 'http'): Promise<number> {
  return metric(running.telemetry, 'connections_total', { listener, result });
}

/** What comes back to these bytes on a connection of its own, until the other side closes. */
async function hear(port: number, localAddress: string, bytes = ''): Promise<string> {
  const client = await RawHttp.connect(port, localAddress);
  if (bytes !== '') client.send(bytes);
  return client.readToEnd();
}

describe('HTTP from a trusted proxy', () => {
  it.each([
    ['version 1', V1],
    ['version 2', V2],
  ])('with a header of %s is that of the client', async (_version, header) => {
    const client = await RawHttp.connect(await run({ gatewayConf: TRUSTED }), PROXY);

    client.send(header + LOG_IN);

    expect((await client.read()).body).toContain(ACCEPTED);
    await running.logged({ msg: 'login', peer: '203.0.113.9' });
    client.send(PING);
    expect((await client.read()).statusLine).toBe('HTTP/1.1 200 OK');
    client.close();
  });

  it('reads a header that comes byte by byte, and what follows it', async () => {
    const client = await RawHttp.connect(await run({ gatewayConf: TRUSTED }), PROXY);
    client.socket.setNoDelay(true);

    for (const byte of V1 + LOG_IN) {
      await new Promise((resolve) => client.socket.write(Buffer.from(byte, 'latin1'), resolve));
      await new Promise(setImmediate);
    }

    expect((await client.read()).body).toContain(ACCEPTED);
    client.close();
  });

  it('puts the header before TLS', async () => {
    const { certificateFile, keyFile } = makeCertificate('gateway.test');
    const port = await freePort();
    const httpConf = `tlsenable = yes\ntlsbindaddr = 127.0.0.1:${port}\ntlscertfile = ${certificateFile}\ntlsprivatekey = ${keyFile}\n`;
    await run({ gatewayConf: TRUSTED, httpConf });
    const socket = connect({ port, host: '127.0.0.1', localAddress: PROXY });
    await once(socket, 'connect');
    socket.write(V1);
    const secured = connectTls({ socket, rejectUnauthorized: false });

    secured.write(`GET ${LOGIN} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);

    expect(await readAll(secured)).toContain(ACCEPTED);
    await running.logged({ msg: 'login', peer: '203.0.113.9' });
  });

  it('is closed without a header', async () => {
    const port = await run({ gatewayConf: TRUSTED });

    expect(await hear(port, PROXY, PING)).toBe('');
    expect(await count('proxy-error')).toBe(1);
    await running.logged({ msg: 'connection refused', reason: 'proxy-error', peer: PROXY });
  });

  it('waits for the header no longer than authtimeout', async () => {
    const port = await run({ gatewayConf: TRUSTED, general: 'authtimeout = 1\n' });

    expect(await hear(port, PROXY, 'PROXY ')).toBe('');
    expect(await count('auth-timeout')).toBe(1);
  });

  it('counts limits for the client and not for the proxy', async () => {
    const port = await run({ gatewayConf: `${TRUSTED}[limits]\nhttp_connections_per_address = 1\n` });
    const first = await RawHttp.connect(port, PROXY);
    first.send(V1 + PING);
    await first.read();

    expect(await hear(port, PROXY, V1)).toBe('');
    const other = await RawHttp.connect(port, PROXY);
    other.send(V1.replace('203.0.113.9', '203.0.113.10') + PING);

    expect((await other.read()).statusLine).toBe('HTTP/1.1 200 OK');
    expect(await count('address-limit')).toBe(1);
    first.close();
    other.close();
  });

  it('bans the client and not the proxy', async () => {
    const bans = '[bans]\nmax_failures = 1\nmax_delay = 1\n';
    const port = await run({ gatewayConf: `${TRUSTED}${bans}` });
    const guesser = await RawHttp.connect(port, PROXY);
    guesser.send(V1 + LOG_IN.replace('secret=s', 'secret=wrong'));
    expect((await guesser.read()).body).toContain('Authentication failed');

    expect(await hear(port, PROXY, V1)).toBe('');
    const other = await RawHttp.connect(port, PROXY);
    other.send(V1.replace('203.0.113.9', '203.0.113.10') + PING);

    expect((await other.read()).statusLine).toBe('HTTP/1.1 200 OK');
    expect(await count('banned')).toBe(1);
    other.close();
  });
});

describe('HTTP from everywhere else', () => {
  it.each([
    ['version 1', V1],
    ['version 2', V2],
  ])('with a header of %s is no HTTP, and nobody is believed', async (_version, header) => {
    const port = await run({ gatewayConf: TRUSTED });

    const heard = await hear(port, '127.0.0.3', header + LOG_IN);

    expect(heard).toMatch(/^HTTP\/1\.1 (?:400|501) /);
    expect(heard).not.toContain(ACCEPTED);
    expect(running.logLines.filter((line) => line.peer === '203.0.113.9')).toHaveLength(0);
  });

  it('needs no header', async () => {
    const port = await run({ gatewayConf: TRUSTED });

    const answer = await ask(port, { target: '/rawman?action=ping', localAddress: '127.0.0.3' });

    expect(answer.statusLine).toBe('HTTP/1.1 200 OK');
  });
});

describe('connections of one address over HTTP', () => {
  it('do not keep out the others, and give their places back', async () => {
    const port = await run({ httpConf: 'sessionlimit = 10\n' });
    const idle = await Promise.all(Array.from({ length: 5 }, () => RawHttp.connect(port, '127.0.0.9')));

    expect(await hear(port, '127.0.0.9')).toBe('');

    expect(await count('address-limit')).toBe(1);
    const other = await ask(port, { target: '/rawman?action=ping', localAddress: '127.0.0.3' });
    expect(other.statusLine).toBe('HTTP/1.1 200 OK');
    for (const client of idle) client.close();
    await expect
      .poll(async () => (await fetchFrom(port, '127.0.0.9'))?.statusLine, { timeout: 10_000 })
      .toBe('HTTP/1.1 200 OK');
  });

  it('end when more requests wait on one than anybody sends', async () => {
    const port = await run();
    running.asterisk.hold();
    const login = await ask(port, { target: '/rawman?action=login&username=admin&secret=s' });
    const waiting = `GET /rawman?action=waitevent HTTP/1.1\r\nHost: x\r\n${cookieOf(login)}\r\n\r\n`;

    const client = await RawHttp.connect(port);
    client.send(waiting.repeat(500));

    await running.logged({ msg: 'connection ended: too many requests at once', peer: '127.0.0.1' });
    expect(await metric(running.telemetry, 'protocol_errors_total', { kind: 'too-many-requests' })).toBe(1);
    client.close();
  });
});

describe('logins by digest', () => {
  it('take turns at one address, while others and who has logged in go on', async () => {
    const limits = '[limits]\nlogins_per_second_per_address = 1\n[bans]\nallow = none\n';
    const port = await run({ gatewayConf: limits });
    const challenge = await ask(port, { target: '/arawman' });
    const order: string[] = [];
    const request = async (name: string, localAddress: string, nonce: string, nc = '00000001') => {
      const proof = authorization({ username: 'admin', secret: 's' }, { method: 'GET', uri: PINGED, nonce, nc });
      const answer = await ask(port, { target: PINGED, headers: [proof], localAddress });
      order.push(name);
      return answer.statusLine;
    };
    const own = nonceOf(challenge);
    expect(await request('first', '127.0.0.1', own)).toBe('HTTP/1.1 200 OK');
    const nonces = await Promise.all(Array.from({ length: 4 }, () => ask(port, { target: '/arawman' })));
    const [one = '', two = '', three = '', four = ''] = nonces.map(nonceOf);

    const paced = Promise.all([request('a', '127.0.0.1', one), request('b', '127.0.0.1', two)]);
    const last = request('last', '127.0.0.1', three);
    await Promise.all([request('elsewhere', '127.0.0.3', four), request('goes on', '127.0.0.1', own, '00000002')]);
    const statuses = [...(await paced), await last];

    expect(order.indexOf('elsewhere')).toBeLessThan(order.indexOf('last'));
    expect(order.indexOf('goes on')).toBeLessThan(order.indexOf('last'));
    expect(statuses).toEqual(['HTTP/1.1 200 OK', 'HTTP/1.1 200 OK', 'HTTP/1.1 200 OK']);
  });
});

const PINGED = '/arawman?action=ping';

function fetchFrom(port: number, localAddress: string): Promise<RawAnswer | null> {
  return ask(port, { target: '/rawman?action=ping', localAddress }).catch(() => null);
}

async function readAll(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}
