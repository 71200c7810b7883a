/** The commands for a running gateway, each as a process, against a gateway that is one too. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type AmiClient, connectAmi } from '../asterisk/ami-client.mjs';
import { freePort } from '../asterisk/free-ports.mjs';
import { runCommand, startCommand } from './gateway-command.js';
import { userEvent } from './running-gateway.js';
import { ScriptedAsterisk } from './scripted-asterisk.js';
import { type ServeFiles, ServeProcess } from './serve-process.js';

// Processes need seconds to start on a machine that has more to do.
vi.setConfig({ testTimeout: 120_000 });

const SOCKET = '[admin]\nsocket = admin.sock\n';
const USERS = `
[admin]
secret = the-secret-of-admin
read = all
write = all

[crm]
secret = the-secret-of-crm
read = call,user
write = originate
eventfilter = !Secret
eventfilter(name(UserEvent),header(UserEvent),method(exact)) = wanted
actionfilter(action(exclude),name(Originate),header(Application)) =
actionrate(Originate) = 10/m
maxsessions = 3
`;

let asterisk: ScriptedAsterisk;
let gateway: ServeProcess;
beforeEach(async () => {
  asterisk = new ScriptedAsterisk();
  await asterisk.start();
  asterisk.script = (action) =>
    action.name.toLowerCase() === 'slow'
      ? null
      : `Response: Success\r\nActionID: ${action.actionId}\r\nMessage: done\r\n\r\n`;
});
afterEach(async () => {
  await gateway.clean();
  await asterisk.stop();
});

async function start(files: Partial<ServeFiles> = {}): Promise<void> {
  gateway = await ServeProcess.start({ upstreamPort: asterisk.port, users: USERS, sections: SOCKET, ...files });
  await gateway.wrote('listening for AMI clients');
}

/** Runs a command for this gateway. */
function run(...args: readonly string[]) {
  return runCommand(...args, '--config', gateway.dir);
}

async function logIn(user: 'admin' | 'crm'): Promise<AmiClient> {
  const client = await connectAmi({ port: gateway.amiPort });
  const answer = await client.login(user, `the-secret-of-${user}`);
  if (!answer.includes('Authentication accepted')) throw new Error(answer);
  await client.barrier();
  return client;
}

/** The line of a table that begins with this, as its cells. */
function rowOf(table: string, start: string): readonly string[] {
  const line = table.split('\n').find((one) => one.startsWith(start));
  return line === undefined ? [] : line.split(/ {2,}/);
}

describe('sessions', () => {
  it('lists who is connected, with the events that each got and was spared', async () => {
    await start();
    const crm = await logIn('crm');
    await connectAmi({ port: gateway.amiPort });
    asterisk.emit(userEvent('wanted') + userEvent('unwanted') + userEvent('wanted') + userEvent('other'));
    await crm.barrier();

    const { code, out } = await run('sessions');
    const answer = JSON.parse((await run('sessions', '--json')).out);

    expect(code).toBe(0);
    expect(out.split('\n')[0]).toMatch(
      /^SESSION +USER +ADDRESS +TRANSPORT +SINCE +DELIVERED +FILTERED +QUEUE +ACTION$/,
    );
    expect(out).toContain('(not logged in)');
    expect(answer.sessions).toMatchObject([
      // The event about its own login is among those that it was spared.
      { user: 'crm', address: '127.0.0.1', transport: 'tcp', delivered: 2, queuedBytes: 0, action: null },
      { user: null, address: '127.0.0.1', delivered: 0, filtered: 0 },
    ]);
    expect(answer.sessions[0].filtered).toBeGreaterThanOrEqual(2);
    expect(rowOf(out, answer.sessions[0].id).slice(1, 4)).toEqual(['crm', '127.0.0.1', 'tcp']);
  });

  it('names the action in flight', async () => {
    await start();
    const admin = await logIn('admin');
    asterisk.hold();
    admin.sendAction({ Action: 'slow' });
    const inFlight = async () => JSON.parse((await run('sessions', '--json')).out).sessions[0].action;

    await expect.poll(inFlight, { timeout: 10_000 }).toBe('Slow');
  });
});

describe('users', () => {
  it('shows what each may see and do, its limits and sessions, and no secret', async () => {
    await start();
    await logIn('crm');

    const { code, out } = await run('users');
    const json = (await run('users', '--json')).out;

    expect(code).toBe(0);
    expect(rowOf(out, 'admin').slice(1, 4)).toEqual(['0', 'all', 'all']);
    expect(rowOf(out, 'crm').slice(1, 4)).toEqual(['1', 'call,user', 'originate']);
    for (const shown of [
      'event: !Secret',
      'event: name(UserEvent),header(UserEvent),method(exact) = wanted',
      'action: exclude originate by application (manager.conf:',
      'actionrate(originate) = 10/m',
      'maxsessions = 3',
    ]) {
      expect(out).toContain(shown);
    }
    expect(out + json).not.toContain('the-secret-of');
  });
});

