/** What a reload does to the sessions that are there. */
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AmiClient } from '../asterisk/ami-client.mjs';
import { metric, type RunningGateway, runGateway, scrape, userEvent } from './running-gateway.js';

const CALL = 'Event: Newchannel\r\nPrivilege: call,all\r\nChannel: Test/1\r\n\r\n';
const HASH = 'scrypt:16384:8:1:QUFBQUFBQUFBQUFBQUFBQQ==:WRg3ukcL7Oo+t6FDWkb0oAtYrQ8tAYCHVDUCLKjsgu8=';

let running: RunningGateway;
beforeEach(async () => {
  running = await runGateway({ users: account('read = user\nwrite = system') });
});
afterEach(() => running.stop());

function account(lines: string, secret = 'secret = s'): string {
  return `[ann]\n${secret}\n${lines}\n`;
}

/** The events among these that the client gets, whole, in order. */
async function seenOf(client: AmiClient, ...events: readonly string[]): Promise<string> {
  for (const event of events) running.asterisk.emit(event);
  return client.barrier();
}

/** An action that Asterisk has and does not answer before `release`. */
async function sendHeld(client: AmiClient): Promise<void> {
  running.asterisk.script = ({ actionId }) => `Response: Success\r\nActionID: ${actionId}\r\n\r\n`;
  running.asterisk.hold();
  client.sendAction({ Action: 'CoreStatus', ActionID: 'before' });
  const forwarded = { action: 'CoreStatus', decision: 'forwarded' };
  await expect.poll(() => metric(running.telemetry, 'actions_total', forwarded)).toBe(1);
}

async function reloadTo(users: string): Promise<void> {
  expect(await running.reload({ users })).toMatchObject({ ok: true });
}

describe('a session whose user may see something else after a reload', () => {
  it('sees what was added', async () => {
    const client = await running.logIn('ann');
    expect(await seenOf(client, userEvent('A'), CALL)).toBe(userEvent('A'));

    await reloadTo(account('read = user,call\nwrite = system'));

    expect(await seenOf(client, userEvent('B'), CALL)).toBe(userEvent('B') + CALL);
  });

  it('does not see what was taken away', async () => {
    const client = await running.logIn('ann');

    await reloadTo(account('read = call\nwrite = system'));

    expect(await seenOf(client, userEvent('A'), CALL)).toBe(CALL);
  });

  it('sees something even if it saw nothing before', async () => {
    await reloadTo(account('write = system'));
    const client = await running.logIn('ann');

    await reloadTo(account('read = user\nwrite = system'));

    expect(await seenOf(client, userEvent('A'))).toBe(userEvent('A'));
  });

  it('follows the new event filters', async () => {
    const client = await running.logIn('ann');

    await reloadTo(account('read = user\neventfilter = !UserEvent: A'));

    expect(await seenOf(client, userEvent('A'), userEvent('B'))).toBe(userEvent('B'));
  });

  it('keeps its event mask', async () => {
    const client = await running.logIn('ann', { Events: 'user' });

    await reloadTo(account('read = user,call\nwrite = system'));

    expect(await seenOf(client, userEvent('A'), CALL)).toBe(userEvent('A'));
  });

  it('keeps the filters that it added itself', async () => {
    const client = await running.logIn('ann');
    await client.action({ Action: 'Filter', Operation: 'Add', Filter: '!UserEvent: A' });

    await reloadTo(account('read = user\nwrite = system\neventfilter = !UserEvent: B'));

    expect(await seenOf(client, userEvent('A'), userEvent('B'), userEvent('C'))).toBe(userEvent('C'));
  });

  it('is not widened by an include that it may not add any more', async () => {
    await reloadTo(account('read = user\nwrite = system\neventfilter = UserEvent: A'));
    const client = await running.logIn('ann');
    await client.action({ Action: 'Filter', Operation: 'Add', Filter: 'UserEvent: B' });
    expect(await seenOf(client, userEvent('A'), userEvent('B'))).toBe(userEvent('A') + userEvent('B'));

    await reloadTo(account('read = user\neventfilter = UserEvent: A'));

    expect(await seenOf(client, userEvent('A'), userEvent('B'))).toBe(userEvent('A'));
  });

  it('does not see events that waited behind an action and are not for it any more', async () => {
    const client = await running.logIn('ann');
    await sendHeld(client);
    const reader = await running.logIn('ann');
    running.asterisk.emit(userEvent('A') + CALL);
    await reader.readUntil(userEvent('A'));

    await reloadTo(account('read = call\nwrite = system'));
    running.asterisk.emit(CALL);
    running.asterisk.release();

    expect(await client.readUntil(CALL)).not.toContain('UserEvent');
  });
});

