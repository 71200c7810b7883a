/** HTTP itself: connections, deadlines, limits, and requests that are not what they look like. */
import { rmSync } from 'node:fs';
import { request } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import { makeCertificate } from '../asterisk/certificates.js';
import { freePort } from '../asterisk/free-ports.mjs';
import { ask, cookieOf, headerOf, RawHttp } from './raw-http.js';
import { metric, type RunningGateway, type RunningSettings, runGateway } from './running-gateway.js';

let running: RunningGateway;
afterEach(() => running?.stop());

async function run(httpConf: string, settings: RunningSettings = {}): Promise<number> {
  running = await runGateway({ httpConf, ...settings });
  return running.app.httpPort ?? 0;
}

const PING = 'GET /rawman?action=ping HTTP/1.1\r\n\r\n';
const LOGIN = '/rawman?action=login&username=admin&secret=s';

describe('a connection', () => {
  it('is kept for the next request', async () => {
    const client = await RawHttp.connect(await run(''));

    client.send(PING);
    const first = await client.read();
    client.send(PING);
    const second = await client.read();

    expect([first.statusLine, second.statusLine]).toEqual(['HTTP/1.1 200 OK', 'HTTP/1.1 200 OK']);
    expect(headerOf(first, 'Connection')).toBeNull();
    client.close();
  });

  it('of HTTP/1.0 is kept when its client asks for that', async () => {
    const client = await RawHttp.connect(await run(''));

    client.send(PING.replace('1.1\r\n', '1.0\r\nConnection: keep-alive\r\n'));
    const kept = await client.read();
    client.send(PING.replace('1.1', '1.0'));

    expect(headerOf(kept, 'Connection')).toBeNull();
    expect(await client.readToEnd()).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\nConnection: close\r\n/);
  });

  it('ends behind each answer without session_keep_alive', async () => {
    const client = await RawHttp.connect(await run('session_keep_alive = 0\n'));

    client.send(PING);

    expect(await client.readToEnd()).toContain('\r\nConnection: close\r\n');
  });

  it('ends when no request comes for session_keep_alive', async () => {
    const client = await RawHttp.connect(await run('session_keep_alive = 100\n'));
    client.send(PING);
    await client.read();

    expect(await client.readToEnd()).toBe('');
  });

  it('ends with a page when a request stalls for session_inactivity', async () => {
    const client = await RawHttp.connect(await run('session_inactivity = 300\n'));

    client.send('GET /rawman?action=pi');

    expect(await client.readToEnd()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*<p>Timeout<\/p>/);
  });

  it('ends when a body stalls for session_inactivity', async () => {
    const client = await RawHttp.connect(await run('session_inactivity = 300\n'));

    client.send(
      'POST /rawman HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\nact',
    );

    expect(await client.readToEnd()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  });

  it('is one of at most sessionlimit', async () => {
    const port = await run('sessionlimit = 2\n');
    const [one, two] = [await RawHttp.connect(port), await RawHttp.connect(port, '127.0.0.2')];
    one.send(PING);
    two.send(PING);
    await Promise.all([one.read(), two.read()]);

    const third = await RawHttp.connect(port, '127.0.0.3');

    expect(await third.readToEnd()).toBe('');
    expect(await metric(running.telemetry, 'connections_total', { listener: 'http', result: 'session-limit' })).toBe(1);
    one.send(PING);
    expect((await one.read()).statusLine).toBe('HTTP/1.1 200 OK');
    one.close();
    two.close();
  });

  it('that speaks TLS to the plain port is told so in HTTP', async () => {
    const client = await RawHttp.connect(await run(''));

    client.send('\x16\x03\x01\x02\x00\x01\x00');

    expect(await client.readToEnd()).toMatch(/^HTTP\/1\.1 (501|400) /);
  });
});

describe('requests on one connection', () => {
  it('are answered in their order', async () => {
    const port = await run('');
    running.asterisk.script = (action) => `Response: Success\r\nActionID: ${action.actionId}\r\n\r\n`;
    const cookie = cookieOf(await ask(port, { target: LOGIN }));
    const client = await RawHttp.connect(port);

    const ids = ['1', '2', '3', '4', '5'];
    client.send(ids.map((id) => `GET /rawman?action=userevent&actionid=${id} HTTP/1.1\r\n${cookie}\r\n\r\n`).join(''));
    const bodies = [];
    for (const _ of ids) bodies.push((await client.read()).body);

    expect(bodies).toEqual(ids.map((id) => `Response: Success\r\nActionID: ${id}\r\n\r\n`));
    client.close();
  });

  it.each([
    ['a length beside chunks', 'Content-Length: 4\r\nTransfer-Encoding: chunked'],
    ['chunks beside a length', 'Transfer-Encoding: chunked\r\nContent-Length: 4'],
    ['two lengths', 'Content-Length: 4\r\nContent-Length: 6'],
    ['a length with a sign', 'Content-Length: +4'],
    ['a length in hexadecimal', 'Content-Length: 0x4'],
    ['chunks that are not the last coding', 'Transfer-Encoding: chunked, identity'],
    ['a coding with a strange blank', 'Transfer-Encoding: \x0bchunked'],
    ['a blank before the colon', 'Content-Length : 4'],
    ['a folded header', 'X: a\r\n Content-Length: 4'],
    ['a lone line feed', 'X: a\nContent-Length: 4'],
    ['a lone carriage return', 'X: a\rContent-Length: 4'],
    ['a NUL', 'X: a\0b'],
  ])('cannot be smuggled with %s', async (_how, headers) => {
    const port = await run('');
    running.asterisk.script = () => 'Response: Success\r\n\r\n';
    const cookie = cookieOf(await ask(port, { target: LOGIN }));
    const client = await RawHttp.connect(port);

    const hidden = `GET /rawman?action=userevent&userevent=hidden HTTP/1.1\r\n${cookie}\r\n\r\n`;
    client.send(`POST /rawman HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n0\r\n\r\n${hidden}`);

    expect(await client.readToEnd()).toMatch(/^HTTP\/1\.1 (400|501) [\s\S]*Connection: close/);
    expect(running.asterisk.received.filter((action) => action.name === 'userevent')).toEqual([]);
  });

  it('that begin with garbage do not take the answer of the one before', async () => {
    const port = await run('');
    const client = await RawHttp.connect(port);

    client.send(`${PING}garbage\r\n\r\n`);

    const all = await client.readToEnd();
    expect(all === '' || /^HTTP\/1\.1 (200|400|501) /.test(all)).toBe(true);
    expect(all.match(/HTTP\/1\.1 200/g)?.length ?? 0).toBeLessThan(2);
  });
});

