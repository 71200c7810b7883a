/** Sessions over HTTP: how they begin, what names them, how they end, and what waits for them. */
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { ADMIN_SECTION } from '../asterisk/side-by-side.js';
import { ask, cookieOf, post, type RawAnswer, RawHttp } from './raw-http.js';
import { metric, type RunningGateway, type RunningSettings, runGateway, userEvent } from './running-gateway.js';

const USERS = `
${ADMIN_SECTION}
[reader]
secret = s
read = user
write = user

[lan]
secret = s
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.2/255.255.255.255
read = user
write = user
`;

let running: RunningGateway;
afterEach(() => running?.stop());

async function run(settings: RunningSettings = {}): Promise<void> {
  running = await runGateway({ users: USERS, httpConf: '', ...settings });
}

function get(target: string, cookie = '', localAddress = '127.0.0.1'): Promise<RawAnswer> {
  return ask(running.app.httpPort ?? 0, { target, headers: cookie === '' ? [] : [cookie], localAddress });
}

async function logIn(user: string, localAddress = '127.0.0.1'): Promise<string> {
  const answer = await get(`/rawman?action=login&username=${user}&secret=s`, '', localAddress);
  expect(answer.body).toContain('Authentication accepted');
  return cookieOf(answer);
}

const PING = '/rawman?action=ping';
const DENIED = 'Response: Error\r\nMessage: Permission denied\r\n\r\n';
const WAITED = 'Response: Success\r\nMessage: Waiting for Event completed.\r\n\r\n';
const COMPLETE = 'Event: WaitEventComplete\r\n\r\n';

describe('the cookie of a session', () => {
  it('is another one behind a login, and the one from before is worth nothing', async () => {
    await run();
    const challenged = await get('/rawman?action=challenge&authtype=md5');
    const before = cookieOf(challenged);
    const challenge = /Challenge: (\d+)/.exec(challenged.body)?.[1];
    const key = createHash('md5').update(`${challenge}s`).digest('hex');

    const answer = await get(`/rawman?action=login&authtype=md5&username=admin&key=${key}`, before);
    const after = cookieOf(answer);

    expect(answer.body).toContain('Authentication accepted');
    expect(after).not.toBe(before);
    expect((await get(PING, after)).body).toContain('Pong');
    expect((await get(PING, before)).body).toBe(DENIED);
  });

  it('stays the same from the login on', async () => {
    await run();
    const cookie = await logIn('admin');

    expect(cookieOf(await get(PING, cookie))).toBe(cookie);
  });

  it('has 128 bits that are never the same', async () => {
    await run();
    const cookies = await Promise.all(Array.from({ length: 20 }, () => get(PING)));

    const ids = cookies.map((answer) => /^Cookie: mansession_id="([0-9a-f]{32})"$/.exec(cookieOf(answer))?.[1]);
    expect(new Set(ids).size).toBe(20);
    expect(ids).not.toContain(undefined);
  });

  it('is of no use where its user may not come from', async () => {
    await run();
    const cookie = await logIn('lan', '127.0.0.2');

    expect((await get(PING, cookie, '127.0.0.1')).body).toBe(DENIED);
    expect((await get(PING, cookie, '127.0.0.2')).body).toContain('Pong');
  });

  it('is of no use behind a logoff', async () => {
    await run();
    const cookie = await logIn('admin');

    expect((await get('/rawman?action=logoff', cookie)).body).toContain('Response: Goodbye');
    expect((await get(PING, cookie)).body).toBe(DENIED);
    expect(await metric(running.telemetry, 'sessions_closed_total', { reason: 'logoff' })).toBe(1);
  });

  it('cannot be chosen by the client', async () => {
    await run();
    const mine = `Cookie: mansession_id="${'a'.repeat(32)}"`;

    const answer = await get('/rawman?action=login&username=admin&secret=s', mine);

    expect(cookieOf(answer)).not.toBe(mine);
    expect((await get(PING, mine)).body).toBe(DENIED);
  });
});

