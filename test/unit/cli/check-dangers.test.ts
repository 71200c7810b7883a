import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CheckCommand, check } from '../../../src/cli/check.js';
import { isWellKnown } from '../../../src/config/well-known-secrets.js';

const SAFE = {
  general: 'bindaddr = 127.0.0.1\n',
  users:
    '[crm]\nsecret = 9cf2-secret-of-crm\ndeny = 0.0.0.0/0\ndeny = ::/0\npermit = 192.0.2.1\nwrite = call,reporting\n',
  gateway: 'secret = 8821-secret-of-gateway\n',
  http: '',
};

const CLOSED = 'deny = 0.0.0.0/0\ndeny = ::/0\npermit = 192.0.2.1\n';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'ami-gateway-check-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function run(files: Partial<typeof SAFE> = {}, command: Partial<CheckCommand> = {}) {
  const { general, users, gateway, http } = { ...SAFE, ...files };
  writeFileSync(path.join(dir, 'manager.conf'), `[general]\nenabled = yes\n${general}\n${users}`);
  writeFileSync(path.join(dir, 'gateway.conf'), `[upstream]\nusername = gw\n${gateway}`);
  if (http !== '') writeFileSync(path.join(dir, 'http.conf'), http);
  const lines: string[] = [];
  const complaints: string[] = [];
  const code = check(
    { dir, environment: {}, isStrict: false, accepted: [], ...command },
    { tell: (line) => lines.push(line.replaceAll(`${dir}/`, '')), complain: (line) => complaints.push(line) },
  );
  return { code, lines, complaints, names: lines.flatMap((line) => /\[([a-z-]+)\]$/.exec(line)?.[1] ?? []) };
}

