import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { check } from '../../../src/cli/check.js';
import { loadConfig } from '../../../src/config/load.js';
import { UPSTREAM_ACCOUNT } from './in-memory.js';

const examples = path.join(import.meta.dirname, '../../../config');
const accounts = '[general]\nenabled = yes\nbindaddr = 127.0.0.1\n#tryinclude accounts/*.conf\n';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'ami-gateway-config-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), text, 'latin1');
  }
}

function runCheck(environment: Readonly<Record<string, string | undefined>> = UPSTREAM_ACCOUNT) {
  const lines: string[] = [];
  const tell = (line: string) => lines.push(line.replaceAll(directory, 'DIR'));
  const code = check({ dir: directory, environment, isStrict: false, accepted: [] }, { tell, complain: tell });
  return { code, lines };
}

describe('a configuration on disk', () => {
  it('includes the files of a pattern in byte order, and leaves out hidden ones and folders', () => {
    write({
      'manager.conf': accounts,
      'accounts/b.conf': '[bob]\nsecret = s3cret-of-bob',
      'accounts/B.conf': '[carol]\nsecret = s3cret-of-carol',
      'accounts/a/x.conf': '[mallory]\nsecret = s3cret-of-mallory',
      'accounts/folder.conf/x': '',
      'accounts/.h.conf': '[eve]\nsecret = s3cret-of-eve',
    });

    const { config, problems } = loadConfig(directory, UPSTREAM_ACCOUNT);

    expect(problems).toEqual([]);
    expect([...(config?.policies.users.keys() ?? [])]).toEqual(['carol', 'bob']);
  });

  it('includes by wildcards in folders, by braces and by absolute names', () => {
    write({
      'manager.conf': `[general]\nenabled = yes\n#include */{b,a}.inc\n#include ${directory}/c.inc\n`,
      'one/a.inc': '[a1]\nsecret = s3cret1',
      'two/a.inc': '[a2]\nsecret = s3cret2',
      'two/b.inc': '[b2]\nsecret = s3cret3',
      'c.inc': '[c]\nsecret = s3cret4',
    });

    const { config, problems } = loadConfig(directory, UPSTREAM_ACCOUNT);

    expect(problems).toEqual([]);
    expect([...(config?.policies.users.keys() ?? [])]).toEqual(['b2', 'a1', 'a2', 'c']);
  });

  it('keeps every byte of a secret, whatever its charset', () => {
    write({ 'manager.conf': `${accounts}[alice]\nsecret = \xfc\xc3\xa9` });

    const { config } = loadConfig(directory, UPSTREAM_ACCOUNT);

    expect(config?.policies.users.get('alice')?.credentials).toEqual({ kind: 'secret', secret: '\xfc\xc3\xa9' });
  });

  it('keeps the bytes of a secret in the environment as a terminal wrote them', () => {
    write({ 'manager.conf': accounts });

    const { config } = loadConfig(directory, { ...UPSTREAM_ACCOUNT, AMI_GATEWAY_UPSTREAM_SECRET: 'ü' });

    expect(config?.gateway.upstream.secret).toBe('\xc3\xbc');
  });

  it('shows names in problems as they were written', () => {
    write({ 'manager.conf': Buffer.from(`${accounts}[jürgen]\nread = call`, 'utf8').toString('latin1') });

    expect(runCheck().lines[1]).toContain("user 'jürgen' has no secret");
  });

  it('reads secret_file beside gateway.conf', () => {
    write({
      'manager.conf': accounts,
      'gateway.conf': '[upstream]\nusername = gw\nsecret_file = keys/upstream\n',
      'keys/upstream': 'from-file\n',
    });

    expect(loadConfig(directory, {}).config?.gateway.upstream).toMatchObject({ username: 'gw', secret: 'from-file' });
  });

  it('says why a file cannot be read', () => {
    write({ 'manager.conf': accounts, 'gateway.conf': '[upstream]\nsecret_file = .\n' });

    const { problems } = loadConfig(directory, { AMI_GATEWAY_UPSTREAM_USERNAME: 'gw' });

    expect(problems).toMatchObject([{ message: 'nobody can log in: there is no usable account' }, { line: 2 }]);
    expect(problems[1]?.message).toBe('secret_file . cannot be read: EISDIR');
  });

  it.skipIf(process.getuid?.() === 0)('refuses a file that it must not read', () => {
    write({ 'manager.conf': accounts });
    chmodSync(path.join(directory, 'manager.conf'), 0);

    expect(runCheck().lines[0]).toBe('DIR/manager.conf:0: cannot be read: EACCES');
  });
});

