/** `ami-gateway serve` as a process: how it starts, what it says when it cannot, how it ends. */
import { once } from 'node:events';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectAmi } from '../asterisk/ami-client.mjs';
import { freePort } from '../asterisk/free-ports.mjs';
import { ScriptedAsterisk } from './scripted-asterisk.js';
import { type ServeFiles, ServeProcess } from './serve-process.js';

// A process needs seconds to start on a machine that has more to do.
vi.setConfig({ testTimeout: 60_000 });

let asterisk: ScriptedAsterisk;
let gateway: ServeProcess;
beforeEach(async () => {
  asterisk = new ScriptedAsterisk();
  await asterisk.start();
});
afterEach(async () => {
  await gateway.clean();
  await asterisk.stop();
});

async function start(files: Partial<ServeFiles> = {}): Promise<void> {
  gateway = await ServeProcess.start({ upstreamPort: files.upstreamPort ?? asterisk.port, ...files });
}

async function isRefused(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  const [error] = await Promise.race([once(socket, 'error'), once(socket, 'connect')]).catch((error) => [error]);
  socket.destroy();
  return error?.code === 'ECONNREFUSED';
}

describe('serve', () => {
  it('listens, says so in its log, and ends with 0 on SIGTERM', async () => {
    await start();
    await gateway.wrote('listening for AMI clients');
    const client = await connectAmi({ port: gateway.amiPort });
    await client.login('admin', 's');

    gateway.signal('SIGTERM');

    expect(await gateway.ended()).toBe(0);
    expect(client.ended).toBe('');
    const infos = logOf(gateway).filter((line) => line.level === 'info');
    expect(infos.map((line) => line.msg)).toEqual([
      'connecting to Asterisk',
      'upstream is up',
      'listening for AMI clients',
      'login',
      'stopping',
      'session closed',
      'stopped',
    ]);
    expect(logOf(gateway).find((line) => line.msg === 'session closed')).toMatchObject({ reason: 'shutdown' });
  });

  it('ends with 0 on SIGINT', async () => {
    await start();
    await gateway.wrote('listening for AMI clients');

    gateway.signal('SIGINT');

    expect(await gateway.ended()).toBe(0);
  });

  it.each([
    ['SIGTERM', 'SIGTERM'],
    ['SIGTERM', 'SIGINT'],
  ] as const)('waits after %s for a client that does not read, but not after a following %s', async (first, second) => {
    await start({ users: '[admin]\nsecret = s\nread = all\nwrite = all\nwritetimeout = 60000\n' });
    await gateway.wrote('listening for AMI clients');
    const socket = connect({ host: '127.0.0.1', port: gateway.amiPort, allowHalfOpen: true });
    socket.write('Action: Login\r\nUsername: admin\r\nSecret: s\r\n\r\n');
    await once(socket, 'readable');
    await gateway.wrote('"msg":"login"');

    gateway.signal(first);
    await gateway.wrote('"msg":"session closed"');
    gateway.signal(second);

    expect(await gateway.ended()).toBe(1);
    expect(gateway.output).not.toContain('"msg":"stopped"');
    socket.destroy();
  });

  it('listens only when it has reached Asterisk, and its metrics before that', async () => {
    const { port } = asterisk;
    await asterisk.stop();
    await start({ upstreamPort: port, upstream: 'reconnect_min = 0.1\nreconnect_max = 0.2\n' });
    await gateway.wrote('upstream login failed');
    const ready = () => fetch(`http://127.0.0.1:${gateway.metricsPort}/readyz`);
    expect((await ready()).status).toBe(503);
    expect(await isRefused(gateway.amiPort)).toBe(true);

    await asterisk.start(port);
    await gateway.wrote('listening for AMI clients');

    expect((await ready()).status).toBe(200);
    expect((await connectAmi({ port: gateway.amiPort })).banner).toBe('Asterisk Call Manager/11.0.0');
  });

  it('ends on a signal while it still looks for Asterisk', async () => {
    await start({ upstreamPort: await freePort() });
    await gateway.wrote('upstream login failed');

    gateway.signal('SIGTERM');

    expect(await gateway.ended()).toBe(0);
  });

  it('tells every problem of its configuration with file and line, and ends with 1', async () => {
    await start({ users: '[admin]\nread = nonsense\nsecret = s\n', general: 'port = none\n' });

    expect(await gateway.ended()).toBe(1);
    expect(gateway.output).toMatch(/manager\.conf:5: .*none/);
    expect(gateway.output).toMatch(/manager\.conf:8: .*nonsense/);
    expect(gateway.output).toContain('nothing was started');
    expect(asterisk.received).toEqual([]);
  });

  it.each(['amiPort', 'metricsPort'] as const)('ends with 1 and a clear word when %s is in use', async (which) => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen({ host: '127.0.0.1', port: 0 }, resolve));
    const address = squatter.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;

    await start({ [which]: port });

    expect(await gateway.ended()).toBe(1);
    expect(gateway.output).toContain('cannot start');
    expect(gateway.output).toContain(`on 127.0.0.1 port ${port}`);
    expect(gateway.output).toMatch(/in use|EADDRINUSE/);
    squatter.close();
  });

  it('says plainly that Asterisk refuses its account, without the secret', async () => {
    asterisk.secret = 'another-secret';
    await start();

    await gateway.wrote('refused the login of');
    asterisk.secret = 'upstream-secret';

    expect(gateway.output).not.toContain('upstream-secret');
    await gateway.wrote('listening for AMI clients');
  });
});