describe('kick', () => {
  it('closes one session, and the log says who did it', async () => {
    await start();
    const [one, other] = [await logIn('admin'), await logIn('admin')];
    const [{ id }] = JSON.parse((await run('sessions', '--json')).out).sessions;

    const { code, out } = await run('kick', id);

    expect([code, out]).toEqual([0, 'closed 1 session\n']);
    await one.readToEnd();
    await other.barrier();
    await gateway.wrote('"reason":"kicked"');
    expect(gateway.output).toMatch(
      new RegExp(`"command":"kick","operator":"[^"]+","uid":${process.getuid?.()},"via":"socket","id":"${id}"`),
    );
    expect(await (await fetch(`http://127.0.0.1:${gateway.metricsPort}/metrics`)).text()).toContain(
      'ami_gateway_sessions_closed_total{reason="kicked"} 1',
    );
  });

  it('closes the sessions of a user, in whatever case, or of a network, and says when there is none', async () => {
    await start();
    const [admin, crm] = [await logIn('admin'), await logIn('crm')];

    expect((await run('kick', '--user', 'CRM')).out).toBe('closed 1 session\n');
    expect((await run('kick', '--address', '192.0.2.0/24')).code).toBe(1);
    expect((await run('kick', '--address', '127.0.0.0/8')).out).toBe('closed 1 session\n');

    await crm.readToEnd();
    await admin.readToEnd();
    expect(await run('kick', '--user', 'crm')).toMatchObject({ code: 1, out: 'no such session is open\n' });
  });

  it.each([[[]], [['a', 'b']], [['a', '--user', 'b']], [['--json']]])(
    'asks for one thing: %j is wrong usage',
    async (args) => {
      await start();

      const { code, errors } = await run('kick', ...args);

      expect(code).toBe(2);
      expect(errors).toBe("name one session, or one --user, or one --address\nsee 'ami-gateway kick --help'\n");
    },
  );

  it('refuses what is no address', async () => {
    await start();

    const { code, errors } = await run('kick', '--address', 'somewhere');

    expect([code, errors]).toEqual([1, 'address must be an address or a network such as 192.0.2.0/24\n']);
  });
});

describe('bans and unban', () => {
  const BANS = `${SOCKET}[bans]\nallow = none\nmax_failures = 2\naccount_failures = 2\nmax_delay = 1\n`;

  async function guessTwice(): Promise<void> {
    for (let count = 0; count < 2; count++) {
      const guesser = await connectAmi({ port: gateway.amiPort });
      await guesser.login('admin', 'wrong');
    }
    await gateway.wrote('"msg":"address banned"');
    await gateway.wrote('"msg":"account locked at this address"');
  }

  it('list and lift the ban of an address, and the lock of the account there with it', async () => {
    await start({ sections: BANS });
    await guessTwice();
    expect((await connectAmi({ port: gateway.amiPort })).banner).toBe('');

    const { out } = await run('bans');
    const lifted = await run('unban', '127.0.0.1');

    expect(rowOf(out, 'banned').slice(1, 4)).toEqual(['127.0.0.1', '-', '2']);
    expect(rowOf(out, 'locked').slice(1, 4)).toEqual(['127.0.0.1', 'admin', '2']);
    expect(lifted.code).toBe(0);
    expect(lifted.out).toBe('lifted the ban of 127.0.0.1\nlifted the lock of admin at 127.0.0.1\n');
    await logIn('admin');
    expect((await run('bans')).out).toBe('nobody is banned or locked\n');
    expect(await run('unban', '127.0.0.1')).toMatchObject({ code: 1, out: 'nothing of this is in force\n' });
  });

  it('lift the locks of a user and nothing else', async () => {
    await start({ sections: BANS });
    await guessTwice();

    const { out } = await run('unban', '--user', 'ADMIN');

    expect(out).toBe('lifted the lock of admin at 127.0.0.1\n');
    expect((await run('bans')).out).toContain('banned');
  });
});

