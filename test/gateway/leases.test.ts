import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { metric, type RunningGateway, runGateway, userEvent } from './running-gateway.js';

let running: RunningGateway;
beforeEach(async () => {
  running = await runGateway({ gatewayConf: 'pool_size = 2\naction_timeout = 1\nlease_wait_timeout = 1\n' });
});
afterEach(() => running.stop());

const status = (id: string) => `Action: CoreStatus\r\nActionID: ${id}\r\n\r\n`;

describe('an action for Asterisk', () => {
  it('arrives re-encoded, with the ActionID of its client, and its sentinel never shows', async () => {
    running.asterisk.script = (action) => `Response: Success\r\nActionID: ${action.actionId}\r\nX: y\r\n\r\n`;
    const client = await running.logIn('admin');

    client.send('action:CoreStatus\nActionID: mine\nOdd:   value \n\n');

    expect(await client.readBlock()).toBe('Response: Success\r\nActionID: mine\r\nX: y\r\n\r\n');
    const sent = running.asterisk.received.find((action) => action.actionId === 'mine');
    expect(sent?.lines).toEqual(['Action: CoreStatus', 'ActionID: mine', 'Odd:   value ']);
    expect(await client.barrier()).toBe('');
  });

  it.each([
    ['no Response line', 'some raw line\r\n\r\n'],
    ['one bare line end', '\r\n'],
    ['two responses', 'Response: Error\r\n\r\nResponse: Success\r\n\r\n'],
    ['lone line feeds', 'Response: Error\r\nMessage: No such thing\n\r\n\r\n'],
    [
      'a list',
      'Response: Success\r\nEventList: start\r\n\r\nEvent: Item\r\n\r\nEvent: Done\r\nEventList: Complete\r\n\r\n',
    ],
    ['nothing', ''],
    [
      'what looks like a sentinel',
      'Response: Success\r\nActionID: 00112233445566778899aabbccddeeff\r\nPing: Pong\r\n\r\n',
    ],
  ])('brings back %s byte for byte', async (_shape, answer) => {
    running.asterisk.script = () => answer;
    const client = await running.logIn('admin');

    client.send(status('1'));

    client.send('Action: Ping\r\nActionID: end\r\n\r\n');
    const all = await client.readUntil('ActionID: end\r\nPing: Pong\r\n');
    expect(all).toBe(`${answer}Response: Success\r\nActionID: end\r\nPing: Pong\r\n`);
  });

  it('keeps two clients apart, with ActionIDs that are the same', async () => {
    running.asterisk.script = (action) => `Response: Success\r\nActionID: 1\r\nFor: ${action.lines.at(-1)}\r\n\r\n`;
    const [one, two] = await Promise.all([running.logIn('admin'), running.logIn('quiet')]);

    one.send('Action: CoreStatus\r\nActionID: 1\r\nWho: one\r\n\r\n');
    two.send('Action: CoreStatus\r\nActionID: 1\r\nWho: two\r\n\r\n');

    expect(await one.readBlock()).toContain('For: Who: one');
    expect(await two.readBlock()).toContain('For: Who: two');
  });

  it('is answered in the order of its pipeline', async () => {
    running.asterisk.script = (action) => `Response: Success\r\nActionID: ${action.actionId}\r\n\r\n`;
    const client = await running.logIn('quiet');
    const ids = Array.from({ length: 50 }, (_, n) => `id${n}`);

    client.send(ids.map((id, n) => (n % 3 === 0 ? `Action: Ping\r\nActionID: ${id}\r\n\r\n` : status(id))).join(''));
    const answers = await client.barrier();

    expect([...answers.matchAll(/ActionID: (id\d+)/g)].map((match) => match[1])).toEqual(ids);
  });

  it('says that the outcome is unknown when Asterisk breaks in the middle, and is not sent again', async () => {
    running.asterisk.script = () => 'Response: Success\r\nEventList: start\r\n\r\nEvent: Half';
    const client = await running.logIn('quiet');
    running.asterisk.silence = (action) => action.connection > 0 && action.name === 'Ping';
    client.send(status('7'));
    await client.readUntil('EventList: start\r\n\r\n');

    running.asterisk.breakConnections('actions');

    expect(await client.readBlock()).toBe(
      'Response: Error\r\nActionID: 7\r\nMessage: The connection to Asterisk broke; the outcome of the action is unknown\r\n\r\n',
    );
    await client.barrier();
    expect(running.asterisk.received.filter((action) => action.actionId === '7')).toHaveLength(1);
  });

  it('has a deadline, and its connection is not used again', async () => {
    const client = await running.logIn('quiet');
    running.asterisk.silence = (action) => action.connection > 0 && action.name === 'Ping';

    client.send('Action: Slow\r\nActionID: 8\r\n\r\n');
    const answer = await client.readBlock();

    expect(answer).toContain(
      'ActionID: 8\r\nMessage: Asterisk did not answer in time; the outcome of the action is unknown',
    );
    expect(await metric(running.telemetry, 'forwarded_actions_total', { end: 'late' })).toBe(1);
  });

  it('waits for a free connection no longer than told', async () => {
    const clients = await Promise.all([running.logIn('quiet'), running.logIn('quiet'), running.logIn('quiet')]);
    running.asterisk.silence = (action) => action.connection > 0 && action.name === 'Ping';

    for (const client of clients) client.send('Action: Slow\r\nActionID: s\r\n\r\n');
    const answers = await Promise.all(clients.map((client) => client.readBlock()));

    const waited = answers.filter((text) => text.includes('the action was not sent'));
    expect(waited.length).toBeGreaterThanOrEqual(1);
  });
});

describe('events of a session', () => {
  it('wait while an action is in work and follow its answer', async () => {
    running.asterisk.script = (action) => {
      running.asterisk.emit(userEvent('caused'));
      setTimeout(() => running.asterisk.emit(userEvent('later')), 20);
      return action.name === 'CoreStatus' ? 'Response: Success\r\nActionID: 1\r\n\r\n' : null;
    };
    const client = await running.logIn('admin', { Events: 'user' });

    client.send(status('1'));

    expect(await client.readBlock()).toContain('Response: Success');
    expect(await client.readBlock()).toBe(userEvent('caused'));
    expect(await client.readBlock()).toBe(userEvent('later'));
  });

  it('reach the others while one of them waits for its answer', async () => {
    running.asterisk.script = () => 'Response: Success\r\n\r\n';
    running.asterisk.silence = (action) => action.connection > 0 && action.name === 'Ping';
    const busy = await running.logIn('quiet');
    const other = await running.logIn('reader');
    busy.send(status('1'));

    await busy.readUntil('Response: Success');
    running.asterisk.emit(userEvent('x'));

    expect(await other.readBlock()).toBe(userEvent('x'));
  });
});