describe('WaitEvent over HTTP', () => {
  it('brings what happened while nobody asked', async () => {
    await run();
    const cookie = await logIn('reader');
    running.asterisk.emit(userEvent('a') + userEvent('b'));
    await (await running.logIn('reader')).barrier();

    const answer = await get('/rawman?action=waitevent&timeout=5', cookie);

    expect(answer.body).toBe(`${WAITED}${userEvent('a')}${userEvent('b')}${COMPLETE}`);
  });

  it('is answered as soon as there is an event', async () => {
    await run();
    const cookie = await logIn('reader');
    const waiting = get('/rawman?action=waitevent&timeout=30', cookie);
    await waitUntilItWaits();

    running.asterisk.emit(userEvent('now'));

    expect((await waiting).body).toBe(`${WAITED}${userEvent('now')}${COMPLETE}`);
  });

  it('does not wait longer than to ten seconds before the end of its session', async () => {
    await run({ general: 'httptimeout = 10\n' });
    const cookie = await logIn('reader');

    expect((await get('/rawman?action=waitevent&timeout=1000', cookie)).body).toBe(WAITED + COMPLETE);
  });

  it('gives its place to the next one, with an empty answer', async () => {
    await run();
    const cookie = await logIn('reader');
    const first = get('/rawman?action=waitevent&timeout=30', cookie);
    await waitUntilItWaits();
    const second = get('/rawman?action=waitevent&timeout=30', cookie);

    expect((await first).body).toBe('');
    running.asterisk.emit(userEvent('x'));
    expect((await second).body).toBe(`${WAITED}${userEvent('x')}${COMPLETE}`);
  });

  it('ends without events when another action of its session comes', async () => {
    await run();
    const cookie = await logIn('reader');
    const waiting = get('/rawman?action=waitevent&timeout=30', cookie);
    await waitUntilItWaits();

    const pong = await get(PING, cookie);

    expect((await waiting).body).toBe(WAITED + COMPLETE);
    expect(pong.body).toContain('Pong');
  });

  it('takes no event with it when its client goes away', async () => {
    await run();
    const cookie = await logIn('reader');
    const leaving = await RawHttp.connect(running.app.httpPort ?? 0);
    leaving.send(`GET /rawman?action=waitevent&timeout=30 HTTP/1.1\r\n${cookie}\r\n\r\n`);
    await waitUntilItWaits();
    leaving.close();
    await ask(running.app.httpPort ?? 0, { target: PING });

    running.asterisk.emit(userEvent('kept'));

    expect((await get('/rawman?action=waitevent&timeout=5', cookie)).body).toContain(userEvent('kept'));
  });

  it('is refused with a clear page when the gateway stops', async () => {
    await run();
    const cookie = await logIn('reader');
    const waiting = get('/rawman?action=waitevent&timeout=30', cookie);
    await waitUntilItWaits();

    await running.app.stop();

    expect((await waiting).statusLine).toBe('HTTP/1.1 503 Service Unavailable');
  });
});

describe('events that wait for an HTTP session', () => {
  const flood = userEvent('x'.repeat(1000)).repeat(2200);

  it('are bounded: the session of one who fetches too seldom ends', async () => {
    await run({ gatewayConf: '[sessions]\nmax_queue_bytes = 2097152\n' });
    const cookie = await logIn('reader');
    await get('/rawman?action=waitevent&timeout=0', cookie);

    running.asterisk.emit(flood);
    await running.logged({ msg: 'session closed', reason: 'event-backlog' });

    expect((await get(PING, cookie)).body).toBe(DENIED);
  });

  it('cost nothing to one who never fetches any', async () => {
    await run({ gatewayConf: '[sessions]\nmax_queue_bytes = 2097152\n' });
    const cookie = await logIn('reader');

    running.asterisk.emit(flood);
    await get(PING, cookie);
    running.asterisk.emit(userEvent('later'));

    expect((await get(PING, cookie)).body).toContain('Pong');
    await get('/rawman?action=waitevent&timeout=0', cookie);
    running.asterisk.emit(userEvent('fetched'));
    expect((await get('/rawman?action=waitevent&timeout=5', cookie)).body).toBe(
      `${WAITED}${userEvent('fetched')}${COMPLETE}`,
    );
  });
});

describe('the end of an HTTP session', () => {
  it('comes when it was not used for httptimeout', async () => {
    await run({ general: 'httptimeout = 1\n' });
    const cookie = await logIn('reader');

    await running.logged({ msg: 'session closed', reason: 'expired' });

    expect((await get(PING, cookie)).body).toBe(DENIED);
  });

  it('comes to the oldest of too many strangers at one address, and keeps no client from TCP', async () => {
    await run({ general: 'authlimit = 3\n' });
    const challenged = await get('/rawman?action=challenge&authtype=md5');
    await Promise.all(Array.from({ length: 30 }, () => get(PING)));

    const client = await running.logIn('admin');

    expect(await client.barrier()).toBe('');
    expect(running.logLines.filter((line) => line.reason === 'address-auth-limit').length).toBeGreaterThan(20);
    expect(cookieOf(await get(PING, cookieOf(challenged)))).not.toBe(cookieOf(challenged));
  });

  it('does not come to a stranger elsewhere', async () => {
    await run({ general: 'authlimit = 3\n' });
    const challenged = await get('/rawman?action=challenge&authtype=md5', '', '127.0.0.2');
    await Promise.all(Array.from({ length: 30 }, () => get(PING)));

    const answer = await get(PING, cookieOf(challenged), '127.0.0.2');

    expect(cookieOf(answer)).toBe(cookieOf(challenged));
  });

  it('comes to one of the address that has most, when all together are too many', async () => {
    await run({ general: 'authlimit = 3\n' });
    const first = await get(PING);
    const elsewhere = await get(PING, '', '127.0.0.2');
    await get(PING);

    await get(PING, '', '127.0.0.3');

    expect(cookieOf(await get(PING, cookieOf(elsewhere), '127.0.0.2'))).toBe(cookieOf(elsewhere));
    await running.logged({ msg: 'session closed', reason: 'auth-limit' });
    expect(cookieOf(await get(PING, cookieOf(first)))).not.toBe(cookieOf(first));
  });

  it('is not waited for by who has as many sessions as one address may have', async () => {
    await run({ gatewayConf: '[limits]\nconnections_per_address = 2\n' });
    const cookies = [await logIn('reader'), await logIn('reader')];

    expect((await get(PING)).statusLine).toBe('HTTP/1.1 503 Service Unavailable');
    expect((await get(PING, cookies[0])).body).toContain('Pong');
    expect((await get(PING, '', '127.0.0.2')).statusLine).toBe('HTTP/1.1 200 OK');
  });

  it('leaves its user free to log in again', async () => {
    await run({ users: `${USERS}allowmultiplelogin = no\n` });
    const cookie = await logIn('lan', '127.0.0.2');
    const second = await get('/rawman?action=login&username=lan&secret=s', '', '127.0.0.2');
    await get('/rawman?action=logoff', cookie, '127.0.0.2');

    expect(second.body).toContain('Login Already In Use');
    await logIn('lan', '127.0.0.2');
  });
});