describe('pause and resume', () => {
  it('hold actions over a restart of Asterisk, with sessions and logins unharmed', async () => {
    await start({ upstream: 'reconnect_min = 0.1\nreconnect_max = 0.2\n' });
    const admin = await logIn('admin');

    expect((await run('pause')).out).toBe('paused: nothing is in flight, new actions are held\n');
    const { port } = asterisk;
    await asterisk.stop();
    await gateway.wrote('upstream is gone');
    admin.sendAction({ Action: 'CoreStatus', ActionID: 'held' });
    await expect.poll(async () => JSON.parse((await run('upstream', '--json')).out).upstream.heldActions).toBe(1);
    await logIn('crm');
    expect((await run('upstream')).out).toMatch(/^state: +away, actions are paused\n/);
    expect((await run('resume')).out).toBe(
      'resumed: 1 held action let go; Asterisk is not back yet, they wait for it\n',
    );
    await asterisk.start(port);

    expect(await admin.readUntil('Message: done\r\n\r\n', 20_000)).toContain('ActionID: held\r\n');
    expect((await run('resume')).out).toBe('was not paused\n');
    expect(gateway.output).toMatch(/"command":"pause".*"outcome":"paused"/);
    expect(gateway.output).toMatch(/"command":"resume".*"held":1/);
  });

  it('wait for what is in flight', async () => {
    await start();
    const admin = await logIn('admin');
    asterisk.hold();
    admin.sendAction({ Action: 'CoreStatus', ActionID: 'first' });
    await expect.poll(async () => JSON.parse((await run('upstream', '--json')).out).upstream.connectionsInUse).toBe(1);

    const pausing = startCommand('pause', '--config', gateway.dir);
    await expect.poll(async () => JSON.parse((await run('upstream', '--json')).out).upstream.paused).toBe(true);
    asterisk.release();

    expect(await pausing.outcome).toMatchObject({ code: 0 });
    expect(await admin.readUntil('Message: done\r\n\r\n')).toContain('ActionID: first\r\n');
  });

  it('leave nothing paused where that takes too long, or where the operator gave up', async () => {
    await start();
    const admin = await logIn('admin');
    asterisk.hold();
    admin.sendAction({ Action: 'CoreStatus' });
    const upstream = async () => JSON.parse((await run('upstream', '--json')).out).upstream;
    await expect.poll(async () => (await upstream()).connectionsInUse).toBe(1);

    const late = await run('pause', '--timeout', '0.1');
    const pausing = startCommand('pause', '--config', gateway.dir);
    await expect.poll(async () => (await upstream()).paused).toBe(true);
    pausing.child.kill('SIGINT');

    expect(late.code).toBe(1);
    expect(late.out).toMatch(/^still in flight after that time: 1; nothing is paused now/);
    await expect.poll(async () => (await upstream()).paused).toBe(false);
    asterisk.release();
  });

  it('answer what was held too long with the error of an action that found no connection', async () => {
    await start({ upstream: 'lease_wait_timeout = 0.2\n' });
    const admin = await logIn('admin');
    await run('pause');

    const answer = await admin.action({ Action: 'CoreStatus' });

    expect(answer).toContain('No upstream connection became free in time; the action was not sent');
    expect((await run('resume')).out).toBe('resumed: 0 held actions let go\n');
    expect(await admin.action({ Action: 'CoreStatus' })).toContain('Message: done');
  });
});

describe('reload', () => {
  it('puts a changed configuration in force, and says whom that ended', async () => {
    await start();
    const crm = await logIn('crm');
    const file = path.join(gateway.dir, 'manager.conf');
    writeFileSync(file, readFileSync(file, 'utf8').replace('[crm]', '[renamed]'));

    const { code, out } = await run('reload');

    expect([code, out]).toEqual([0, 'reloaded, 1 session closed\n']);
    await crm.readToEnd();
    expect(JSON.parse((await run('users', '--json')).out).users.map(({ user }: { user: string }) => user)).toEqual([
      'admin',
      'renamed',
    ]);
    expect(gateway.output).toMatch(/"command":"reload","operator":.*"outcome":"reloaded"/);
  });

  it('changes nothing where there is an error, and tells it with file and line', async () => {
    await start();
    const crm = await logIn('crm');
    const file = path.join(gateway.dir, 'manager.conf');
    writeFileSync(file, readFileSync(file, 'utf8').replace('read = call,user', 'read = nonsense'));

    const { code, errors } = await run('reload');

    expect(code).toBe(1);
    expect(errors).toMatch(/manager\.conf:\d+: .*nonsense/);
    await crm.barrier();
    expect((await run('users')).out).toContain('call,user');
  });
});

describe('upstream', () => {
  it('tells how Asterisk is, from when on, and how often it was away', async () => {
    await start({ upstream: 'reconnect_min = 0.1\n' });
    asterisk.breakConnections('all');
    await expect.poll(() => gateway.output.split('"upstream is up"').length).toBe(3);

    const { code, out } = await run('upstream');

    expect(code).toBe(0);
    expect(out).toMatch(/^state: +up\n/);
    expect(out).toContain(`127.0.0.1 port ${asterisk.port}\n`);
    expect(out).toContain('Asterisk Call Manager/11.0.0\n');
    expect(out).toMatch(/reconnects: +1\n/);
  });
});

