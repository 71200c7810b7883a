/** What Asterisk has not: hashed secrets, rules on actions, rates, and limits of sessions. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deriveHash } from '../../src/gateway/derive-hash.js';
import { formatSecretHash, USUAL_COST } from '../../src/policy/secret-hash.js';
import type { AmiClient } from '../asterisk/ami-client.mjs';
import { authorization, nonceOf } from '../asterisk/differential/digest-client.js';
import { ask as askHttp, cookieOf } from './raw-http.js';
import { metric, type RunningGateway, runGateway, scrape } from './running-gateway.js';

const salt = Buffer.alloc(16, 3);
const hash = await deriveHash('hashed-secret', { cost: USUAL_COST, salt, bytes: 32 });

const USERS = `
[hashed]
secret_hash = ${formatSecretHash({ cost: USUAL_COST, salt, hash })}
write = all

[once]
secret_hash = ${formatSecretHash({ cost: USUAL_COST, salt, hash })}
allowmultiplelogin = no

[plain]
secret = plain-secret

[crm]
secret = s
read = security
write = originate,call,system
actionfilter(action(include),name(Originate),header(Context),method(exact)) = from-crm
actionfilter(action(exclude),name(Originate),header(Application)) =
actionfilter(name(CoreStatus)) =

[slow]
secret = s
write = all
actionrate(CoreStatus) = 2/h
actionrate = 3/h

[pair]
secret = s
maxsessions = 2
`;

let running: RunningGateway;
beforeEach(async () => {
  running = await runGateway({ users: USERS, gatewayConf: '[bans]\nenabled = no\n', httpConf: '' });
  running.asterisk.script = (action) => `Response: Success\r\nActionID: ${action.actionId}\r\n\r\n`;
});
afterEach(() => running.stop());

const originate = (context: string, more: Readonly<Record<string, string>> = {}) => ({
  Action: 'Originate',
  Channel: 'PJSIP/1',
  Context: context,
  Exten: '1',
  Priority: '1',
  ...more,
});

function isForwarded(name: string): boolean {
  return running.asterisk.received.some((action) => action.name === name);
}

describe('a user with a secret_hash', () => {
  it('logs in with the secret', async () => {
    const client = await running.connect();

    expect(await client.login('hashed', 'hashed-secret')).toContain('Authentication accepted');
    expect(await client.action({ Action: 'CoreStatus' })).toContain('Success');
  });

  it.each([
    ['a wrong secret', { Username: 'hashed', Secret: 'wrong' }],
    ['no secret', { Username: 'hashed' }],
    ['the hash itself', { Username: 'hashed', Secret: formatSecretHash({ cost: USUAL_COST, salt, hash }) }],
    ['an unknown user', { Username: 'nobody', Secret: 'hashed-secret' }],
    ['a wrong secret of another user', { Username: 'plain', Secret: 'hashed-secret' }],
  ])('or %s: the answer and its time are the same', async (_what, headers) => {
    const client = await running.connect();
    const startedAt = performance.now();

    client.sendAction({ Action: 'Login', ActionID: 'x', ...headers });
    const answer = await client.readToEnd();

    expect(answer).toBe('Response: Error\r\nActionID: x\r\nMessage: Authentication failed\r\n\r\n');
    expect(performance.now() - startedAt).toBeGreaterThan(980);
  });

  it('cannot log in with a key, and hears what everybody hears', async () => {
    const client = await running.connect();
    const challenge = await client.action({ Action: 'Challenge', AuthType: 'MD5' });
    const digits = /Challenge: (\d+)/.exec(challenge)?.[1] ?? '';

    const key = createHash('md5').update(`${digits}hashed-secret`).digest('hex');
    const answer = await client.action({ Action: 'Login', AuthType: 'MD5', Username: 'hashed', Key: key });

    expect(answer).toContain('Message: Authentication failed');
    expect(await metric(running.telemetry, 'auth_attempts_total', { method: 'md5', result: 'hashed-secret' })).toBe(1);
  });

  it('cannot win by two logins at the same time where one may be', async () => {
    const clients = await Promise.all([running.connect(), running.connect(), running.connect()]);

    const answers = await Promise.all(clients.map((client) => client.login('once', 'hashed-secret')));

    expect(answers.filter((answer) => answer.includes('Authentication accepted'))).toHaveLength(1);
    expect(answers.filter((answer) => answer.includes('Login Already In Use'))).toHaveLength(2);
  });

  it('logs in over HTTP with the secret, and not by digest or key', async () => {
    const port = running.app.httpPort ?? 0;
    const ask = (target: string, ...headers: readonly string[]) => askHttp(port, { target, headers });

    const accepted = await ask('/rawman?action=login&username=hashed&secret=hashed-secret');
    const wrong = await ask('/rawman?action=login&username=hashed&secret=wrong');
    const challenged = await ask('/rawman?action=challenge&authtype=md5');
    const digits = /Challenge: (\d+)/.exec(challenged.body)?.[1] ?? '';
    const key = createHash('md5').update(`${digits}hashed-secret`).digest('hex');
    const login = `/rawman?action=login&authtype=md5&username=hashed&key=${key}`;
    const keyed = await ask(login, cookieOf(challenged));

    expect(accepted.body).toContain('Authentication accepted');
    expect((await ask('/rawman?action=corestatus', cookieOf(accepted))).body).toContain('Response: Success');
    expect(wrong.body).toBe('Response: Error\r\nMessage: Authentication failed\r\n\r\n');
    expect(keyed.body).toBe(wrong.body);
    await running.logged({ msg: 'login failed', reason: 'hashed-secret' });
  });

  it('is refused over HTTP digest like one whose secret is wrong', async () => {
    const port = running.app.httpPort ?? 0;
    const target = '/arawman?action=ping';
    const prove = async (username: string, secret: string) => {
      const nonce = nonceOf(await askHttp(port, { target: '/arawman' }));
      const answer = await askHttp(port, {
        target,
        headers: [authorization({ username, secret }, { method: 'GET', uri: target, nonce })],
      });
      return { statusLine: answer.statusLine, body: answer.body };
    };

    const hashed = await prove('hashed', 'hashed-secret');
    const wrong = await prove('plain', 'wrong');

    expect(hashed.statusLine).toBe('HTTP/1.1 401 Unauthorized');
    expect(hashed).toEqual(wrong);
    const refusals = { method: 'digest', result: 'hashed-secret' };
    expect(await metric(running.telemetry, 'auth_attempts_total', refusals)).toBe(1);
    expect((await prove('plain', 'plain-secret')).statusLine).toBe('HTTP/1.1 200 OK');
  });

  it('hears the same when too many wait to be weighed, and has not failed', async () => {
    await running.stop();
    const limits = 'auth_per_address = 400\nlogins_per_second = 100000\nlogins_per_second_per_address = 100000\n';
    const conf = `[bans]\nallow = none\nmax_failures = 1\n[limits]\n${limits}`;
    running = await runGateway({ users: USERS, general: 'authlimit = 400\n', gatewayConf: conf });
    const crowd = await Promise.all(Array.from({ length: 270 }, () => running.connect()));

    for (const client of crowd) client.send('Action: Login\r\nUsername: hashed\r\nSecret: hashed-secret\r\n\r\n');
    await running.logged({ msg: 'login failed', reason: 'busy' });
    const answers = crowd.map((client) => client.readBlock(30_000).catch(() => ''));
    const refused = await Promise.race(
      answers.map((answer) =>
        answer.then((text) => (text.includes('Error') ? text : new Promise<never>(() => undefined))),
      ),
    );
    for (const client of crowd) client.reset();

    expect(refused).toBe('Response: Error\r\nMessage: Authentication failed\r\n\r\n');
    expect(await metric(running.telemetry, 'auth_attempts_total', { method: 'plain', result: 'busy' })).toBeGreaterThan(
      0,
    );
    expect(await scrape(running.app, 'bans_active')).toBe(0);
  });

  it('does not wait for those who have gone while they waited', async () => {
    const gone = await Promise.all(Array.from({ length: 8 }, () => running.connect()));
    for (const client of gone) client.send('Action: Login\r\nUsername: hashed\r\nSecret: x\r\n\r\n');
    for (const client of gone) client.reset();
    const client = await running.connect();

    expect(await client.login('hashed', 'hashed-secret')).toContain('Authentication accepted');
    expect(await metric(running.telemetry, 'logins_waiting')).toBe(0);
  });
});

describe('a user with action filters', () => {
  let client: AmiClient;
  beforeEach(async () => {
    client = await running.logIn('crm');
  });

  it('may do what they include', async () => {
    expect(await client.action(originate('from-crm'))).toContain('Response: Success');
    expect(await client.action({ Action: 'CoreStatus' })).toContain('Response: Success');
  });

  it.each([
    ['another context', Object.entries(originate('other')), 'no actionfilter includes it'],
    ['an excluded header', Object.entries(originate('from-crm', { Application: 'Hangup' })), /manager\.conf:\d+$/],
    ['an action that no filter includes', Object.entries({ Action: 'QueueStatus' }), 'no actionfilter includes it'],
    [
      'a header twice',
      [...Object.entries(originate('from-crm')), ['Context', 'other'] as [string, string]],
      'more than one Context',
    ],
  ])('is refused %s as for want of a class, and Asterisk never hears of it', async (_what, headers, rule) => {
    const answer = await client.action(headers);

    expect(answer).toMatch(/^Response: Error\r\nActionID: \S+\r\nMessage: Permission denied\r\n\r\n$/);
    const logged = running.logLines.find((line) => line.msg === 'action refused')?.rule;
    expect(logged).toEqual(rule instanceof RegExp ? expect.stringMatching(rule) : rule);
    const labels = { user: 'crm', reason: 'action-filter' };
    expect(await metric(running.telemetry, 'user_denied_actions_total', labels)).toBe(1);
    expect(await client.readUntil('\r\n\r\n')).toContain('Event: RequestNotAllowed');
    expect(isForwarded('Originate') || isForwarded('QueueStatus')).toBe(false);
  });

  it('keeps the actions on its own session', async () => {
    expect(await client.action({ Action: 'Ping' })).toContain('Pong');
    expect(await client.action({ Action: 'Events', EventMask: 'off' })).toContain('Events: Off');
    expect(await client.action({ Action: 'ListCommands' })).toContain('Success');
  });
});

describe('a user with an actionrate', () => {
  it('is answered with an error beyond it, at once, over all of its sessions', async () => {
    const [one, other] = [await running.logIn('slow'), await running.logIn('slow')];

    const answers = [
      await one.action({ Action: 'CoreStatus', ActionID: '1' }),
      await other.action({ Action: 'corestatus', ActionID: '2' }),
      await one.action({ Action: 'CoreStatus', ActionID: '3' }),
      await other.action({ Action: 'QueueStatus', ActionID: '4' }),
      await other.action({ Action: 'QueueStatus', ActionID: '5' }),
    ];

    const exceeded = (id: string) => `Response: Error\r\nActionID: ${id}\r\nMessage: Action rate exceeded\r\n\r\n`;
    expect(answers.map((answer) => answer.includes('Success'))).toEqual([true, true, false, true, false]);
    expect(answers[2]).toBe(exceeded('3'));
    expect(answers[4]).toBe(exceeded('5'));
    expect(
      running.asterisk.received.filter(({ actionId }) => /^\d$/.test(actionId)).map(({ actionId }) => actionId),
    ).toEqual(['1', '2', '4']);
    expect(await metric(running.telemetry, 'user_denied_actions_total', { user: 'slow', reason: 'action-rate' })).toBe(
      2,
    );
  });

  it('is not limited in what the gateway answers itself', async () => {
    const client = await running.logIn('slow');

    const answers = await Promise.all(Array.from({ length: 10 }, () => client.action({ Action: 'Ping' })));

    expect(answers.every((answer) => answer.includes('Pong'))).toBe(true);
  });
});

describe('a user with maxsessions', () => {
  it('is refused one more, after the secret was right, and let in again when one has ended', async () => {
    const [first] = [await running.logIn('pair'), await running.logIn('pair')];
    const [third, stranger] = [await running.connect(), await running.connect()];

    const [answer, wrong] = await Promise.all([third.login('pair', 's'), stranger.login('pair', 'wrong')]);
    await first.action({ Action: 'Logoff' });
    const next = await running.connect();

    expect(answer).toContain('Message: Login Already In Use');
    expect(wrong).toContain('Message: Authentication failed');
    expect(await next.login('pair', 's')).toContain('Authentication accepted');
    expect(await metric(running.telemetry, 'security_events_total', { event: 'SessionLimit' })).toBe(1);
  });
});