describe('SIGHUP', () => {
  it('reads the configuration again', async () => {
    await start();
    await gateway.wrote('listening for AMI clients');
    const client = await connectAmi({ port: gateway.amiPort });
    await client.login('admin', 's');

    gateway.rewrite({ upstreamPort: asterisk.port, users: '[bob]\nsecret = new\n' });
    gateway.signal('SIGHUP');

    await gateway.wrote('"msg":"configuration reloaded"');
    await client.readToEnd();
    expect(await (await connectAmi({ port: gateway.amiPort })).login('bob', 'new')).toContain('accepted');
  });

  it('with an error in a file changes nothing, and tells the place', async () => {
    await start();
    await gateway.wrote('listening for AMI clients');

    gateway.rewrite({ upstreamPort: asterisk.port, users: '[bob]\nsecret = new\nread = nonsense\n' });
    gateway.signal('SIGHUP');

    await gateway.wrote('configuration not reloaded, the old one stays');
    expect(logOf(gateway).find(({ msg }) => msg === 'configuration problem')).toMatchObject({
      level: 'error',
      problem: expect.stringMatching(/^.*manager\.conf:8: .*nonsense/),
    });
    expect(await (await connectAmi({ port: gateway.amiPort })).login('admin', 's')).toContain('accepted');
  });

  it('mends a secret while Asterisk refuses the first login', async () => {
    asterisk.secret = 'another-secret';
    await start({ upstream: 'reconnect_min = 10\nreconnect_max = 60\n' });
    await gateway.wrote('refused the login of');

    gateway.rewrite({ upstreamPort: asterisk.port, upstream: 'secret = another-secret\n' });
    gateway.signal('SIGHUP');

    await gateway.wrote('listening for AMI clients');
  });
});