describe('check', () => {
  it('prints the problems of all files by file and line, and exits 1 for an error', () => {
    write({
      'manager.conf': `${accounts}[bob]\nhello = x\nread = call`,
      'acl.conf': '[a]\npermit = x\n',
      'gateway.conf': '[metrics]\nport = 0\n',
    });

    expect(runCheck()).toEqual({
      code: 1,
      lines: [
        "DIR/acl.conf:2: invalid address 'x' in permit = x: the ACL [a] is refused (addresses must be numeric)",
        "DIR/gateway.conf:2: port = '0' must be a number from 1 to 65535",
        'DIR/manager.conf:0: warning: nobody can log in: there is no usable account',
        "DIR/manager.conf:5: user 'bob' has no secret and is refused (add secret = and a text that nobody can guess)",
        "DIR/manager.conf:6: warning: unknown option 'hello', Asterisk ignores it",
        '3 errors, 2 warnings',
      ],
    });
  });

  it('exits 0 when there are warnings only', () => {
    write({ 'manager.conf': `${accounts}[bob]\nsecret = s3cret-of-bob\nhello = x` });

    expect(runCheck()).toEqual({
      code: 0,
      lines: [
        "DIR/manager.conf:7: warning: unknown option 'hello', Asterisk ignores it",
        'configuration is valid: 1 user, listening on 127.0.0.1:5038, 1 warning',
      ],
    });
  });

  it('says what to do where there is nothing', () => {
    expect(runCheck({})).toEqual({
      code: 1,
      lines: [
        'DIR/gateway.conf:0: username is missing in [upstream] (or set AMI_GATEWAY_UPSTREAM_USERNAME in the environment)',
        'DIR/gateway.conf:0: secret is missing in [upstream] (or set AMI_GATEWAY_UPSTREAM_SECRET in the environment)',
        'DIR/manager.conf:0: there is no such file (it holds the accounts; give its directory with --config)',
        '3 errors, 0 warnings',
      ],
    });
  });
});

describe('the examples', () => {
  it('are valid once the account at Asterisk is given', () => {
    cpSync(examples, directory, { recursive: true });

    expect(runCheck({ AMI_GATEWAY_UPSTREAM_SECRET: 's3cret-of-gateway' })).toEqual({
      code: 0,
      lines: [
        'DIR/manager.conf:0: warning: nobody can log in: there is no usable account',
        'configuration is valid: 0 users, listening on 127.0.0.1:5038, 1 warning',
      ],
    });
  });

  it('hold no secret that works', () => {
    cpSync(examples, directory, { recursive: true });

    expect(loadConfig(directory, {}).config).toBeNull();
    expect(readFileSync(path.join(examples, 'manager.conf'), 'latin1')).not.toMatch(/^secret/m);
  });

  it('are valid with all that stands in comments', () => {
    for (const name of ['manager.conf', 'acl.conf', 'gateway.conf']) {
      const text = readFileSync(path.join(examples, name), 'latin1');
      const withoutSecretFile = text
        .replace(/^;secret_file.*$/m, '')
        .replace(/^;secret =$/m, ';secret = s3cret-of-gateway');
      write({ [name]: withoutSecretFile.replace(/^;(?=[^ -])/gm, '') });
    }

    const { code, lines } = runCheck({});

    expect(code).toBe(0);
    expect(lines).toEqual([
      expect.stringContaining("the secret of user 'wallboard' is one of those that attackers try first"),
      expect.stringContaining("the secret of user 'click-to-dial' is one of those that attackers try first"),
      expect.stringContaining("the secret of user 'billing' is one of those that attackers try first"),
      'configuration is valid: 3 users, listening on 127.0.0.1:5038, 3 warnings',
    ]);
  });
});
