/** What a reload does to settings, listeners and the upstream, and that it is all or nothing. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectAmi } from '../asterisk/ami-client.mjs';
import { freePort } from '../asterisk/free-ports.mjs';
import { metric, type RunningGateway, runGateway, scrape, statusOf, userEvent } from './running-gateway.js';

const ADMIN = '[admin]\nsecret = s\nread = all\nwrite = all\n';

let running: RunningGateway;
let squatter: Server | null = null;
beforeEach(async () => {
  running = await runGateway({ users: ADMIN, gatewayConf: 'reconnect_min = 0.1\nreconnect_max = 0.2\n' });
});
afterEach(async () => {
  await running.stop();
  squatter?.close();
  squatter = null;
});

async function occupiedPort(): Promise<number> {
  const server = createServer();
  squatter = server;
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

async function isOpen(port: number): Promise<boolean> {
  const client = await connectAmi({ port }).catch(() => null);
  client?.close();
  return client !== null;
}

describe('a reload', () => {
  it('is counted, and tells when it was', async () => {
    const before = (await scrape(running.app, 'config_last_reload_success_timestamp_seconds')) ?? 0;

    await running.reload({ users: `${ADMIN}[bob]\nsecret = s\n` });

    expect(before).toBeGreaterThan(1.7e9);
    expect(await scrape(running.app, 'config_last_reload_success_timestamp_seconds')).toBeGreaterThan(before);
    expect(await scrape(running.app, 'config_last_reload_successful')).toBe(1);
    expect(await scrape(running.app, 'config_reloads_total{result="success"}')).toBe(1);
    await running.logged({ msg: 'configuration reloaded', users: 2, closedSessions: 0 });
  });

  it('with an error keeps the old configuration whole, and logs every problem with its place', async () => {
    const client = await running.logIn('admin');

    const done = await running.reload({
      users: '[ann]\nsecret = s\nread = nonsense\n',
      gatewayConf: 'pool_size = 0\n',
    });

    expect(done).toMatchObject({ ok: false });
    const problems = running.logLines
      .filter(({ msg }) => msg === 'configuration problem')
      .map(({ problem }) => problem);
    expect(problems).toEqual(done.ok ? null : done.failure);
    expect(problems).toContainEqual(expect.stringMatching(/manager\.conf:\d+: .*nonsense/));
    expect(problems).toContainEqual(expect.stringMatching(/gateway\.conf:\d+: pool_size = '0' must be/));
    expect(await client.action({ Action: 'Ping' })).toContain('Pong');
    expect(await (await running.connect()).login('admin', 's')).toContain('accepted');
    expect(await scrape(running.app, 'config_last_reload_successful')).toBe(0);
    expect(await metric(running.telemetry, 'config_reloads_total', { result: 'refused' })).toBe(1);
  });

  it('logs warnings, and goes on', async () => {
    const done = await running.reload({ general: 'nonsense = 1\n' });

    expect(done).toMatchObject({ ok: true, value: { warnings: [expect.stringContaining('nonsense')] } });
    await running.logged({ level: 'warn', msg: 'configuration problem' });
  });

  it('that mends the files is a success again', async () => {
    await running.reload({ users: '[ann]\nsecret = s\nread = nonsense\n' });

    await running.reload({ users: ADMIN });

    expect(await scrape(running.app, 'config_last_reload_successful')).toBe(1);
  });

  it('after another reload waits for it, and sees the latest files', async () => {
    const [, second] = await Promise.all([
      running.reload({ users: `${ADMIN}[bob]\nsecret = s\n` }),
      running.reload({ users: `${ADMIN}[cid]\nsecret = s\n` }),
    ]);

    expect(second.ok).toBe(true);
    expect(await (await running.connect()).login('cid', 's')).toContain('accepted');
  });

  it('is refused once the gateway stops', async () => {
    const stopping = running.app.stop();

    expect(await running.reload({})).toEqual({ ok: false, failure: ['the gateway is stopping'] });
    await stopping;
  });

  it('says which settings need a restart, and leaves them', async () => {
    const done = await running.reload({
      gatewayConf: '[state]\nredis = redis://127.0.0.1:1/0\n[process]\nuser = nobody\n',
    });

    const needsRestart = ['[state] redis', '[process] user'];
    expect(done).toMatchObject({ ok: true, value: { needsRestart } });
    await running.logged({ level: 'warn', setting: '[state] redis', msg: 'setting is as before: it needs a restart' });
    expect(await scrape(running.app, 'config_restart_needed')).toBe(2);
    await running.reload({ gatewayConf: '' });
    expect(await scrape(running.app, 'config_restart_needed')).toBe(0);
  });
});

describe('a listener whose address changes', () => {
  it('opens at the new one before it closes the old, whose sessions live on', async () => {
    const [oldPort, port] = [running.app.port, await freePort()];
    const client = await running.logIn('admin');

    await running.reload({ general: `port = ${port}\n` });

    expect(running.app.port).toBe(port);
    expect(await isOpen(port)).toBe(true);
    expect(await isOpen(oldPort)).toBe(false);
    expect(await client.action({ Action: 'Ping' })).toContain('Pong');
    expect(await statusOf(running.app, '/readyz')).toBe(200);
  });

  it('refuses the whole reload where the new one cannot be opened', async () => {
    const { port } = running.app;
    const taken = await occupiedPort();

    const done = await running.reload({ general: `port = ${taken}\n`, users: '[bob]\nsecret = s\n' });

    expect(done).toMatchObject({ ok: false, failure: [expect.stringContaining(`port ${taken}: the port is in use`)] });
    expect(running.app.port).toBe(port);
    expect(await (await running.connect()).login('admin', 's')).toContain('accepted');
  });

  it('may become every address of the same port, and one of them again', async () => {
    const { port } = running.app;
    const client = await running.logIn('admin');

    expect(await running.reload({ bindaddr: '0.0.0.0' })).toMatchObject({ ok: true });
    expect(await isOpen(port)).toBe(true);
    expect(await running.reload({ bindaddr: '127.0.0.1' })).toMatchObject({ ok: true });

    expect(await isOpen(port)).toBe(true);
    expect(await client.action({ Action: 'Ping' })).toContain('Pong');
  });

  it('is back where it was if it had to give way for something that did not open', async () => {
    const { port } = running.app;
    const taken = await occupiedPort();

    const done = await running.reload({
      bindaddr: '0.0.0.0',
      httpConf: `bindport = ${taken}\n`,
    });

    expect(done).toMatchObject({ ok: false });
    expect(running.app.port).toBe(port);
    expect(await isOpen(port)).toBe(true);
  });

  it('may be that of the metrics', async () => {
    const [oldPort, port] = [running.app.metricsPort, await freePort()];

    await running.reload({ gatewayConf: `[metrics]\nport = ${port}\n` });

    // The files name the old port behind it, and the last one counts.
    expect(running.app.metricsPort).toBe(oldPort);
    await running.reload({ gatewayConf: '[metrics]\nbindaddr = 127.0.0.2\n' });
    expect((await fetch(`http://127.0.0.2:${oldPort}/readyz`)).status).toBe(200);
  });
});

describe('AMI over HTTP', () => {
  const ping = () => fetch(`http://127.0.0.1:${running.app.httpPort}/rawman?action=ping`);

  it('comes and goes with a reload', async () => {
    expect(running.app.httpPort).toBeNull();

    await running.reload({ httpConf: '' });
    expect((await ping()).status).toBe(200);
    const { httpPort } = running.app;
    await running.reload({ httpConf: undefined });

    expect(running.app.httpPort).toBeNull();
    await expect(fetch(`http://127.0.0.1:${httpPort}/rawman`)).rejects.toThrow();
  });

  it('takes another prefix on the same port', async () => {
    await running.reload({ httpConf: '' });

    await running.reload({ httpConf: 'prefix = pbx\n' });

    expect((await ping()).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${running.app.httpPort}/pbx/rawman?action=ping`)).status).toBe(200);
  });

  it('ends a session whose user is gone: its cookie leads nowhere', async () => {
    await running.reload({ httpConf: '', users: `${ADMIN}[web]\nsecret = s\nread = user\n` });
    const url = `http://127.0.0.1:${running.app.httpPort}/rawman`;
    const entered = await fetch(`${url}?action=login&username=web&secret=s`);
    expect(await entered.text()).toContain('Authentication accepted');
    const headers = { cookie: entered.headers.get('set-cookie')?.split(';')[0] ?? '' };

    await running.reload({ users: ADMIN });

    expect(await (await fetch(`${url}?action=events&eventmask=on`, { headers })).text()).toContain('Permission denied');
    expect(await metric(running.telemetry, 'sessions_closed_total', { reason: 'user-removed' })).toBe(1);
  });

  it('does not hand out events that were kept for a session and are not for it any more', async () => {
    const user = (lines: string) => `${ADMIN}[web]\nsecret = s\n${lines}\n`;
    await running.reload({ httpConf: '', users: user('read = user,call') });
    const url = `http://127.0.0.1:${running.app.httpPort}/rawman`;
    const entered = await fetch(`${url}?action=login&username=web&secret=s`);
    const headers = { cookie: entered.headers.get('set-cookie')?.split(';')[0] ?? '' };
    await fetch(`${url}?action=waitevent&timeout=0`, { headers });
    const reader = await running.logIn('admin');
    running.asterisk.emit(`${userEvent('A')}Event: Newchannel\r\nPrivilege: call,all\r\nChannel: Test/1\r\n\r\n`);
    await reader.readUntil('Newchannel');

    await running.reload({ users: user('read = call') });

    const fetched = await (await fetch(`${url}?action=waitevent&timeout=1`, { headers })).text();
    expect(fetched).toContain('Newchannel');
    expect(fetched).not.toContain('UserEvent');
  });
});

describe('the account at Asterisk', () => {
  it('is tried first: one that is refused there refuses the reload', async () => {
    const client = await running.logIn('admin');

    const done = await running.reload({ gatewayConf: 'secret = wrong\n', users: '[bob]\nsecret = s\n' });

    expect(done).toMatchObject({ ok: false, failure: [expect.stringContaining('refused the login of')] });
    expect(await client.action({ Action: 'Ping' })).toContain('Pong');
    expect(running.app.isReady).toBe(true);
  });

  it('is used at once, by a new event stream, and sessions stay', async () => {
    const client = await running.logIn('admin');
    running.asterisk.secret = 'rotated';

    expect(await running.reload({ gatewayConf: 'secret = rotated\n' })).toMatchObject({ ok: true });

    await expect.poll(() => running.app.isReady).toBe(true);
    running.asterisk.emit(userEvent('A'));
    expect(await client.barrier()).toContain(userEvent('A'));
    running.asterisk.script = ({ actionId }) => `Response: Success\r\nActionID: ${actionId}\r\n\r\n`;
    expect(await client.action({ Action: 'CoreStatus' })).toContain('Success');
  });

  it('leaves the answer to an action that the old one has sent', async () => {
    const client = await running.logIn('admin', { Events: 'off' });
    running.asterisk.script = ({ actionId }) => `Response: Success\r\nActionID: ${actionId}\r\n\r\n`;
    running.asterisk.hold();
    client.sendAction({ Action: 'CoreStatus', ActionID: 'old' });
    await expect.poll(() => running.asterisk.actionConnections).toBe(1);
    const { secret } = running.asterisk;
    running.asterisk.secret = 'rotated';

    await running.reload({ gatewayConf: 'secret = rotated\n' });
    running.asterisk.release();

    expect(secret).toBe('upstream-secret');
    expect(await client.readBlock()).toBe('Response: Success\r\nActionID: old\r\n\r\n');
    await expect.poll(() => running.asterisk.actionConnections).toBe(0);
  });

  it('can be mended while Asterisk refuses it', async () => {
    running.asterisk.secret = 'rotated';
    running.asterisk.breakConnections('all');
    await running.logged({ msg: 'upstream login failed, trying again' });

    expect(await running.reload({ gatewayConf: 'secret = rotated\n' })).toMatchObject({ ok: true });

    await expect.poll(() => running.app.isReady).toBe(true);
  });
});

describe('a setting that is in force at once', () => {
  it.each([
    ['disabledevents', 'disabledevents = UserEvent\n', ''],
    ['timestampevents', 'timestampevents = yes\n', /^Event: UserEvent\r\nPrivilege: user,all\r\nTimestamp: [\d.]+\r\n/],
  ])('%s', async (_name, general, expected) => {
    const client = await running.logIn('admin');

    await running.reload({ general });
    running.asterisk.emit(userEvent('A'));

    expect(await client.barrier()).toMatch(expected === '' ? /^$/ : expected);
  });

  it('channelvars, for channels that are there too', async () => {
    running.asterisk.script = ({ actionId, name }) =>
      name === 'Status'
        ? `Response: Success\r\nActionID: ${actionId}\r\nEventList: start\r\n\r\n` +
          `Event: Status\r\nActionID: ${actionId}\r\nPrivilege: Call\r\nChannel: Test/1\r\nUniqueid: 1.1\r\nVariable: who=ann\r\n\r\n` +
          `Event: StatusComplete\r\nActionID: ${actionId}\r\nEventList: Complete\r\nListItems: 1\r\n\r\n`
        : `Response: Success\r\nActionID: ${actionId}\r\n\r\n`;
    const client = await running.logIn('admin');

    await running.reload({ general: 'channelvars = who\n' });
    running.asterisk.emit(
      'Event: Newstate\r\nPrivilege: call,all\r\nChannel: Test/1\r\nChannelState: 6\r\nChannelStateDesc: Up\r\n' +
        'CallerIDNum: 1\r\nCallerIDName: a\r\nConnectedLineNum: 2\r\nConnectedLineName: b\r\nLanguage: en\r\n' +
        'AccountCode: \r\nContext: c\r\nExten: 1\r\nPriority: 1\r\nUniqueid: 1.1\r\nLinkedid: 1.1\r\n\r\n',
    );

    expect(await client.barrier()).toContain('ChanVariable: who=');
  });

  it('brokeneventsaction, for sessions that are there', async () => {
    const client = await running.logIn('admin');

    await running.reload({ general: 'brokeneventsaction = yes\n' });
    client.send('Action: Events\r\nEventMask: on\r\n\r\n');

    expect(await client.barrier()).toBe('');
  });

  it('max_sessions', async () => {
    const client = await running.logIn('admin');

    await running.reload({ gatewayConf: '[sessions]\nmax_sessions = 1\n' });

    expect((await running.connect()).banner).toBe('');
    expect(await client.action({ Action: 'Ping' })).toContain('Pong');
  });

  it('the limits on guessers, with what was counted before', async () => {
    const guess = async () => {
      const client = await running.connect();
      if (client.banner !== '') await client.login('admin', 'wrong');
      return client.banner;
    };
    await running.reload({ gatewayConf: '[bans]\nallow = none\nmax_failures = 9\nmax_delay = 1\n' });
    await guess();

    await running.reload({ gatewayConf: '[bans]\nallow = none\nmax_failures = 2\nmax_delay = 1\n' });
    await guess();

    expect(await guess()).toBe('');
    await running.logged({ msg: 'address banned' });
  });

  it('the level of the log', async () => {
    await running.reload({ gatewayConf: '[log]\nlevel = error\n' });
    const lines = running.logLines.length;

    await running.logIn('admin');

    expect(running.logLines.length).toBe(lines);
  });
});
