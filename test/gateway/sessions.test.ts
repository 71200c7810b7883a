/** How a session begins and how it ends. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AmiClient } from '../asterisk/ami-client.mjs';
import { metric, type RunningGateway, runGateway, scrape, userEvent } from './running-gateway.js';

const USERS = `
[admin]
secret = admin-secret
read = all
write = all

[elsewhere]
secret = elsewhere-secret
deny = 0.0.0.0/0.0.0.0

[quiet]
secret = s
write = all

[single]
secret = single-secret
read = all
write = all
allowmultiplelogin = no
`;

let running: RunningGateway;
beforeEach(async () => {
  running = await runGateway({ users: USERS });
});
afterEach(() => running.stop());

const keyFor = (challenge: string, secret: string) => createHash('md5').update(`${challenge}${secret}`).digest('hex');

async function challengeOf(client: AmiClient): Promise<string> {
  const answer = await client.action({ Action: 'Challenge', AuthType: 'MD5' });
  return /Challenge: (\d+)\r\n/.exec(answer)?.[1] ?? '';
}

describe('a login', () => {
  it('is greeted with the banner of Asterisk and accepted with a secret', async () => {
    const client = await running.connect();

    const answer = await client.login('admin', 'admin-secret');

    expect(client.banner).toBe('Asterisk Call Manager/11.0.0');
    expect(answer).toBe('Response: Success\r\nActionID: test-1\r\nMessage: Authentication accepted\r\n\r\n');
    expect(await client.readBlock()).toMatch(
      /^Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: \d+\r\nLastReload: \d+\r\nStatus: Fully Booted\r\n\r\n$/,
    );
  });

  it('is accepted with a key over its challenge', async () => {
    const client = await running.connect();
    const challenge = await challengeOf(client);

    const key = keyFor(challenge, 'admin-secret');
    const answer = await client.action({ Action: 'Login', AuthType: 'md5', Username: 'admin', Key: key });

    expect(challenge.length).toBeGreaterThanOrEqual(20);
    expect(answer).toContain('Authentication accepted');
  });

  it('gets another challenge each time, and only the last one counts', async () => {
    const client = await running.connect();
    const first = await challengeOf(client);
    const second = await challengeOf(client);

    const key = keyFor(first, 'admin-secret');
    const answer = await client.action({ Action: 'Login', AuthType: 'MD5', Username: 'admin', Key: key });

    expect(second).not.toBe(first);
    expect(answer).toContain('Authentication failed');
    expect(await metric(running.telemetry, 'auth_attempts_total', { method: 'md5', result: 'bad-key' })).toBe(1);
  });

  it('cannot be repeated by who overheard a challenge and its key', async () => {
    const [client, thief] = [await running.connect(), await running.connect()];
    const key = keyFor(await challengeOf(client), 'admin-secret');
    await client.action({ Action: 'Login', AuthType: 'MD5', Username: 'admin', Key: key });
    await challengeOf(thief);

    const answer = await thief.action({ Action: 'Login', AuthType: 'MD5', Username: 'admin', Key: key });

    expect(answer).toContain('Authentication failed');
  });

  it('with a key needs a challenge', async () => {
    const client = await running.connect();

    const key = keyFor('', 'admin-secret');
    const answer = await client.action({ Action: 'Login', AuthType: 'MD5', Username: 'admin', Key: key });

    expect(answer).toContain('Authentication failed');
    expect(await metric(running.telemetry, 'auth_attempts_total', { method: 'md5', result: 'no-challenge' })).toBe(1);
  });

  it.each([
    ['a wrong secret', { Username: 'admin', Secret: 'wrong' }],
    ['an unknown user', { Username: 'nobody', Secret: 'wrong' }],
    ['an address that is refused', { Username: 'elsewhere', Secret: 'elsewhere-secret' }],
    ['no user name', { Secret: 'wrong' }],
    ['no proof at all', { Username: 'admin' }],
    ['a key without a challenge', { Username: 'admin', AuthType: 'MD5', Key: '0' }],
  ])('that fails for %s hears the same after a second and is closed', async (_reason, headers) => {
    const client = await running.connect();
    const startedAt = performance.now();

    client.sendAction({ Action: 'Login', ActionID: 'x', ...headers });
    const answer = await client.readToEnd();

    const tookMs = performance.now() - startedAt;
    expect(answer).toBe('Response: Error\r\nActionID: x\r\nMessage: Authentication failed\r\n\r\n');
    expect(tookMs).toBeGreaterThan(980);
    expect(tookMs).toBeLessThan(3000);
  });

  it('that fails ends the session: a right login behind it is not read', async () => {
    const client = await running.connect();

    client.send(
      'Action: Login\r\nUsername: admin\r\nSecret: x\r\n\r\nAction: Login\r\nUsername: admin\r\nSecret: admin-secret\r\n\r\n',
    );

    expect(await client.readToEnd()).toBe('Response: Error\r\nMessage: Authentication failed\r\n\r\n');
    expect(await metric(running.telemetry, 'auth_attempts_total', { result: 'success' })).toBe(0);
  });

  it('is answered by name once it has succeeded, whatever it says', async () => {
    const client = await running.connect();
    await client.login('admin', 'admin-secret');

    expect(await client.login('nobody', 'wrong')).toContain('Response: Success');
    expect(await client.login('nobody', 'wrong')).toContain('Already authenticated');
  });
});

describe('a user who may log in once', () => {
  it.each([
    ['Login', { Action: 'Login', Username: 'SINGLE', Secret: 'wrong' }],
    ['Challenge', { Action: 'Challenge', AuthType: 'MD5', Username: 'single' }],
  ])('is told at %s that the login is in use, and is closed', async (_name, headers) => {
    const first = await running.connect();
    await first.login('single', 'single-secret');
    const second = await running.connect();

    second.sendAction({ ActionID: '1', ...headers });

    expect(await second.readToEnd()).toBe('Response: Error\r\nActionID: 1\r\nMessage: Login Already In Use\r\n\r\n');
    await first.barrier();
  });

  it('may come again as soon as the Goodbye has been read, even on a socket that is still open', async () => {
    const first = await running.connect();
    await first.login('single', 'single-secret');
    await first.action({ Action: 'Logoff' });

    const second = await running.connect();
    const answer = await second.login('single', 'single-secret');

    expect(answer).toContain('Authentication accepted');
    first.close();
  });

  it('cannot win by two logins at the same time', async () => {
    const clients = await Promise.all([running.connect(), running.connect(), running.connect()]);

    const answers = await Promise.all(clients.map((client) => client.login('single', 'single-secret')));

    expect(answers.filter((answer) => answer.includes('Authentication accepted'))).toHaveLength(1);
    expect(answers.filter((answer) => answer.includes('Login Already In Use'))).toHaveLength(2);
  });
});

describe('a session that has not logged in', () => {
  it('may ask for nothing but a way in or out', async () => {
    const client = await running.connect();

    const ping = await client.action({ Action: 'Ping', ActionID: '1' });
    const nonsense = await client.action({ Action: 'NoSuchAction', ActionID: '2' });

    expect(ping).toBe('Response: Error\r\nActionID: 1\r\nMessage: Permission denied\r\n\r\n');
    expect(nonsense).toBe('Response: Error\r\nActionID: 2\r\nMessage: Permission denied\r\n\r\n');
  });

  it('receives no events', async () => {
    const client = await running.connect();

    running.asterisk.emit(userEvent('x'));
    await client.action({ Action: 'Ping' });

    expect(client.received.toString('latin1')).not.toContain('Event:');
  });

  it('may log off', async () => {
    const client = await running.connect();

    client.send('Action: Logoff\r\n\r\n');

    expect(await client.readToEnd()).toBe('Response: Goodbye\r\nMessage: Thanks for all the fish.\r\n\r\n');
  });
});

describe('the end of a session', () => {
  it('comes when everything is answered that came in one write with it', async () => {
    running.asterisk.script = (action) => `Response: Success\r\nActionID: ${action.actionId}\r\n\r\n`;
    const client = await running.connect();

    client.send(
      'Action: Login\r\nUsername: admin\r\nSecret: admin-secret\r\nEvents: off\r\n\r\n' +
        'Action: CoreStatus\r\nActionID: a\r\n\r\nAction: Ping\r\nActionID: b\r\n\r\nAction: Logoff\r\nActionID: c\r\n\r\n',
    );
    const all = await client.readToEnd();

    expect(all.replace(/Timestamp: [\d.]+/, 'Timestamp: t')).toBe(
      'Response: Success\r\nMessage: Authentication accepted\r\n\r\n' +
        'Response: Success\r\nActionID: a\r\n\r\n' +
        'Response: Success\r\nActionID: b\r\nPing: Pong\r\nTimestamp: t\r\n\r\n' +
        'Response: Goodbye\r\nActionID: c\r\nMessage: Thanks for all the fish.\r\n\r\n',
    );
  });

  it('comes behind the answers when the client ends its direction only', async () => {
    running.asterisk.script = (action) => `Response: Success\r\nActionID: ${action.actionId}\r\n\r\n`;
    const client = await running.logIn('admin', { Secret: 'admin-secret' });

    client.send('Action: CoreStatus\r\nActionID: a\r\n\r\nAction: CoreStatus\r\nActionID: b\r\n\r\nAction: Cut');
    client.end();

    expect(await client.readToEnd()).toBe(
      'Response: Success\r\nActionID: a\r\n\r\nResponse: Success\r\nActionID: b\r\n\r\n',
    );
    expect(await metric(running.telemetry, 'sessions_closed_total', { reason: 'client-closed' })).toBe(1);
  });

  it('comes at once when a client ends its direction while it waits for events', async () => {
    const client = await running.logIn('admin', { Secret: 'admin-secret' });

    client.send('Action: WaitEvent\r\n\r\n');
    client.end();

    expect(await client.readToEnd()).toContain('Event: WaitEventComplete\r\n');
  });

  it('is noticed when the client resets the connection', async () => {
    const client = await running.logIn('admin', { Secret: 'admin-secret' });

    client.reset();

    await expect.poll(() => metric(running.telemetry, 'sessions', { state: 'authenticated' })).toBe(0);
    expect(await metric(running.telemetry, 'sessions_closed_total', { reason: 'connection-error' })).toBe(1);
  });

  it('leaves the actions behind a Logoff unanswered', async () => {
    const client = await running.logIn('admin', { Secret: 'admin-secret' });

    client.send('Action: Logoff\r\n\r\nAction: Ping\r\nActionID: late\r\n\r\n');

    expect(await client.readToEnd()).toBe('Response: Goodbye\r\nMessage: Thanks for all the fish.\r\n\r\n');
  });

  it('does not wait for a client that keeps its direction open', async () => {
    const client = await running.logIn('admin', { Secret: 'admin-secret' });

    await client.action({ Action: 'Logoff' });

    expect(await metric(running.telemetry, 'sessions', { state: 'authenticated' })).toBe(0);
  });
});

describe('a client that vanishes while its action is in work', () => {
  it.each([
    ['resets', (client: AmiClient) => client.reset()],
    ['closes', (client: AmiClient) => client.close()],
  ])('and %s leaves its lease to the next one, which hears nothing of the answer', async (_how, vanish) => {
    running.asterisk.script = (action) => `Response: Success\r\nActionID: ${action.actionId}\r\n\r\n`;
    const [client, next] = [await running.logIn('quiet'), await running.logIn('quiet')];
    await client.action({ Action: 'CoreStatus', ActionID: 'first' });
    running.asterisk.hold();
    client.send('Action: CoreStatus\r\nActionID: gone\r\n\r\n');
    await expect.poll(() => metric(running.telemetry, 'actions_total', { decision: 'forwarded' })).toBe(2);

    vanish(client);
    running.asterisk.release();
    await expect.poll(() => running.asterisk.received.some((action) => action.actionId === 'gone')).toBe(true);
    const answer = await next.action({ Action: 'CoreStatus', ActionID: 'next' });

    expect(answer).toBe('Response: Success\r\nActionID: next\r\n\r\n');
    expect(await next.barrier()).toBe('');
    await expect.poll(() => metric(running.telemetry, 'sessions', { state: 'authenticated' })).toBe(1);
    const sent = running.asterisk.received.filter((action) => action.name === 'CoreStatus');
    expect(sent.map((action) => action.actionId)).toEqual(['first', 'gone', 'next']);
    expect(new Set(sent.map((action) => action.connection)).size).toBe(1);
  });

  it('takes its action out of the queue where that was not sent yet', async () => {
    // One user may hold seven of the eight connections.
    const clients = await Promise.all(Array.from({ length: 8 }, () => running.logIn('quiet')));
    running.asterisk.hold();
    for (const client of clients) client.send('Action: CoreStatus\r\nActionID: held\r\n\r\n');
    await expect.poll(() => scrape(running.app, 'upstream_waiting_actions')).toBeGreaterThan(0);

    for (const client of clients) client.reset();

    await expect.poll(() => scrape(running.app, 'upstream_waiting_actions')).toBe(0);
    running.asterisk.release();
  });
});
