/** What the log and the metrics tell after a scenario, and what they never tell. */
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { metric, type RunningGateway, runGateway, scrape, statusOf, userEvent } from './running-gateway.js';

const USERS = `
[admin]
secret = admin-pass-phrase
read = all
write = all

[limited]
secret = limited-pass-phrase
read = user
write = system
`;

let running: RunningGateway;

async function run(): Promise<void> {
  running = await runGateway({ users: USERS, gatewayConf: 'reconnect_min = 0.1\n' });
  running.asterisk.script = (action) => `Response: Success\r\nActionID: ${action.actionId}\r\n\r\n`;
}

/** Two users, good and bad logins, every decision about actions, an upstream that breaks. Returns what must stay secret. */
async function playScenario(): Promise<readonly string[]> {
  const admin = await running.connect();
  const challenge = /Challenge: (\d+)/.exec(await admin.action({ Action: 'Challenge', AuthType: 'MD5' }))?.[1] ?? '';
  const key = createHash('md5').update(`${challenge}admin-pass-phrase`).digest('hex');
  await admin.action({ Action: 'Login', AuthType: 'MD5', Username: 'admin', Key: key });
  const limited = await running.connect();
  await limited.login('limited', 'limited-pass-phrase');
  const guesser = await running.connect();
  await guesser.login('admin', 'guessed-pass-phrase');
  const liar = await running.connect();
  await liar.action({ Action: 'Challenge', AuthType: 'MD5' });
  await liar.action({ Action: 'Login', AuthType: 'MD5', Username: 'admin', Key: 'guessed-key-0123456789' });
  await admin.action({ Action: 'CoreStatus' });
  await admin.action({ Action: 'Ping' });
  await limited.action({ Action: 'Originate', Channel: 'Local/1@x', Application: 'Wait', Data: 'private-data' });
  await limited.action({ Action: 'NoSuchAction', Secret: 'private-header' });
  await limited.action({ Action: '' });
  limited.send(`Action: Ping\r\nLong: ${'private-line'.repeat(200)}\r\n\r\n`);
  await limited.readUntil('line too long\r\n\r\n');
  running.asterisk.emit(userEvent('private-event'));
  await limited.barrier();
  running.asterisk.breakConnections('all');
  await running.logged({ msg: 'upstream is gone: sessions stay, actions are answered with an error' });
  await admin.action({ Action: 'Logoff' });
  limited.close();
  await running.logged({ msg: 'session closed', user: 'limited' });
  return [
    ...['admin-pass-phrase', 'limited-pass-phrase', 'upstream-secret', 'guessed-pass-phrase', 'guessed-key', key],
    ...[challenge, 'private-data', 'private-header', 'private-line', 'private-event'],
  ];
}

describe('after a scenario', () => {
  let secrets: readonly string[];
  beforeAll(async () => {
    await run();
    secrets = await playScenario();
  });
  afterAll(() => running.stop());

  it('nothing secret is in the log or in the metrics', async () => {
    const log = JSON.stringify(running.logLines);
    const metrics = await running.telemetry.registry.metrics();

    expect(secrets.every((secret) => secret.length > 8)).toBe(true);
    expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
    expect(secrets.filter((secret) => metrics.includes(secret))).toEqual([]);
    expect(metrics).not.toContain('NoSuchAction');
  });

  it('every log line has a level, a time and one of a few constant messages', async () => {
    const messages = new Set(running.logLines.map((line) => line.msg));

    expect(running.logLines.filter(({ level, time }) => typeof level !== 'string' || typeof time !== 'string')).toEqual(
      [],
    );
    expect([...messages].sort()).toEqual([
      'action refused',
      'connecting to Asterisk',
      'listening for AMI clients',
      'login',
      'login failed',
      'session closed',
      'upstream is gone: sessions stay, actions are answered with an error',
      'upstream is up',
    ]);
  });

  it('the log says who, from where and why', async () => {
    const failed = running.logLines.filter((line) => line.msg === 'login failed');
    const refused = running.logLines.filter((line) => line.msg === 'action refused');

    expect(failed.map((line) => [line.reason, line.username, line.peer])).toEqual([
      ['bad-secret', 'admin', '127.0.0.1'],
      ['bad-key', 'admin', '127.0.0.1'],
    ]);
    expect(refused.map((line) => [line.user, line.action, line.reason])).toEqual([
      ['limited', 'Originate', 'missing-class'],
      ['limited', 'unknown', 'unknown-action'],
      ['limited', 'unknown', 'missing-action'],
    ]);
  });

  it.each([
    ['auth_attempts_total', { method: 'md5', result: 'success' }, 1],
    ['auth_attempts_total', { method: 'plain', result: 'success' }, 1],
    ['auth_attempts_total', { method: 'plain', result: 'bad-secret' }, 1],
    ['auth_attempts_total', { method: 'md5', result: 'bad-key' }, 1],
    ['actions_total', { action: 'CoreStatus', decision: 'forwarded' }, 1],
    ['actions_total', { action: 'Originate', decision: 'missing-class' }, 1],
    ['actions_total', { action: 'unknown', decision: 'unknown-action' }, 1],
    ['actions_total', { action: 'unknown', decision: 'missing-action' }, 1],
    ['user_denied_actions_total', { user: 'limited', reason: 'missing-class' }, 1],
    ['protocol_errors_total', { kind: 'line-too-long' }, 1],
    ['forwarded_actions_total', { end: 'complete' }, 1],
    ['connections_total', { listener: 'tcp', result: 'accepted' }, 4],
    ['sessions', { state: 'authenticated' }, 0],
    ['sessions', { state: 'unauthenticated' }, 0],
    ['user_sessions', { user: 'admin' }, 0],
    ['user_sessions', { user: 'limited' }, 0],
    ['audiences', {}, 0],
    ['sessions_closed_total', { reason: 'login-failed' }, 2],
    ['sessions_closed_total', { reason: 'logoff' }, 1],
    ['sessions_closed_total', { reason: 'client-closed' }, 1],
    ['security_events_total', { event: 'SuccessfulAuth' }, 2],
    ['security_events_total', { event: 'InvalidPassword' }, 1],
    ['security_events_total', { event: 'ChallengeResponseFailed' }, 1],
    ['security_events_total', { event: 'RequestNotAllowed' }, 1],
    ['security_events_total', { event: 'RequestBadFormat' }, 2],
  ])('%s %j is %d', async (name, labels, expected) => {
    expect(await metric(running.telemetry, name, labels)).toBe(expected);
  });
});

