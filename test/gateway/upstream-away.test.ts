/** Asterisk goes and comes back: sessions live through it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { metric, type RunningGateway, runGateway, scrape, statusOf, userEvent } from './running-gateway.js';

let running: RunningGateway;
beforeEach(async () => {
  running = await runGateway({ gatewayConf: 'reconnect_min = 0.1\nreconnect_max = 1\nconnect_timeout = 1\n' });
});
afterEach(() => running.stop());

async function goAway(): Promise<() => Promise<void>> {
  const { port } = running.asterisk;
  await running.asterisk.stop();
  await expect.poll(() => statusOf(running.app, '/readyz')).toBe(503);
  return async () => {
    await running.asterisk.start(port);
    await expect.poll(() => statusOf(running.app, '/readyz'), { timeout: 5000 }).toBe(200);
  };
}

describe('while Asterisk is away', () => {
  it('a session stays, and its actions are answered with an error that says they were not sent', async () => {
    const client = await running.logIn('admin');
    await goAway();

    const answer = await client.action({ Action: 'CoreStatus', ActionID: '1' });

    expect(answer).toBe(
      'Response: Error\r\nActionID: 1\r\nMessage: Asterisk is not connected; the action was not sent\r\n\r\n',
    );
    expect(await metric(running.telemetry, 'forwarded_actions_total', { end: 'unavailable' })).toBe(1);
  });

  it.each([
    ['Ping', { Action: 'Ping' }, 'Ping: Pong'],
    ['Events', { Action: 'Events', EventMask: 'call' }, 'Events: On'],
    ['ListCommands', { Action: 'ListCommands' }, 'CoreStatus: Show PBX core status variables.'],
    ['Filter', { Action: 'Filter', Operation: 'Add', Filter: 'x' }, 'Message: Success'],
    ['WaitEvent', { Action: 'WaitEvent', Timeout: '0' }, 'Waiting for Event completed.'],
    ['Challenge', { Action: 'Challenge', AuthType: 'MD5' }, 'Challenge: '],
    ['what is refused', { Action: 'NoSuchAction' }, 'Invalid/unknown command'],
  ])('%s is answered as ever', async (_name, headers, expected) => {
    const client = await running.logIn('admin');
    await goAway();

    expect(await client.action(headers)).toContain(expected);
  });

  it('a client may come and log in, and hears no FullyBooted', async () => {
    await goAway();

    const client = await running.connect();
    const answer = await client.login('admin', 's', { Events: 'system,user' });

    expect(client.banner).toBe('Asterisk Call Manager/11.0.0');
    expect(answer).toContain('Authentication accepted');
    expect(await client.barrier()).toBe('');
  });

  it('the metrics and the log say so', async () => {
    await goAway();

    expect(await scrape(running.app, 'upstream_up')).toBe(0);
    expect(await statusOf(running.app, '/livez')).toBe(200);
    await running.logged({ msg: 'upstream login failed, trying again', reason: 'unreachable' });
  });

  it('actions that waited for a connection are answered, too', async () => {
    await running.stop();
    running = await runGateway({ gatewayConf: 'pool_size = 1\n' });
    const [first, second] = [await running.logIn('quiet'), await running.logIn('quiet')];
    running.asterisk.hold();
    first.send('Action: CoreStatus\r\nActionID: 1\r\n\r\n');
    await expect.poll(() => metric(running.telemetry, 'actions_total', { decision: 'forwarded' })).toBe(1);
    await expect.poll(() => scrape(running.app, 'upstream_connections{state="leased"}')).toBe(1);
    second.send('Action: CoreStatus\r\nActionID: 2\r\n\r\n');
    await expect.poll(() => scrape(running.app, 'upstream_waiting_actions')).toBe(1);

    running.asterisk.breakConnections('all');

    expect(await first.readBlock()).toContain('the outcome of the action is unknown');
    expect(await second.readBlock()).toContain('the action was not sent');
  });
});

describe('when Asterisk returns', () => {
  it('who reads system hears its FullyBooted, and nobody else does', async () => {
    const [all, user] = [await running.logIn('admin', { Events: 'system,user' }), await running.logIn('reader')];
    const comeBack = await goAway();

    await comeBack();

    expect(await all.readBlock()).toBe(running.asterisk.greeting);
    running.asterisk.emit(userEvent('x'));
    expect(await user.readBlock()).toBe(userEvent('x'));
  });

  it('an action that follows FullyBooted at once is answered by Asterisk', async () => {
    running.asterisk.script = () => 'Response: Success\r\nBack: yes\r\n\r\n';
    running.asterisk.pieceBytes = 7;
    const client = await running.logIn('admin');
    const comeBack = await goAway();

    const returned = comeBack();
    await client.readUntil('Event: FullyBooted');
    client.send('Action: CoreStatus\r\n\r\n');

    expect(await client.readUntil('Response: ').then(() => client.readBlock())).toBe('Success\r\nBack: yes\r\n\r\n');
    await returned;
  });

  it('FullyBooted waits until the gateway knows which actions there are', async () => {
    const client = await running.logIn('admin', { Events: 'system,user' });
    running.asterisk.silence = (action) => action.name === 'ListCommands';
    const asked = () => running.asterisk.received.filter((action) => action.name === 'ListCommands').length;
    const before = asked();

    running.asterisk.breakConnections('all');
    await expect.poll(asked).toBe(before + 1);

    expect(await client.barrier()).toBe('');
    expect(await statusOf(running.app, '/readyz')).toBe(503);
  });

  it('shows the banner and the actions that it has now', async () => {
    const comeBack = await goAway();
    running.asterisk.banner = 'Asterisk Call Manager/12.0.0\r\n';

    await comeBack();

    expect((await running.connect()).banner).toBe('Asterisk Call Manager/12.0.0');
  });

  it('a client that logs in then is told how long it has run', async () => {
    const comeBack = await goAway();
    await comeBack();
    const client = await running.connect();

    await client.login('admin', 's');

    expect(await client.readBlock()).toMatch(/^Event: FullyBooted\r\n.*\r\nUptime: 1[0-9]\r\n/s);
  });
});

describe('an Asterisk that comes and goes', () => {
  it('is asked again after waits that grow, not in a tight loop', async () => {
    const attempts: number[] = [];
    running.asterisk.impostor = (socket) => {
      attempts.push(performance.now());
      socket.destroy();
    };

    running.asterisk.breakConnections('all');
    await expect.poll(() => attempts.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(5);

    const [first = 0, second = 0, , fourth = 0, fifth = 0] = attempts;
    expect(second - first).toBeGreaterThan(45);
    expect(fifth - fourth).toBeGreaterThan(second - first);
  });

  it('is asked again after waits that grow, even when it takes the login each time', async () => {
    const attempts: number[] = [];
    running.asterisk.script = () => null;
    running.asterisk.impostor = (socket) => {
      attempts.push(performance.now());
      socket.write('Asterisk Call Manager/11.0.0\r\nResponse: Success\r\nChallenge: 1\r\n\r\n');
      socket.write('Response: Success\r\nMessage: Authentication accepted\r\n\r\n', () => socket.end());
    };

    running.asterisk.breakConnections('all');
    await expect.poll(() => attempts.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(5);

    const [first = 0, second = 0, , fourth = 0, fifth = 0] = attempts;
    expect(second - first).toBeGreaterThan(45);
    expect(fifth - fourth).toBeGreaterThan(second - first);
  });
});
