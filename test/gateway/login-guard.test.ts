/** Guessers: what they meet, and that nobody else meets it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AmiClient, connectAmi } from '../asterisk/ami-client.mjs';
import { describeWithRedis, RedisServer } from './redis-server.js';
import { metric, type RunningGateway, runGateway, scrape } from './running-gateway.js';

const USERS = `
[admin]
secret = s
read = all
write = all

[fenced]
secret = s
deny = 0.0.0.0/0
permit = 127.0.0.4
`;
/** Loopback is exempt unless another list is set; every penalty is Asterisk's second. */
const BANS = '[bans]\nallow = 127.0.0.1\nmax_delay = 1\n';

const gateways: RunningGateway[] = [];
afterEach(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()));
});

async function run(bans: string, more = ''): Promise<RunningGateway> {
  const gateway = await runGateway({ users: USERS, gatewayConf: `${BANS}${bans}\n${more}` });
  gateways.push(gateway);
  return gateway;
}

function connectFrom(gateway: RunningGateway, localAddress: string): Promise<AmiClient> {
  return connectAmi({ port: gateway.app.port, localAddress });
}

/** The whole answer to one login on a connection of its own; empty where there was no banner. */
async function tryLogin(gateway: RunningGateway, localAddress: string, user: string, secret: string): Promise<string> {
  const client = await connectFrom(gateway, localAddress);
  if (client.banner === '') return '';
  const answer = await client.login(user, secret, { ActionID: '1' });
  client.close();
  return answer;
}

const REFUSED = 'Response: Error\r\nActionID: 1\r\nMessage: Authentication failed\r\n\r\n';
const ACCEPTED = 'Authentication accepted';

describe('an address that fails to log in', () => {
  it('is banned: closed without a banner, logged once, counted, and free again when the ban is over', async () => {
    const gateway = await run('max_failures = 2\nban_time = 2');
    for (const secret of ['a', 'b']) expect(await tryLogin(gateway, '127.0.0.2', 'admin', secret)).toBe(REFUSED);

    const heard = await Promise.all(Array.from({ length: 5 }, () => tryLogin(gateway, '127.0.0.2', 'admin', 's')));

    expect(heard).toEqual(['', '', '', '', '']);
    expect(await metric(gateway.telemetry, 'connections_total', { result: 'banned' })).toBe(5);
    expect(await metric(gateway.telemetry, 'bans_total', { reason: 'login-failures' })).toBe(1);
    expect(await scrape(gateway.app, 'bans_active')).toBe(1);
    expect(gateway.logLines.filter((line) => line.msg === 'address banned')).toHaveLength(1);
    expect(gateway.logLines.filter((line) => line.reason === 'banned')).toHaveLength(0);
    expect(await tryLogin(gateway, '127.0.0.3', 'admin', 's')).toContain(ACCEPTED);
    const isBack = async () => (await connectFrom(gateway, '127.0.0.2')).banner !== '';
    await expect.poll(isBack, { timeout: 10_000 }).toBe(true);
    expect(await scrape(gateway.app, 'bans_active')).toBe(0);
  });

  it('is banned for unknown users as for known ones', async () => {
    const gateway = await run('max_failures = 2\nban_time = 60');
    for (const user of ['nobody', 'noone']) expect(await tryLogin(gateway, '127.0.0.2', user, 's')).toBe(REFUSED);

    expect(await tryLogin(gateway, '127.0.0.2', 'admin', 's')).toBe('');
  });

  it('does not get its failures back by a login that succeeds', async () => {
    const gateway = await run('max_failures = 2\nban_time = 60');

    await tryLogin(gateway, '127.0.0.2', 'admin', 'wrong');
    expect(await tryLogin(gateway, '127.0.0.2', 'admin', 's')).toContain(ACCEPTED);
    await tryLogin(gateway, '127.0.0.2', 'admin', 'wrong');

    expect(await tryLogin(gateway, '127.0.0.2', 'admin', 's')).toBe('');
  });

  it('is never banned in a network that is allowed', async () => {
    const gateway = await run('max_failures = 1\naccount_failures = 1\nban_time = 60');

    await tryLogin(gateway, '127.0.0.1', 'admin', 'wrong');

    expect(await tryLogin(gateway, '127.0.0.1', 'admin', 's')).toContain(ACCEPTED);
  });

  it('is never banned where bans are off', async () => {
    const gateway = await run('enabled = no\nmax_failures = 1\naccount_failures = 1');

    await tryLogin(gateway, '127.0.0.2', 'admin', 'wrong');

    expect(await tryLogin(gateway, '127.0.0.2', 'admin', 's')).toContain(ACCEPTED);
  });
});

