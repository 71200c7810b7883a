/** The compiled command as a process: arguments, exit codes, what goes to which stream. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

// A process needs seconds to start on a machine that has more to do.
vi.setConfig({ testTimeout: 60_000 });

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

let root: string;
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'ami-gateway-commands-'));
  mkdirSync(path.join(root, 'asterisk'));
  writeFileSync(
    path.join(root, 'asterisk/manager.conf'),
    '[general]\nenabled = yes\nbindaddr = 0.0.0.0\n[crm]\nsecret = 9cf2-secret-of-crm\nread = call\nwrite = call\n',
  );
});
afterAll(() => rmSync(root, { recursive: true }));

function run(args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: root,
    input,
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
    timeout: 50_000,
  });
  return { status, stdout, stderr };
}

describe('the command line', () => {
  it('takes an Asterisk over, checks what came of it, and explains it', () => {
    const imported = run(['import', 'asterisk', '--out', 'gateway']);
    expect(imported).toMatchObject({ status: 0, stderr: '' });
    expect(imported.stdout).toContain('taken over: 1 account: crm\n');

    const checked = run(['check', '--config', 'gateway']);
    expect(checked).toMatchObject({ status: 0, stderr: '' });
    expect(checked.stdout).toContain('gateway/manager.conf:6: warning: AMI without TLS listens on all addresses');
    expect(run(['check', '--config', 'gateway', '--strict']).status).toBe(1);
    const accepted = ['--accept', 'plain-listener,open-account'];
    expect(run(['check', '--config', 'gateway', '--strict', ...accepted]).status).toBe(0);

    const allowed = run(
      ['explain', '--config', 'gateway', '--user', 'crm', '--action', '-'],
      'Action: Hangup\nChannel: x\n',
    );
    expect(allowed).toMatchObject({ status: 0, stderr: '' });
    expect(allowed.stdout).toContain('Action Hangup of crm: allowed\n  gateway/manager.conf:');
    const refused = run(['explain', '--config', 'gateway', '--user', 'crm', '--action', 'Originate', '--json']);
    expect(refused.status).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({ allowed: false });
  });

  it.each([['serve'], ['check'], ['explain'], ['import'], ['hash']])('tells what %s takes', (command) => {
    const { status, stdout } = run([command, '--help']);

    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^usage: ami-gateway ${command}`));
    expect(stdout).toMatch(/^exit codes: /m);
  });

  it('tells of all commands', () => {
    const { status, stdout } = run(['--help']);

    expect(status).toBe(0);
    for (const command of ['serve', 'check', 'explain', 'import', 'hash']) {
      expect(stdout).toContain(`  ami-gateway ${command} `);
    }
  });

  it.each([
    ['no command', [], 'name a command'],
    ['a command that does not exist', ['chek'], "there is no command 'chek'"],
    ['an option of another command', ['check', '--user', 'crm'], 'check has no option --user'],
    ['an option that does not exist', ['check', '--hurry'], "Unknown option '--hurry'"],
    ['an argument too many', ['serve', 'now'], "serve takes no argument 'now'"],
    ['a secret as an argument', ['hash', 'hunter2'], 'hash takes no argument: give the secret on standard input'],
    ['no folder to import', ['import'], 'import takes one folder'],
    ['a danger that does not exist', ['check', '--accept', 'comand'], 'did you mean command?'],
    ['no user', ['explain'], 'say who: --user USER'],
  ])('exits 2 for %s', (_what, args, complaint) => {
    const { status, stdout, stderr } = run(args);

    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(complaint);
  });
});
