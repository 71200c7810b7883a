/** What stands where Asterisk should be is broken, foreign or hostile: the gateway says what it saw, and recovers. */
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { metric, type RunningGateway, runGateway, statusOf, userEvent } from './running-gateway.js';

const QUICK =
  'reconnect_min = 0.1\nreconnect_max = 0.2\nlogin_timeout = 1.5\nkeepalive_interval = 1\nkeepalive_timeout = 1\n';

let running: RunningGateway;
beforeEach(async () => {
  running = await runGateway({ gatewayConf: QUICK });
});
afterEach(() => running.stop());

const BANNER = 'Asterisk Call Manager/11.0.0\r\n';
const CHALLENGED = 'Response: Success\r\nChallenge: 1234\r\n\r\n';
const ACCEPTED = 'Response: Success\r\nMessage: Authentication accepted\r\n\r\n';

/** Acts as Asterisk up to the accepted login, then says the rest. */
function acceptThen(rest: (socket: Socket) => void): (socket: Socket) => void {
  return (socket) => {
    socket.write(BANNER);
    socket.once('data', () => {
      socket.write(CHALLENGED);
      socket.once('data', () => {
        socket.write(ACCEPTED);
        rest(socket);
      });
    });
  };
}

describe('an upstream', () => {
  it.each([
    ['accepts and says nothing', () => undefined, 'timeout', 'did not answer the login in time'],
    [
      'is something else',
      (socket: Socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'),
      'not-asterisk',
      'is no Asterisk manager interface',
    ],
    [
      'sends bytes without a line end',
      (socket: Socket) => socket.write('x'.repeat(1 << 20)),
      'not-asterisk',
      'is no Asterisk manager interface',
    ],
    ['closes before its banner', (socket: Socket) => socket.end(), 'timeout', 'closed the connection during the login'],
    [
      'closes during the login',
      (socket: Socket) => socket.write(BANNER, () => socket.end()),
      'timeout',
      'its authlimit may be reached',
    ],
    [
      'answers the login without an end',
      (socket: Socket) => {
        socket.write(BANNER);
        socket.once('data', () => socket.write(CHALLENGED + 'x'.repeat(1 << 20)));
      },
      'not-asterisk',
      'is no Asterisk manager interface',
    ],
  ] as const)(
    'that %s is reported, and the right one is taken when it is there',
    async (_what, impostor, reason, detail) => {
      running.asterisk.impostor = impostor;
      running.asterisk.breakConnections('all');

      const line = await running.logged({ msg: 'upstream login failed, trying again', reason });
      running.asterisk.impostor = null;

      expect(line.detail).toContain(detail);
      expect(line.detail).toContain(`port ${running.asterisk.port}`);
      await expect.poll(() => statusOf(running.app, '/readyz'), { timeout: 5000 }).toBe(200);
    },
  );

  it('that refuses the login is reported with what to do and without the secret, once', async () => {
    running.asterisk.secret = 'changed-in-asterisk';
    running.asterisk.breakConnections('all');

    const line = await running.logged({ msg: 'upstream login failed, trying again', reason: 'login-refused' });
    await expect
      .poll(() => metric(running.telemetry, 'upstream_connects_total', { purpose: 'events', result: 'login-refused' }))
      .toBeGreaterThan(2);

    expect(line.detail).toContain("refused the login of 'gateway-account'");
    expect(line.detail).toContain('check username and secret in [upstream]');
    expect(JSON.stringify(running.logLines)).not.toContain('upstream-secret');
    expect(running.logLines.filter((other) => other.reason === 'login-refused')).toHaveLength(1);
  });

  it('that sends a block without end is given up before memory is full', async () => {
    let sent = 0;
    let impostor: Socket | null = null;
    running.asterisk.impostor = acceptThen((socket) => {
      impostor = socket;
      const more = () => {
        if (sent < 20 << 20 && !socket.destroyed) socket.write('x'.repeat(1 << 16), more);
        sent += 1 << 16;
      };
      more();
    });
    running.asterisk.breakConnections('all');

    await running.logged({
      msg: 'upstream is gone: sessions stay, actions are answered with an error',
      reason: 'not-understood',
    });
    running.asterisk.impostor = null;

    expect(impostor).not.toBeNull();
    await expect.poll(() => statusOf(running.app, '/readyz'), { timeout: 5000 }).toBe(200);
  });

  it('that floods with events but never says what it offers is given up before memory is full', async () => {
    const event = `Event: Flood\r\nPrivilege: user,all\r\nFill: ${'x'.repeat(60_000)}\r\n\r\n`;
    running.asterisk.impostor = acceptThen((socket) => {
      const more = () => {
        if (!socket.destroyed) socket.write(event, more);
      };
      more();
    });
    running.asterisk.breakConnections('all');

    await running.logged({
      msg: 'upstream is gone: sessions stay, actions are answered with an error',
      reason: 'not-understood',
    });
    running.asterisk.impostor = null;

    await expect.poll(() => statusOf(running.app, '/readyz'), { timeout: 5000 }).toBe(200);
  });

  it('that takes the login and then says nothing never counts as ready, and is noticed', async () => {
    running.asterisk.impostor = acceptThen(() => undefined);
    running.asterisk.breakConnections('all');

    await running.logged({
      msg: 'upstream is gone: sessions stay, actions are answered with an error',
      reason: 'silent',
    });

    expect(await statusOf(running.app, '/readyz')).toBe(503);
  });

  it('that stops answering is noticed by its silence, and actions in work hear that nobody knows', async () => {
    const client = await running.logIn('admin', { Events: 'off' });
    running.asterisk.silence = (action) => action.name !== 'Challenge';
    client.send('Action: CoreStatus\r\nActionID: 1\r\n\r\n');

    const answer = await client.readBlock();
    running.asterisk.silence = () => false;

    expect(answer).toContain('Message: The connection to Asterisk broke; the outcome of the action is unknown');
    await running.logged({ reason: 'silent' });
    await expect.poll(() => statusOf(running.app, '/readyz'), { timeout: 5000 }).toBe(200);
  });

  it('that goes on with events and answers nothing is noticed, and nobody waits for it for ever', async () => {
    const client = await running.logIn('admin');
    running.asterisk.silence = (action) => action.name !== 'Challenge' && action.name !== 'Login';
    const events = setInterval(() => running.asterisk.emit(userEvent('still there')), 20);
    client.send('Action: Ping\r\nActionID: waits\r\n\r\n');

    const heard = await client.readUntil('ActionID: waits\r\n');
    clearInterval(events);
    running.asterisk.silence = () => false;

    expect(heard).toContain('UserEvent: still there');
    await running.logged({ reason: 'silent' });
    await expect.poll(() => statusOf(running.app, '/readyz'), { timeout: 5000 }).toBe(200);
  });

  it('that is only quiet is asked whether it lives, and stays', async () => {
    const pings = () => running.asterisk.received.filter((action) => action.name === 'Ping').length;

    await expect.poll(pings, { timeout: 10_000 }).toBeGreaterThanOrEqual(3);

    expect(running.logLines.some((line) => line.reason === 'silent')).toBe(false);
    expect(await statusOf(running.app, '/readyz')).toBe(200);
  });

  it('that sends bytes nobody asked for on a connection for actions loses that connection only', async () => {
    running.asterisk.script = () => 'Response: Success\r\n\r\n';
    const client = await running.logIn('quiet');
    await client.action({ Action: 'Ping' });
    client.send('Action: CoreStatus\r\n\r\n');
    await client.readBlock();

    running.asterisk.emitOnActions('Event: Uninvited\r\nPrivilege: user,all\r\n\r\n');
    await expect.poll(() => running.asterisk.actionConnections).toBe(0);
    client.send('Action: CoreStatus\r\n\r\n');

    expect(await client.readBlock()).toBe('Response: Success\r\n\r\n');
    expect(await client.barrier()).toBe('');
    expect(await statusOf(running.app, '/readyz')).toBe(200);
  });

  it('may send its bytes in any pieces', async () => {
    running.asterisk.pieceBytes = 1;
    running.asterisk.script = (action) => `Response: Success\r\nActionID: ${action.actionId}\r\n\r\n`;
    running.asterisk.breakConnections('all');
    await expect.poll(() => metric(running.telemetry, 'upstream_connects_total', { purpose: 'events' })).toBe(2);
    await expect.poll(() => statusOf(running.app, '/readyz')).toBe(200);
    const client = await running.logIn('quiet');

    for (let count = 0; count < 50; count++) client.send(`Action: CoreStatus\r\nActionID: ${count}\r\n\r\n`);
    const answers = await client.barrier();

    expect([...answers.matchAll(/ActionID: (\d+)/g)].map((match) => Number(match[1]))).toEqual([...Array(50).keys()]);
  });
});

describe('an account with too few rights at Asterisk', () => {
  it.each([
    ['read perm: system,call', "read = all is needed in Asterisk's manager.conf; missing: log,verbose,"],
    ['write perm: system', "write = all is needed in Asterisk's manager.conf; missing: call,"],
  ])('is reported plainly: %s', async (line, detail) => {
    running.asterisk.script = (action) =>
      `Response: Success\r\nActionID: ${action.actionId}\r\nMessage: Command output follows\r\nOutput:    username: gateway-account\r\nOutput: ${line}\r\n\r\n`;
    running.asterisk.breakConnections('all');

    const logged = await running.logged({ msg: 'upstream account lacks rights' });

    expect(logged.detail).toContain(detail);
  });

  it('is reported plainly when it may not even ask', async () => {
    running.asterisk.script = (action) =>
      `Response: Error\r\nActionID: ${action.actionId}\r\nMessage: Permission denied\r\n\r\n`;
    running.asterisk.breakConnections('all');

    const logged = await running.logged({ msg: 'upstream account lacks rights' });

    expect(logged.detail).toContain('without the class command');
  });

  it('is not reported when it has them all', async () => {
    running.asterisk.script = (action) =>
      `Response: Success\r\nActionID: ${action.actionId}\r\nOutput: read perm: system,call,all\r\nOutput: write perm: all\r\n\r\n`;
    running.asterisk.breakConnections('all');
    await expect.poll(() => metric(running.telemetry, 'upstream_connects_total', { purpose: 'events' })).toBe(2);
    const client = await running.logIn('admin');
    await client.barrier();

    expect(running.logLines.filter((line) => line.msg === 'upstream account lacks rights')).toEqual([]);
  });
});