describe('a session whose user may do something else after a reload', () => {
  it('is refused what was taken away, and may do what was added', async () => {
    running.asterisk.script = ({ actionId }) => `Response: Success\r\nActionID: ${actionId}\r\n\r\n`;
    const client = await running.logIn('ann');
    expect(await client.action({ Action: 'CoreStatus' })).toContain('Success');
    expect(await client.action({ Action: 'Originate' })).toContain('Permission denied');

    await reloadTo(account('read = user\nwrite = originate'));

    expect(await client.action({ Action: 'CoreStatus' })).toContain('Permission denied');
    expect(await client.action({ Action: 'Originate', Channel: 'Local/1', Exten: '1', Context: 'c' })).toContain(
      'Success',
    );
  });

  it('follows new action filters and rates', async () => {
    running.asterisk.script = ({ actionId }) => `Response: Success\r\nActionID: ${actionId}\r\n\r\n`;
    const client = await running.logIn('ann');

    await reloadTo(
      account('write = system\nactionrate(CoreStatus) = 1/d\nactionfilter(action(exclude),name(QueueStatus)) ='),
    );

    expect(await client.action({ Action: 'QueueStatus' })).toContain('Permission denied');
    expect(await client.action({ Action: 'CoreStatus' })).toContain('Success');
    expect(await client.action({ Action: 'CoreStatus' })).toContain('Action rate exceeded');
  });

  it('gets the answer to an action that was sent before', async () => {
    const client = await running.logIn('ann');
    await sendHeld(client);

    await reloadTo(account('read = user'));
    running.asterisk.release();

    expect(await client.readBlock()).toBe('Response: Success\r\nActionID: before\r\n\r\n');
  });
});

describe('a session that may not go on', () => {
  it.each([
    ['user-removed', '[bob]\nsecret = s\n'],
    ['secret-changed', account('read = user', 'secret = t')],
    ['secret-changed', account('read = user', `secret_hash = ${HASH}`)],
    ['secret-changed', account('read = user', 'secret = s\ntls_user = ann.test')],
    ['address-refused', account('read = user\ndeny = 127.0.0.1')],
  ])('is closed as %s, logged and counted', async (reason, users) => {
    const client = await running.logIn('ann');

    const report = await running.reload({ users });

    expect(await client.readToEnd()).toBe('');
    expect(report).toMatchObject({ ok: true, value: { closedSessions: 1 } });
    await running.logged({ msg: 'session closed', reason, user: 'ann' });
    expect(await metric(running.telemetry, 'sessions_closed_total', { reason })).toBe(1);
  });

  it('leaves no trace of a removed user among the sessions that metrics count', async () => {
    await running.logIn('ann');
    expect(await scrape(running.app, 'user_sessions{user="ann"}')).toBe(1);

    await reloadTo('[bob]\nsecret = s\n');

    expect(await scrape(running.app, 'user_sessions{user="ann"}')).toBeNull();
  });

  it('does not include one beyond maxsessions: only new ones are refused', async () => {
    const clients = [await running.logIn('ann'), await running.logIn('ann')];

    await reloadTo(account('read = user\nmaxsessions = 1'));

    for (const client of clients) expect(await seenOf(client, userEvent('A'))).toContain(userEvent('A'));
    expect(await (await running.connect()).login('ann', 's')).toContain('Login Already In Use');
  });

  it('does not include one whose user is spelt in another case now', async () => {
    const client = await running.logIn('ann');

    await reloadTo('[ANN]\nsecret = s\nread = user\n');

    expect(await seenOf(client, userEvent('A'))).toBe(userEvent('A'));
  });
});

describe('a client that has not logged in', () => {
  it('logs in as the new configuration says', async () => {
    const client = await running.connect();

    await reloadTo('[bob]\nsecret = new\n');

    expect(await client.login('bob', 'new')).toContain('Authentication accepted');
  });
});

describe('many reloads under load', () => {
  it('lose and double no event that a session may see before and after', { timeout: 60_000 }, async () => {
    const stays = '[steady]\nsecret = s\nread = user,call\neventfilter = !UserEvent: never\n';
    const viewOf = (round: number) =>
      `read = ${round % 2 === 0 ? 'user' : 'user,call'}\neventfilter = !UserEvent: -${round}`;
    await reloadTo(`${stays}${account(viewOf(0))}`);
    const steady = await running.logIn('steady');
    const changing = await running.logIn('ann');
    let sent = 0;
    const emitSome = () => {
      for (let count = 0; count < 20; count++) running.asterisk.emit(userEvent(`n${sent++}.`));
    };

    for (let round = 1; round <= 50; round++) {
      emitSome();
      // Some of them come before the reload, some while it goes on, some behind it.
      await setImmediate();
      const reloading = reloadTo(`${stays}${account(viewOf(round))}`);
      emitSome();
      await reloading;
      await setImmediate();
    }

    const all = Array.from({ length: 2000 }, (_, number) => number);
    expect(numbersIn(await steady.barrier())).toEqual(all);
    expect(numbersIn(await changing.barrier())).toEqual(all);
  });
});

function numbersIn(text: string): readonly number[] {
  return [...text.matchAll(/UserEvent: n(\d+)\./g)].map(([, digits]) => Number(digits));
}