describe('check', () => {
  it('finds no danger in an account that may little, from one address', () => {
    expect(run()).toMatchObject({
      code: 0,
      lines: ['configuration is valid: 1 user, listening on 127.0.0.1:5038'],
    });
  });

  it.each([
    ['every class', 'write = all', ['all-actions']],
    ['originate', 'write = originate', ['originate']],
    ['command and system', 'write = command,system', ['command', 'system']],
    ['config', 'write = config', ['config']],
    ['agi', 'write = agi', ['agi']],
    [
      'originate with a filter of its own',
      'write = originate\nactionfilter(action(exclude),name(Originate),header(Application)) =',
      [],
    ],
    [
      'command with a filter for originate',
      'write = command\nactionfilter(action(exclude),name(Originate)) =',
      ['command'],
    ],
    ['every class, but with includes', 'write = all\nactionfilter(name(Hangup)) =', []],
  ])('tells of an account with %s', (_what, lines, expected) => {
    const { names } = run({ users: `[crm]\nsecret = 9cf2-secret-of-crm\n${CLOSED}${lines}\n` });

    expect(names).toEqual(expected);
  });

  it('tells of an account that may change something from everywhere, where somebody can come from there', () => {
    const users = '[crm]\nsecret = 9cf2-secret-of-crm\nwrite = call\n';

    expect(run({ users, general: 'bindaddr = 192.168.1.1\n' }).names).toEqual(['open-account']);
    expect(run({ users, general: 'bindaddr = 127.0.0.1\n' }).names).toEqual([]);
    expect(run({ users: users.replace('call', 'reporting'), general: 'bindaddr = 192.168.1.1\n' }).names).toEqual([]);
  });

  it('takes a proxy for a way in from everywhere', () => {
    const users = '[crm]\nsecret = 9cf2-secret-of-crm\nwrite = call\n';
    const gateway = `${SAFE.gateway}[listener]\nproxy_protocol_from = 127.0.0.1\n`;

    expect(run({ users, gateway }).names).toEqual(['open-account']);
  });

  it('tells of a short secret and of a shared one, and shows neither', () => {
    const users = `[a]\nsecret = kurz-9\n${CLOSED}[b]\nsecret = kurz-9\n${CLOSED}`;

    const { names, lines } = run({ users });

    expect(names).toEqual(['short-secret', 'short-secret', 'shared-secret']);
    expect(lines.join()).not.toContain('kurz-9');
  });

  it('tells once of a secret that attackers know', () => {
    const { names, lines } = run({ users: `[admin]\nsecret = Elastix456\n${CLOSED}` });

    expect(names).toEqual([]);
    expect(lines[0]).toContain(
      "manager.conf:6: warning: the secret of user 'admin' is one of those that attackers try",
    );
    expect(lines.join()).not.toMatch(/elastix456/i);
  });

  it.each([
    ['all addresses', 'bindaddr = 0.0.0.0', ['plain-listener']],
    ['all addresses of both families', '', ['plain-listener']],
    ['a public address', 'bindaddr = 203.0.113.5', ['plain-listener']],
    ['a private address', 'bindaddr = 10.1.2.3', []],
    ['a private IPv6 address', 'bindaddr = fd00::1', []],
  ])('judges a listener without TLS on %s', (_what, general, expected) => {
    expect(run({ general: `${general}\n` }).names).toEqual(expected);
  });

  it('tells where the listener is opened', () => {
    const { lines } = run({ general: 'port = 5038\nbindaddr = 0.0.0.0\n' });

    expect(lines[0]).toContain('manager.conf:4: warning: AMI without TLS listens on all addresses (0.0.0.0)');
  });

  it('tells of HTTP without TLS on all addresses', () => {
    const general = 'bindaddr = 127.0.0.1\nwebenabled = yes\n';

    const { names, lines } = run({ general, http: '[general]\nenabled = yes\nbindaddr = 0.0.0.0\n' });

    expect(names).toEqual(['plain-http']);
    expect(lines[0]).toContain('http.conf:3: warning: ');
  });

  it.each([
    ['another machine', 'host = pbx.example.com\n', ['plain-upstream']],
    ['another machine with TLS', 'host = pbx.example.com\ntls = yes\n', []],
    ['this machine', 'host = ::1\n', []],
    ['this machine by name', 'host = localhost\n', []],
  ])('judges an Asterisk on %s', (_what, lines, expected) => {
    expect(run({ gateway: SAFE.gateway + lines }).names).toEqual(expected);
  });

  it('tells of a weak secret at Asterisk, of open metrics and of no bans, at their lines', () => {
    const gateway = 'secret = amp111\n[metrics]\nbindaddr = ::\n[bans]\nenabled = no\n';

    const { lines, names } = run({ general: 'bindaddr = 10.0.0.1\n', gateway });

    expect(names).toEqual(['short-secret', 'open-metrics', 'no-bans']);
    expect(lines.map((line) => line.split(': ')[0])).toEqual([
      'gateway.conf:3',
      'gateway.conf:5',
      'gateway.conf:7',
      'configuration is valid',
    ]);
    expect(lines.join()).not.toContain('amp111');
  });

  it('names the variable of the environment that opens something', () => {
    const { lines } = run({}, { environment: { AMI_GATEWAY_METRICS_BINDADDR: '0.0.0.0' } });

    expect(lines[0]).toContain('AMI_GATEWAY_METRICS_BINDADDR:0: warning: metrics listen on all addresses');
  });

  it.skipIf(process.platform === 'win32')(
    'tells of files with secrets that all users can read, and of those that they can write',
    () => {
      chmodSync(dir, 0o755);
      writeFileSync(path.join(dir, 'secret-of-crm'), '9cf2-secret-of-crm\n', { mode: 0o644 });
      const users = `[crm]\nsecret_file = secret-of-crm\n${CLOSED}write = call\n`;
      run({ users });
      chmodSync(path.join(dir, 'manager.conf'), 0o666);
      chmodSync(path.join(dir, 'gateway.conf'), 0o640);

      const { lines } = run({ users });

      expect(lines.slice(0, -1)).toEqual([
        expect.stringMatching(
          /^manager\.conf:0: warning: every user of this machine can change it.*\[writable-file\]$/,
        ),
        expect.stringMatching(/^secret-of-crm:0: warning: every user of this machine can read.*\[readable-file\]$/),
      ]);
    },
  );

  it.skipIf(process.platform === 'win32')('does not mind open files in a folder that only its owner can enter', () => {
    chmodSync(dir, 0o700);
    run();
    chmodSync(path.join(dir, 'manager.conf'), 0o666);

    expect(run().names).toEqual([]);
  });

  it('exits 1 for a warning with --strict, unless it is accepted', () => {
    const general = 'bindaddr = 0.0.0.0\n';

    expect(run({ general }).code).toBe(0);
    expect(run({ general }, { isStrict: true }).code).toBe(1);
    expect(run({ general }, { isStrict: true, accepted: ['plain-listener'] })).toMatchObject({ code: 0, names: [] });
  });

  it('takes the name of a danger that does not exist for wrong usage', () => {
    const { code, lines, complaints } = run({}, { accepted: ['plain-listner'] });

    expect(code).toBe(2);
    expect(lines).toEqual([]);
    expect(complaints).toEqual(['--accept plain-listner: there is no such danger, did you mean plain-listener?']);
  });

  it('tells of dangers only when nothing worse is wrong', () => {
    const { code, names } = run({ general: 'bindaddr = 0.0.0.0\nport = 1\n' });

    expect(code).toBe(1);
    expect(names).toEqual([]);
  });
});

describe('secrets that attackers know', () => {
  it.each(['amp111', 'AMP111', '1234', 'mysecret', 'crm', 'CRM'])('hold %s', (secret) => {
    expect(isWellKnown(secret, 'crm')).toBe(true);
  });

  it.each(['', 'amp1112', '9cf2-secret-of-crm'])('do not hold %j', (secret) => {
    expect(isWellKnown(secret, 'crm')).toBe(false);
  });
});