describe('what a client writes', () => {
  beforeEach(run);
  afterEach(() => running.stop());

  it('reaches the log cut and without control bytes, in the name of a user only', async () => {
    const client = await running.connect();

    await client.login(`evil\x1b[31m"${'x'.repeat(500)}`, 'y');

    const line = await running.logged({ msg: 'login failed' });
    expect(line.username).toBe(`evil?[31m"${'x'.repeat(500)}`.slice(0, 79));
  });

  it('grows no metric: unknown names share one label', async () => {
    const client = await running.logIn('limited', { Secret: 'limited-pass-phrase' });
    const series = async () => (await running.telemetry.registry.metrics()).match(/^ami_gateway_/gm)?.length;
    await client.action({ Action: 'Nonsense' });
    const before = await series();

    for (let count = 0; count < 100; count++) await client.action({ Action: `Nonsense${count}` });

    expect(await series()).toBe(before);
  });
});

describe('the gauges of the upstream', () => {
  beforeEach(run);
  afterEach(() => running.stop());

  it('follow its connections', async () => {
    const client = await running.logIn('admin', { Secret: 'admin-pass-phrase' });
    const gauge = (name: string) => scrape(running.app, name);
    await client.action({ Action: 'CoreStatus' });
    expect(await gauge('upstream_connections{state="idle"}')).toBe(1);
    running.asterisk.hold();

    client.send('Action: CoreStatus\r\n\r\n');

    await expect.poll(() => gauge('upstream_connections{state="leased"}')).toBe(1);
    expect(await gauge('upstream_connections{state="idle"}')).toBe(0);
    expect(await gauge('upstream_up')).toBe(1);
    running.asterisk.release();
  });

  it('count the events that Asterisk sent', async () => {
    const client = await running.logIn('admin', { Secret: 'admin-pass-phrase' });
    const before = await metric(running.telemetry, 'upstream_events_total');
    const bytes = await metric(running.telemetry, 'upstream_received_bytes_total');

    running.asterisk.emit(userEvent('one') + userEvent('two'));
    await client.barrier();

    expect((await metric(running.telemetry, 'upstream_events_total')) - before).toBe(2);
    expect((await metric(running.telemetry, 'upstream_received_bytes_total')) - bytes).toBeGreaterThanOrEqual(
      userEvent('one').length * 2,
    );
  });
});

describe('the admin listener', () => {
  beforeEach(run);
  afterEach(() => running.stop());

  it('is ready while Asterisk is there and says no while it is not', async () => {
    expect(await statusOf(running.app, '/readyz')).toBe(200);

    await running.asterisk.stop();

    await expect.poll(() => statusOf(running.app, '/readyz')).toBe(503);
    expect(await statusOf(running.app, '/livez')).toBe(200);
  });
});

describe('a gateway that has stopped', () => {
  it('leaves nothing behind that keeps the process alive', async () => {
    const count = () => process.getActiveResourcesInfo().filter((kind) => /TCP|Timeout|Immediate/.test(kind)).length;
    const other = await runGateway({ users: USERS });
    const client = await other.logIn('admin', { Secret: 'admin-pass-phrase' });
    const idle = await other.connect();
    await other.asterisk.stop();
    client.send('Action: WaitEvent\r\n\r\n');
    await expect.poll(() => metric(other.telemetry, 'actions_total', { action: 'WaitEvent' })).toBe(1);
    const before = count();

    await other.app.stop();
    client.close();
    idle.close();

    // Both ends of two connections, three listeners, and their timers are gone.
    await expect.poll(count).toBeLessThanOrEqual(before - 7);
    expect(await metric(other.telemetry, 'sessions_closed_total', { reason: 'shutdown' })).toBe(2);
  });
});