describe('what comes over HTTP', () => {
  it('reaches Asterisk as one action, with all of its parameters', async () => {
    await run();
    running.asterisk.script = () => 'Response: Success\r\n\r\n';
    const cookie = await logIn('admin');

    await ask(running.app.httpPort ?? 0, post('/rawman', 'action=UserEvent&actionid=9&UserEvent=a+b&Key=%e9', cookie));

    const sent = running.asterisk.received.find((action) => action.name === 'UserEvent');
    expect(sent?.lines).toEqual(['Action: UserEvent', 'actionid: 9', 'UserEvent: a b', 'Key: \xe9']);
  });

  it.each([
    ['a line end in a value', 'action=UserEvent&x=a%0d%0aAction:+Command'],
    ['a lone line feed in a value', 'action=UserEvent&x=a%0aAction:+Command'],
    ['a NUL in a value', 'action=UserEvent&x=a%00b'],
    ['a line end in a name', 'action=UserEvent&x%0d%0aAction:+Command=y'],
    ['a colon in a name', 'action=UserEvent&Action:=y'],
    ['a blank in a name', 'action=UserEvent&a+b=y'],
    ['a value without a name', 'action=UserEvent&=y'],
  ])('does not when it has %s', async (_what, body) => {
    await run();
    const cookie = await logIn('admin');

    const answer = await ask(running.app.httpPort ?? 0, post('/rawman', body, cookie));

    expect(answer.statusLine).toBe('HTTP/1.1 400 Bad Request');
    expect(running.asterisk.received.filter((action) => action.name === 'UserEvent')).toEqual([]);
  });

  it('does not when it is only HEAD', async () => {
    await run();
    const cookie = await logIn('admin');

    const answer = await ask(running.app.httpPort ?? 0, {
      method: 'HEAD',
      target: '/rawman?action=userevent&userevent=x',
      headers: [cookie],
    });

    expect(answer.statusLine).toBe('HTTP/1.1 200 OK');
    expect(running.asterisk.received.filter((action) => action.name === 'userevent')).toEqual([]);
  });

  it('is answered with an error while Asterisk is away', async () => {
    await run();
    const cookie = await logIn('admin');
    await running.asterisk.stop();
    await running.logged({ msg: 'upstream is gone: sessions stay, actions are answered with an error' });

    const answer = await get('/rawman?action=corestatus&actionid=1', cookie);

    expect(answer.body).toBe(
      'Response: Error\r\nActionID: 1\r\nMessage: Asterisk is not connected; the action was not sent\r\n\r\n',
    );
  });

  it('waits for the one before it in the same session, in order', async () => {
    await run();
    running.asterisk.script = (action) => `Response: Success\r\nActionID: ${action.actionId}\r\n\r\n`;
    const cookie = await logIn('admin');

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => get(`/rawman?action=userevent&actionid=${n}`, cookie)),
    );

    expect(answers.map(({ body }) => body)).toEqual(
      Array.from({ length: 20 }, (_, n) => `Response: Success\r\nActionID: ${n}\r\n\r\n`),
    );
  });
});

/** The counter moves when the action has been taken up, which is when it begins to wait. */
async function waitUntilItWaits(): Promise<void> {
  const count = () => metric(running.telemetry, 'actions_total', { action: 'WaitEvent', decision: 'answered' });
  await expect.poll(count, { timeout: 10_000, interval: 5 }).toBeGreaterThan(0);
}
