/** Requests that each bring their own proof. */
import { afterEach, describe, expect, it } from 'vitest';
import { authorization, type DigestUse, nonceOf } from '../asterisk/differential/digest-client.js';
import { ADMIN_SECTION } from '../asterisk/side-by-side.js';
import { ask, headerOf, post, type RawAnswer } from './raw-http.js';
import { metric, type RunningGateway, runGateway, userEvent } from './running-gateway.js';

const USERS = `
${ADMIN_SECTION}
[reader]
secret = r
read = user
write = user
eventfilter = !UserEvent: hidden

[lan]
secret = l
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.2/255.255.255.255
read = user
write = user
`;
const ADMIN = { username: 'admin', secret: 's' };
const READER = { username: 'reader', secret: 'r' };

let running: RunningGateway;
afterEach(() => running?.stop());

async function run(): Promise<void> {
  running = await runGateway({ users: USERS, httpConf: '' });
}

function get(target: string, account = ADMIN, use: Partial<DigestUse> = {}): Promise<RawAnswer> {
  const proof = authorization(account, { method: 'GET', uri: target, nonce: '', ...use });
  return ask(running.app.httpPort ?? 0, { target, headers: [proof] });
}

async function freshNonce(): Promise<string> {
  return nonceOf(await ask(running.app.httpPort ?? 0, { target: '/arawman' }));
}

const PING = '/arawman?action=ping';
const OK = 'HTTP/1.1 200 OK';
const UNAUTHORIZED = 'HTTP/1.1 401 Unauthorized';

describe('a digest nonce', () => {
  it('is good for one use of each count, and the counts must grow', async () => {
    await run();
    const nonce = await freshNonce();

    const uses: string[] = [];
    for (const nc of ['00000001', '00000001', '00000002', '0000000a', '00000003', '0000000B']) {
      uses.push((await get(PING, ADMIN, { nonce, nc })).statusLine);
    }

    expect(uses).toEqual([OK, UNAUTHORIZED, OK, OK, UNAUTHORIZED, OK]);
  });

  it('is good for one use without a count', async () => {
    await run();
    const nonce = await freshNonce();

    expect((await get(PING, ADMIN, { nonce, qop: 'none' })).statusLine).toBe(OK);
    expect((await get(PING, ADMIN, { nonce, qop: 'none' })).statusLine).toBe(UNAUTHORIZED);
  });

  it('that is worn out is replaced by one that continues the session', async () => {
    await run();
    const nonce = await freshNonce();
    await get('/arawman?action=waitevent&timeout=0', READER, { nonce });
    running.asterisk.emit(userEvent('kept'));

    const refused = await get(PING, READER, { nonce });
    const next = nonceOf(refused);
    const answer = await get('/arawman?action=waitevent&timeout=5', READER, { nonce: next });

    expect(headerOf(refused, 'WWW-authenticate')).toContain(', stale=true');
    expect(next).not.toBe(nonce);
    expect(answer.body).toContain(userEvent('kept'));
  });

  it('does not lead another user into the session', async () => {
    await run();
    const nonce = await freshNonce();
    await get('/arawman?action=waitevent&timeout=0', READER, { nonce });

    const answer = await get('/arawman?action=command&command=x', ADMIN, { nonce, nc: '00000002' });
    const reader = await get('/arawman?action=command&command=x', READER, { nonce, nc: '00000003' });

    expect(answer.body).not.toContain('Permission denied');
    expect(reader.body).toContain('Permission denied');
  });

  it('is not told to be stale to one who does not know the secret', async () => {
    await run();

    const answer = await get(PING, { username: 'admin', secret: 'wrong' }, { nonce: 'cafe0001' });

    expect(headerOf(answer, 'WWW-authenticate')).not.toContain('stale');
  });

  it('is no cookie, and a cookie is no nonce', async () => {
    await run();
    const nonce = await freshNonce();
    await get(PING, ADMIN, { nonce });
    const port = running.app.httpPort ?? 0;

    for (const name of [nonce, nonce.slice(0, 32), nonce.slice(-32)]) {
      const answer = await ask(port, { target: '/rawman?action=ping', headers: [`Cookie: mansession_id="${name}"`] });
      expect(answer.body).toContain('Permission denied');
    }
  });
});

describe('a digest proof', () => {
  it('is for one request target', async () => {
    await run();
    const nonce = await freshNonce();

    expect((await get(PING, ADMIN, { nonce, uri: '/arawman?action=pong' })).statusLine).toBe(UNAUTHORIZED);
    expect((await get(PING, ADMIN, { nonce, uri: '/arawman' })).statusLine).toBe(UNAUTHORIZED);
  });

  it('is for one method', async () => {
    await run();
    const nonce = await freshNonce();

    expect((await get(PING, ADMIN, { nonce, method: 'POST' })).statusLine).toBe(UNAUTHORIZED);
  });

  it('is weighed after the address, at every request', async () => {
    await run();
    const nonce = await freshNonce();
    const lan = { username: 'lan', secret: 'l' };
    const proof = (nc: string) => authorization(lan, { method: 'GET', uri: PING, nonce, nc });
    const port = running.app.httpPort ?? 0;

    const there = await ask(port, { target: PING, headers: [proof('00000001')], localAddress: '127.0.0.2' });
    const elsewhere = await ask(port, { target: PING, headers: [proof('00000002')] });

    expect(there.statusLine).toBe(OK);
    expect(elsewhere.statusLine).toBe('HTTP/1.1 403 Permission denied');
    expect(headerOf(elsewhere, 'Connection')).toBe('close');
  });

  it('that fails is reported, and answered after the second that every failed login takes', async () => {
    await run();
    const nonce = await freshNonce();
    const began = performance.now();

    const answers = await Promise.all([
      get(PING, { username: 'admin', secret: 'wrong' }, { nonce }),
      get(PING, { username: 'ghost', secret: 'wrong' }, { nonce }),
    ]);

    expect(answers.map(({ statusLine }) => statusLine)).toEqual([UNAUTHORIZED, UNAUTHORIZED]);
    expect(performance.now() - began).toBeGreaterThan(990);
    const count = (event: string) => metric(running.telemetry, 'security_events_total', { event });
    expect([await count('InvalidPassword'), await count('InvalidAccountID')]).toEqual([1, 1]);
    expect(running.logLines.filter((line) => line.msg === 'login failed').map(({ method }) => method)).toEqual([
      'digest',
      'digest',
    ]);
  });

  it('of a POST leads to the filters of its user', async () => {
    await run();
    const port = running.app.httpPort ?? 0;
    const nonce = await freshNonce();
    const asked = (nc: string, body: string) =>
      ask(port, post('/arawman', body, authorization(READER, { method: 'POST', uri: '/arawman', nonce, nc })));
    await asked('00000001', 'action=waitevent&timeout=0');
    running.asterisk.emit(userEvent('hidden') + userEvent('shown'));

    const answer = await asked('00000002', 'action=waitevent&timeout=5');

    expect(answer.body).toContain(userEvent('shown'));
    expect(answer.body).not.toContain('hidden');
    expect(headerOf(answer, 'Set-Cookie')).toBeNull();
  });

  it('that says logoff ends the session, and the next one begins another', async () => {
    await run();
    const nonce = await freshNonce();

    const goodbye = await get('/arawman?action=logoff', ADMIN, { nonce });
    const again = await get(PING, ADMIN, { nonce, nc: '00000002' });

    expect(goodbye.body).toContain('Response: Goodbye');
    expect(again.body).toContain('Pong');
    expect(await metric(running.telemetry, 'auth_attempts_total', { method: 'digest', result: 'success' })).toBe(2);
  });
});