describe('[reload] watch = yes', () => {
  const sections = '[reload]\nwatch = yes\n';

  it('reads the configuration again when a file has changed, and not otherwise', async () => {
    await start({ sections });
    await gateway.wrote('listening for AMI clients');

    gateway.rewrite({ upstreamPort: asterisk.port, sections, users: '[bob]\nsecret = new\n' });

    await gateway.wrote('"msg":"configuration reloaded"');
    expect(await (await connectAmi({ port: gateway.amiPort })).login('bob', 'new')).toContain('accepted');
    expect(logOf(gateway).filter(({ msg }) => msg === 'configuration reloaded')).toHaveLength(1);
  });

  it('notices a file that an #include finds from now on, and links that are swapped', async () => {
    const users = '#tryinclude "more.d/*.conf"\n[admin]\nsecret = s\n';
    await start({ sections, users });
    await gateway.wrote('listening for AMI clients');
    // As Kubernetes mounts a ConfigMap: a link to a folder, which is replaced by another link.
    for (const name of ['bob', 'cid']) {
      mkdirSync(path.join(gateway.dir, name));
      writeFileSync(path.join(gateway.dir, name, 'user.conf'), `[${name}]\nsecret = new\n`);
    }

    symlinkSync('bob', path.join(gateway.dir, 'more.d'));
    await gateway.wrote('"users":2,');
    expect(await (await connectAmi({ port: gateway.amiPort })).login('bob', 'new')).toContain('accepted');
    symlinkSync('cid', path.join(gateway.dir, 'next'));
    renameSync(path.join(gateway.dir, 'next'), path.join(gateway.dir, 'more.d'));

    await gateway.wrote('"reason":"user-removed"');
    expect(await (await connectAmi({ port: gateway.amiPort })).login('cid', 'new')).toContain('accepted');
  });

  it('tells once what is wrong with a file, and takes it when it is mended', async () => {
    await start({ sections });
    await gateway.wrote('listening for AMI clients');

    gateway.rewrite({ upstreamPort: asterisk.port, sections, users: '[bob]\nread = nonsense\n' });
    await gateway.wrote('configuration not reloaded');
    gateway.rewrite({ upstreamPort: asterisk.port, sections, users: '[bob]\nsecret = new\n' });

    await gateway.wrote('"msg":"configuration reloaded"');
    expect(logOf(gateway).filter(({ msg }) => String(msg).startsWith('configuration not reloaded'))).toHaveLength(1);
  });

  it('may be turned on by a reload', async () => {
    await start();
    await gateway.wrote('listening for AMI clients');
    gateway.rewrite({ upstreamPort: asterisk.port, sections });
    gateway.signal('SIGHUP');
    await gateway.wrote('"msg":"configuration reloaded"');

    gateway.rewrite({ upstreamPort: asterisk.port, sections, users: '[bob]\nsecret = new\n[cid]\nsecret = new\n' });

    await gateway.wrote('"users":2,');
  });
});

describe('a stopped gateway', () => {
  it('ends by itself: no timer, socket or listener is left', async () => {
    gateway = await ServeProcess.startBare({ upstreamPort: asterisk.port, sections: '[drain]\ntimeout = 0\n' });
    await gateway.wrote('listening for AMI clients');
    const client = await connectAmi({ port: gateway.amiPort });
    await client.login('admin', 's', { Events: 'off' });
    client.send('Action: CoreStatus\r\n\r\nAction: WaitEvent\r\n\r\n');
    const waiting = await connectAmi({ port: gateway.amiPort });
    waiting.send('Action: Login\r\nUsername: admin\r\nSecret: wrong\r\n\r\n');
    await gateway.wrote('login failed');

    gateway.signal('SIGTERM');

    expect(await gateway.ended()).toBe(0);
  });

  it('ends by itself while the upstream says nothing to its login', async () => {
    asterisk.impostor = () => undefined;
    gateway = await ServeProcess.startBare({ upstreamPort: asterisk.port, upstream: 'login_timeout = 60\n' });
    await expect.poll(() => asterisk.connects, { timeout: 10_000 }).toBeGreaterThan(0);

    gateway.signal('SIGTERM');

    expect(await gateway.ended()).toBe(0);
  });
});

type LogLine = Readonly<Record<string, unknown>>;

function logOf(process: ServeProcess): readonly LogLine[] {
  return process.output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}
