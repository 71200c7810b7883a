/** Security events that the gateway raises, and the security log that it writes. */
import { execFileSync } from 'node:child_process';
import {
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AmiClient, connectAmi } from '../asterisk/ami-client.mjs';
import { startGateway } from '../asterisk/side-by-side.js';
import { metric, type RunningGateway, runGateway } from './running-gateway.js';

const USERS = `
[watcher]
secret = s
read = security

[deaf]
secret = s
read = system,call,user

[quiet]
secret = s
write = call
`;

let dir: string;
let file: string;
let running: RunningGateway;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'ami-gateway-security-'));
  file = path.join(dir, 'security.log');
});
afterEach(async () => {
  await running?.stop();
  rmSync(dir, { recursive: true });
});

const start = async (securityFile = file) => {
  running = await runGateway({ users: USERS, gatewayConf: `[log]\nsecurity_file = ${securityFile}\n` });
};
const readLog = () => readFileSync(file, 'latin1');
const login = (user: string, secret = 's') => `Action: Login\r\nUsername: ${user}\r\nSecret: ${secret}\r\n\r\n`;
const SECURITY_EVENT = /Event: .*\r\nPrivilege: security,all\r\n(?:.+\r\n)*\r\n/;

/** Fails to log in, from an address of its own, and waits for the end of it. */
async function failToLogIn(user: string, localAddress = '127.0.0.1'): Promise<AmiClient> {
  const client = await connectAmi({ port: running.app.port, localAddress });
  client.send(login(user, 'wrong'));
  await client.readToEnd();
  return client;
}

describe('a security event', () => {
  beforeEach(() => start());

  it('names the addresses of the client, and goes to those who read security only', async () => {
    const watcher = await running.logIn('watcher');
    const deaf = await running.logIn('deaf');
    await watcher.readUntil(/AccountID: deaf\r\n(?:.+\r\n)+\r\n/);

    const client = await failToLogIn('quiet', '127.0.0.3');

    const event = await watcher.readUntil(SECURITY_EVENT);
    expect(event).toContain('Event: InvalidPassword\r\n');
    expect(event).toContain(`\r\nRemoteAddress: IPV4/TCP/127.0.0.3/${client.localPort}\r\n`);
    expect(event).toContain(`\r\nLocalAddress: IPV4/TCP/127.0.0.1/${running.app.port}\r\n`);
    expect(await deaf.barrier()).toBe('');
  });

  it('of a login comes behind its answer, also when more is pipelined', async () => {
    const client = await running.connect();
    client.send(`${login('watcher')}Action: Ping\r\nActionID: next\r\n\r\n`);

    const all = await client.readUntil(/ActionID: next\r\n(?:.+\r\n)+\r\n/);
    expect(all.replace(/: .*/g, '').split('\r\n').filter(Boolean).slice(0, 4)).toEqual([
      'Response',
      'Message',
      'Event',
      'Privilege',
    ]);
    expect(all).toContain('Event: SuccessfulAuth\r\n');
  });

  it('of a login is raised and logged even if the client is gone before its answer', async () => {
    const watcher = await running.logIn('watcher');
    running.asterisk.silence = (action) => action.name === 'Ping';
    const hasty = await running.connect();
    hasty.send(login('quiet'));
    await expect.poll(readLog).toMatch(/SuccessfulAuth.*"quiet"/);
    hasty.reset();
    await expect.poll(() => running.logLines.some((line) => line.msg === 'session closed')).toBe(true);

    running.asterisk.breakConnections('all');

    const event = await watcher.readUntil(/AccountID: quiet\r\n(?:.+\r\n)+\r\n/);
    expect(event).toContain('Event: SuccessfulAuth\r\n');
    expect(event).not.toContain('SessionTV: 1970');
  });

  it('is not raised for a name with a CR, which is logged all the same', async () => {
    const watcher = await running.logIn('watcher');
    await failToLogIn('x\rEvent: Hangup');
    await failToLogIn('next');

    expect(await watcher.readUntil(SECURITY_EVENT)).toContain('AccountID: next\r\n');
    expect(readLog()).toContain('SecurityEvent="InvalidAccountID"');
    expect(readLog()).toContain("nonexistent user 'x\\x0dEvent\\x3a Hangup'\n");
  });

  it('is counted by its name', async () => {
    await failToLogIn('ghost');

    expect(await metric(running.telemetry, 'security_events_total', { event: 'InvalidAccountID' })).toBe(1);
  });

  it('of Asterisk about the gateway itself is not passed on, one about others is', async () => {
    const watcher = await running.logIn('watcher');
    const event = (account: string) =>
      `Event: SuccessfulAuth\r\nPrivilege: security,all\r\nService: AMI\r\nAccountID: ${account}\r\n` +
      `RemoteAddress: IPV4/TCP/192.0.2.1/1\r\n\r\n`;

    running.asterisk.emit(event('gateway-account') + event('another'));

    expect(await watcher.readUntil(SECURITY_EVENT)).toBe(event('another'));
  });
});