describe('a request beyond a limit', () => {
  it.each([
    ['all headers together', Array.from({ length: 20 }, () => `X: ${'x'.repeat(4000)}`), '413'],
    ['one header', [`X: ${'x'.repeat(5000)}`], '400'],
    ['the number of headers', Array.from({ length: 101 }, (_, n) => `X-${n}: x`), '413'],
  ])('of %s is refused before anything is done', async (_what, headers, status) => {
    const port = await run('');
    const cookie = cookieOf(await ask(port, { target: LOGIN }));

    const answer = await ask(port, { target: '/rawman?action=userevent&userevent=x', headers: [cookie, ...headers] });

    expect(answer.statusLine).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(headerOf(answer, 'Connection')).toBe('close');
    expect(running.asterisk.received.filter((action) => action.name === 'userevent')).toEqual([]);
  });

  it('of its body is refused as soon as its length is known', async () => {
    const port = await run('');

    const answer = await ask(port, {
      method: 'POST',
      target: '/rawman',
      headers: ['Content-Type: application/x-www-form-urlencoded', 'Content-Length: 40961'],
    });

    expect(answer.statusLine).toBe('HTTP/1.1 413 Request Entity Too Large');
  });

  it('of its body in chunks is refused too', async () => {
    const port = await run('');
    const chunk = `a000\r\n${'x'.repeat(0xa000)}\r\n1\r\nx\r\n0\r\n\r\n`;
    const client = await RawHttp.connect(port);

    client.send(
      `POST /rawman HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`,
    );

    expect((await client.read()).statusLine).toBe('HTTP/1.1 413 Request Entity Too Large');
    client.close();
  });
});

describe('HTTPS', () => {
  it('serves the same, with a cookie that stays on it', async () => {
    const certificate = makeCertificate('gateway.test');
    const tlsPort = await freePort();
    const files = `tlscertfile = ${certificate.certificateFile}\ntlsprivatekey = ${certificate.keyFile}\n`;
    await run(`tlsenable = yes\ntlsbindaddr = 127.0.0.1:${tlsPort}\n${files}`);

    const { status, cookie, body } = await new Promise<{ status: number; cookie: string; body: string }>(
      (resolve, reject) => {
        const asked = request(
          { host: '127.0.0.1', port: tlsPort, path: LOGIN, ca: certificate.certificate },
          (response) => {
            let text = '';
            response.setEncoding('latin1');
            response.on('data', (part: string) => {
              text += part;
            });
            response.on('end', () => {
              const [first = ''] = response.headers['set-cookie'] ?? [];
              resolve({ status: response.statusCode ?? 0, cookie: first, body: text });
            });
          },
        );
        asked.on('error', reject);
        asked.end();
      },
    );

    expect(status).toBe(200);
    expect(body).toContain('Authentication accepted');
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Secure$/);
    expect(running.app.httpsPort).toBe(tlsPort);
    const plain = await ask(running.app.httpPort ?? 0, { target: '/rawman?action=ping' });
    expect(headerOf(plain, 'Set-Cookie')).not.toContain('Secure');
    rmSync(certificate.folder, { recursive: true });
  });
});

it('is not there without webenabled', async () => {
  running = await runGateway();

  expect(running.app.httpPort).toBeNull();
  expect(running.app.httpsPort).toBeNull();
});

it('is there behind its prefix only, with the name that servername gives', async () => {
  const port = await run('prefix = ajam\nservername = none of your business\n');

  const there = await ask(port, { target: '/AJAM/rawman?action=ping' });
  const elsewhere = await ask(port, { target: '/rawman?action=ping' });

  expect(there.statusLine).toBe('HTTP/1.1 200 OK');
  expect(headerOf(there, 'Server')).toBe('none of your business');
  expect(elsewhere.statusLine).toBe('HTTP/1.1 404 Not Found');
});