describe('an account', () => {
  it('is locked where it was guessed at and nowhere else, with the answer to a wrong secret, for a while', async () => {
    const gateway = await run('account_failures = 1\nban_time = 3');
    await tryLogin(gateway, '127.0.0.2', 'admin', 'wrong');

    const [locked, elsewhere] = await Promise.all([
      tryLogin(gateway, '127.0.0.2', 'admin', 's'),
      tryLogin(gateway, '127.0.0.3', 'admin', 's'),
    ]);

    expect(locked).toBe(REFUSED);
    expect(elsewhere).toContain(ACCEPTED);
    expect(await metric(gateway.telemetry, 'auth_attempts_total', { result: 'locked' })).toBe(1);
    expect(await metric(gateway.telemetry, 'bans_total', { reason: 'account-failures' })).toBe(1);
    const isFree = async () => (await tryLogin(gateway, '127.0.0.2', 'admin', 's')).includes(ACCEPTED);
    await expect.poll(isFree, { timeout: 15_000 }).toBe(true);
  });

  it('that is guessed at from everywhere still opens to addresses that it knows', async () => {
    const gateway = await run('account_slow_failures = 2\naccount_slow_interval = 3600');
    expect(await tryLogin(gateway, '127.0.0.4', 'admin', 's')).toContain(ACCEPTED);
    await Promise.all([
      tryLogin(gateway, '127.0.0.2', 'admin', 'wrong'),
      tryLogin(gateway, '127.0.0.3', 'admin', 'wrong'),
    ]);

    const first = await tryLogin(gateway, '127.0.0.5', 'admin', 's');
    const second = await tryLogin(gateway, '127.0.0.6', 'admin', 's');
    const known = await tryLogin(gateway, '127.0.0.4', 'admin', 's');

    expect(first).toContain(ACCEPTED);
    expect(second).toBe(REFUSED);
    expect(known).toContain(ACCEPTED);
    expect(await metric(gateway.telemetry, 'auth_attempts_total', { result: 'slowed' })).toBe(1);
    expect(await metric(gateway.telemetry, 'bans_total', { reason: 'account-slow' })).toBe(1);
  });

  it('is not touched by guesses from where its ACL lets nobody in', async () => {
    const gateway = await run('account_slow_failures = 1\naccount_failures = 1\naccount_slow_interval = 3600');
    await Promise.all(['127.0.0.2', '127.0.0.3'].map((address) => tryLogin(gateway, address, 'fenced', 'wrong')));

    expect(await tryLogin(gateway, '127.0.0.4', 'fenced', 's')).toContain(ACCEPTED);
  });
});

await describeWithRedis('gateways that share a Redis', () => {
  let redis: RedisServer;
  beforeEach(async () => {
    redis = await RedisServer.start();
  });
  afterEach(() => redis.kill());

  async function runPair(bans: string): Promise<readonly [RunningGateway, RunningGateway]> {
    const state = `[state]\nredis = redis://127.0.0.1:${redis.port}/0\nredis_timeout = 2\n`;
    const pair = [await run(bans, state), await run(bans, state)] as const;
    for (const gateway of pair) await gateway.logged({ msg: 'the shared state in Redis is there' });
    return pair;
  }

  it('count together, and ban together', async () => {
    const [one, other] = await runPair('max_failures = 2\nban_time = 60');
    await tryLogin(one, '127.0.0.2', 'admin', 'wrong');
    await tryLogin(other, '127.0.0.2', 'admin', 'wrong');

    expect(await tryLogin(one, '127.0.0.2', 'admin', 's')).toBe('');
    expect(await tryLogin(other, '127.0.0.2', 'admin', 's')).toBe('');
    expect(await tryLogin(one, '127.0.0.3', 'admin', 's')).toContain(ACCEPTED);
    expect(await metric(one.telemetry, 'bans_total', { reason: 'shared' })).toBe(1);
    expect(await metric(other.telemetry, 'bans_total', { reason: 'login-failures' })).toBe(1);
  });

  it('keep what they know and go on alone when Redis is killed, and share again when it is back', async () => {
    const [one, other] = await runPair('max_failures = 2\nban_time = 60');
    for (const secret of ['a', 'b']) await tryLogin(one, '127.0.0.2', 'admin', secret);
    await tryLogin(one, '127.0.0.5', 'admin', 'wrong');

    await redis.kill();
    await one.logged({ msg: 'the shared state in Redis is gone: each gateway counts for itself' });

    expect(await metric(one.telemetry, 'shared_state_up')).toBe(0);
    expect(await tryLogin(one, '127.0.0.2', 'admin', 's')).toBe('');
    expect(await tryLogin(one, '127.0.0.3', 'admin', 's')).toContain(ACCEPTED);
    await tryLogin(one, '127.0.0.5', 'admin', 'wrong');
    expect(await tryLogin(one, '127.0.0.5', 'admin', 's')).toBe('');
    expect(await tryLogin(other, '127.0.0.5', 'admin', 's')).toContain(ACCEPTED);
    redis = await RedisServer.start(redis.port);
    await expect.poll(() => metric(one.telemetry, 'shared_state_up'), { timeout: 10_000 }).toBe(1);
    expect(await tryLogin(one, '127.0.0.2', 'admin', 's')).toBe('');
  });

  it('let nobody wait for a Redis that hangs', async () => {
    const [one] = await runPair('max_failures = 2\nban_time = 60');

    redis.pause();

    expect(await tryLogin(one, '127.0.0.3', 'admin', 's')).toContain(ACCEPTED);
    await one.logged({ msg: 'the shared state in Redis is gone: each gateway counts for itself' });
    for (const secret of ['a', 'b']) expect(await tryLogin(one, '127.0.0.2', 'admin', secret)).toBe(REFUSED);
    expect(await tryLogin(one, '127.0.0.2', 'admin', 's')).toBe('');
  });
});

it('a Redis that was never there keeps nobody out', async () => {
  const gateway = await run('max_failures = 2', '[state]\nredis = redis://user:top-secret@127.0.0.1:1/0\n');
  await gateway.logged({ msg: 'the shared state in Redis is gone: each gateway counts for itself' });

  expect(await tryLogin(gateway, '127.0.0.2', 'admin', 's')).toContain(ACCEPTED);
  expect(JSON.stringify(gateway.logLines)).not.toContain('top-secret');
});