describe('the admin socket', () => {
  it('is for its owner alone', async () => {
    await start();

    expect(statSync(path.join(gateway.dir, 'admin.sock')).mode & 0o777).toBe(0o600);
  });

  it('is removed at the end, and taken over from a gateway that was killed', async () => {
    await start();
    gateway.signal('SIGKILL');
    await gateway.ended();
    const socket = path.join(gateway.dir, 'admin.sock');
    const next = await ServeProcess.start({ upstreamPort: asterisk.port, sections: `[admin]\nsocket = ${socket}\n` });
    await next.wrote('listening for AMI clients');

    const { code } = await run('sessions');
    next.signal('SIGTERM');
    await next.ended();

    expect(code).toBe(0);
    expect(statSync(socket, { throwIfNoEntry: false })).toBeUndefined();
    await next.clean();
  });

  it('is not taken from a gateway that lives: the other one says so, and serves its clients', async () => {
    await start();
    const socket = path.join(gateway.dir, 'admin.sock');
    const other = await ServeProcess.start({ upstreamPort: asterisk.port, sections: `[admin]\nsocket = ${socket}\n` });
    await other.wrote('listening for AMI clients');

    expect(other.output).toContain(`cannot open the admin socket ${socket}: another process listens there`);
    await other.clean();
    expect((await run('sessions')).code).toBe(0);
  });

  it('never takes the place of a file', async () => {
    const target = path.join(process.cwd(), 'package.json');
    await start({ sections: `[admin]\nsocket = ${target}\n` });

    expect(gateway.output).toContain('there is a file of that name, which is no socket');
    expect(statSync(target).isFile()).toBe(true);
  });
});

describe('where no gateway can be asked', () => {
  it('a command says where it looked, and what to do', async () => {
    await start();
    gateway.signal('SIGTERM');
    await gateway.ended();
    const socket = path.join(gateway.dir, 'admin.sock');

    expect(await run('sessions')).toEqual({
      code: 1,
      out: '',
      errors: `the gateway is not running, or opened no socket: there is no ${socket}; its log says why\n`,
    });
    writeFileSync(path.join(gateway.dir, 'gateway.conf'), '[upstream]\nusername = x\nsecret = y\n');
    expect((await run('sessions')).errors).toMatch(/opens no admin socket: write socket = .* into \[admin\]/);
    writeFileSync(path.join(gateway.dir, 'gateway.conf'), '[admin]\nport = nonsense\n');
    expect((await run('sessions')).errors).toMatch(/gateway\.conf:2: port in \[admin\] must be a number/);
    expect((await runCommand('sessions', '--config', '/nowhere')).errors).toBe(
      '/nowhere/gateway.conf:0: there is no such file (give its directory with --config)\n',
    );
  });

  it('finds the socket of a running gateway in a configuration that has an error by now', async () => {
    await start();
    writeFileSync(path.join(gateway.dir, 'gateway.conf'), `${SOCKET}[upstream]\nport = nonsense\n`);

    expect((await run('sessions')).code).toBe(0);
  });
});

describe('usage', () => {
  it.each(['sessions', 'users', 'bans', 'upstream', 'kick', 'unban', 'pause', 'resume', 'reload'])(
    '%s has a help, and refuses options that it does not know',
    async (name) => {
      await start();

      const help = await runCommand(name, '--help');
      const wrong = await runCommand(name, '--bogus');

      expect(help.code).toBe(0);
      expect(help.out).toMatch(new RegExp(`^usage: ami-gateway ${name} `));
      expect(wrong.code).toBe(2);
      expect(wrong.errors).toContain(`see 'ami-gateway ${name} --help'`);
    },
  );
});

describe('the admin port', () => {
  const SECRET = 'c2VjcmV0LW9mLW9wZXJhdG9ycw';

  async function startWithPort(): Promise<number> {
    const port = await freePort();
    const folder = mkdtempSync(path.join(tmpdir(), 'ami-gateway-admin-'));
    const file = path.join(folder, 'secret');
    writeFileSync(file, `${SECRET}\n`);
    await start({ sections: `[admin]\nport = ${port}\nsecret_file = ${file}\n` });
    onTestFinished(() => rmSync(folder, { recursive: true }));
    return port;
  }

  it('answers who has the secret, and nobody else', async () => {
    const port = await startWithPort();
    const ask = (headers: Record<string, string>) => fetch(`http://127.0.0.1:${port}/sessions`, { headers });

    expect((await ask({})).status).toBe(401);
    expect((await ask({ authorization: `Bearer ${SECRET}x` })).status).toBe(401);
    expect((await ask({ authorization: `Bearer ${SECRET}` })).status).toBe(200);
    expect((await run('sessions')).code).toBe(0);
    expect(gateway.output).not.toContain(SECRET);
  });
});