describe('the security log', () => {
  it('has a line for each fact, in the order in which they came', async () => {
    await start();
    const client = await running.connect();
    client.send(`Action: Nonsense\r\n\r\n${login('quiet')}Action: Command\r\n\r\nAction: Logoff\r\n\r\n`);
    await client.readToEnd();
    await failToLogIn('ghost');

    const facts = readLog().replace(
      /^\[.{19}\] (?:SECURITY|NOTICE)\[\d+\] \S+ (?:SecurityEvent="(\w+)".*|(.*))$/gm,
      '$1$2',
    );
    expect(facts.trim().split('\n')).toEqual([
      'RequestNotAllowed',
      'SuccessfulAuth',
      'RequestNotAllowed',
      'InvalidAccountID',
      "127.0.0.1 tried to authenticate with nonexistent user 'ghost'",
      "127.0.0.1 failed to authenticate as 'ghost'",
    ]);
  });

  it('holds neither secrets nor challenges nor keys', async () => {
    await start();
    const client = await running.connect();
    client.send('Action: Challenge\r\nAuthType: MD5\r\n\r\n');
    const challenge = /Challenge: (\d+)/.exec(await client.readBlock())?.[1] ?? '';
    client.send('Action: Login\r\nAuthType: MD5\r\nUsername: quiet\r\nKey: ab12cd\r\nSecret: swordfish\r\n\r\n');
    await client.readToEnd();

    expect(readLog()).toContain('SecurityEvent="ChallengeResponseFailed"');
    expect(readLog() + JSON.stringify(running.logLines)).not.toMatch(new RegExp(`ab12cd|swordfish|${challenge}`));
  });

  it('is appended to, and readable for its owner and group only', async () => {
    writeFileSync(file, 'from before\n', { mode: 0o640 });
    await start();
    await failToLogIn('ghost');

    expect(readLog()).toMatch(/^from before\n\[/);
    expect(execFileSync('stat', ['-c', '%a', file], { encoding: 'utf8' })).toBe('640\n');
  });

  it('goes on in a new file when it was moved and reopened', async () => {
    await start();
    await failToLogIn('first');
    renameSync(file, `${file}.1`);
    running.app.reopenLogs();
    await expect.poll(() => running.logLines.some((line) => line.msg === 'security log reopened')).toBe(true);
    await failToLogIn('second');

    expect(readLog()).toContain("'second'");
    expect(readLog()).not.toContain("'first'");
    expect(readFileSync(`${file}.1`, 'latin1')).not.toContain("'second'");
  });

  it('stays in the old file when the new one cannot be opened', async () => {
    await start();
    renameSync(dir, `${dir}-moved`);
    try {
      running.app.reopenLogs();
      await expect.poll(() => running.logLines.some((line) => line.msg === 'security log was not reopened')).toBe(true);
      await failToLogIn('ghost');

      expect(readFileSync(path.join(`${dir}-moved`, 'security.log'), 'latin1')).toContain("'ghost'");
    } finally {
      renameSync(`${dir}-moved`, dir);
    }
  });

  it.each([
    ['a folder that does not exist', () => path.join(dir, 'missing', 'security.log'), 'ENOENT'],
    ['a folder in its place', () => dir, 'EISDIR'],
    ['a FIFO that nobody reads', makeFifo, 'ENXIO'],
  ])('that cannot be opened is an error at start: %s', async (_, place, code) => {
    const started = startGateway(1, { users: USERS, gatewayConf: `[log]\nsecurity_file = ${place()}\n` });

    await expect(started).rejects.toThrow(`cannot open the security log ${place()}: ${code}; create its folder`);
  });

  it('loses lines when the disk is full, says so once, and nothing else suffers', async () => {
    symlinkSync('/dev/full', file);
    await start();
    await Promise.all(['one', 'two', 'three'].map((user) => failToLogIn(user)));

    expect(await metric(running.telemetry, 'security_log_lost_lines_total')).toBe(9);
    const told = running.logLines.filter((line) => line.msg === 'security log is losing lines');
    expect(told).toMatchObject([{ file, detail: 'ENOSPC' }]);
    expect(await (await running.logIn('quiet')).barrier()).toBe('');
  });

  it('is written again, with a whole line first, when there is room again', async () => {
    symlinkSync('/dev/full', file);
    await start();
    await failToLogIn('lost');
    rmSync(file);
    running.app.reopenLogs();
    await failToLogIn('kept');

    expect(readLog()).toMatch(/^\n\[.*SecurityEvent="InvalidAccountID".*AccountID="kept"/);
    expect(running.logLines.find((line) => line.msg === 'security log is written again')).toMatchObject({ lost: 3 });
  });

  it('loses lines, and keeps no more than a bound, when its reader does not read', async () => {
    const fifo = makeFifo();
    const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
    await start(fifo);
    const client = await running.logIn('quiet');
    client.send('Action: Nonsense\r\n\r\n'.repeat(500));
    await client.barrier();

    await expect.poll(() => metric(running.telemetry, 'security_log_lost_lines_total')).toBeGreaterThan(0);
    expect(reader).toBeGreaterThan(0);
  });
});

function makeFifo(): string {
  const fifo = path.join(dir, 'fifo');
  rmSync(fifo, { force: true });
  execFileSync('mkfifo', [fifo]);
  return fifo;
}
