import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importAsterisk } from '../../../src/cli/import.js';
import { planImport } from '../../../src/cli/import-plan.js';
import { loadConfig } from '../../../src/config/load.js';
import { fail } from '../../../src/lib/result.js';
import type { Policy } from '../../../src/policy/policy.js';
import { resolveIn } from '../config/conf-cases.js';
import { compileInMemory } from '../config/in-memory.js';

let root: string;
let from: string;
let out: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'ami-gateway-import-'));
  from = path.join(root, 'asterisk');
  out = path.join(root, 'gateway');
  mkdirSync(path.join(from, 'manager.d'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const MANAGER = `;-- AMI of an old machine --;
[general]
enabled = yes
port = 5038
bindaddr = 0.0.0.0
displayconnects = no ;only effects 1.6+
timestampevents = yes
authtimeout = 20
block-sockets = no
#include manager.d/*.conf
#include /etc/asterisk/manager_additional.conf

[local](!)
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.0
secret = old-secret-of-a-template

[crm](local)
secret = semi\\;colon-and-more
read = call,agent
write = originate,call
eventfilter = !Event: RTCP
eventfilter(name(Hangup),header(Cause),method(exact)) = 16
setvar = FROM=crm
writetimeout = 500

[wall](local)
secret = 9cf2-secret-of-wall
acl = office
read = agent
`;

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(from, name), text, 'latin1');
}

function writeUsual(files: Readonly<Record<string, string>> = {}): void {
  write({
    'manager.conf': MANAGER,
    'manager.d/one.conf': '[one]\nsecret = 11-secret-of-one\nread = cdr\n',
    'manager_additional.conf': '[two]\nsecret = 22-secret-of-two\npermit = 10.0.0.1\ndeny = 0.0.0.0/0\n',
    'acl.conf': '[office]\ndeny = 0.0.0.0/0\npermit = 192.0.2.0/24\n[all](!)\npermit = 0.0.0.0/0\n',
    ...files,
  });
}

function run(force = false) {
  const lines: string[] = [];
  const complaints: string[] = [];
  const code = importAsterisk(
    { from, out, force },
    { tell: (line) => lines.push(line), complain: (line) => complaints.push(line) },
  );
  // Steps are wrapped, and indented by three where they go on.
  const clean = (texts: readonly string[]) =>
    texts
      .join('\n')
      .replaceAll(root, 'ROOT')
      .replace(/\n {3}(?=\S)/g, ' ');
  return { code, text: clean(lines), complaints: clean(complaints) };
}

function made(name: string): string {
  return readFileSync(path.join(out, name), 'latin1');
}

describe('import', () => {
  it('takes over accounts of templates, includes and folders, in their order', () => {
    writeUsual();

    const { code, text } = run();

    expect(code).toBe(0);
    expect(text).toContain('taken over: 4 accounts: one, two, crm, wall');
    expect(
      made('manager.conf')
        .replace(/^;.*\n/gm, '')
        .trim(),
    ).toBe(`[general]
enabled = yes
port = 5038
bindaddr = 0.0.0.0
displayconnects = no
timestampevents = yes
authtimeout = 20

[one]
secret = 11-secret-of-one
read = cdr

[two]
secret = 22-secret-of-two
permit = 10.0.0.1
deny = 0.0.0.0/0

[crm]
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.0
secret = semi\\;colon-and-more
read = call,agent
write = originate,call
eventfilter = !Event: RTCP
eventfilter(name(Hangup),header(Cause),method(exact)) = 16
setvar = FROM=crm
writetimeout = 500

[wall]
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.0
secret = 9cf2-secret-of-wall
acl = office
read = agent`);
  });

  it('writes a configuration that is valid and means what it meant', () => {
    writeUsual({ 'manager.conf': MANAGER.replace('/etc/asterisk/', '') });
    run();

    const written = loadConfig(out, {});

    expect(written.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const original = loadConfig(from, { AMI_GATEWAY_UPSTREAM_USERNAME: 'x', AMI_GATEWAY_UPSTREAM_SECRET: 'x' });
    expect(meaningsOf(written.config?.policies.users)).toEqual(meaningsOf(original.config?.policies.users));
    // A certificate that no file names is looked for beside them, wherever that is.
    const certificateFile = expect.stringMatching(/\/asterisk\.pem$/);
    const { general } = original.config ?? {};
    expect(written.config?.general).toEqual({ ...general, tls: { ...general?.tls, certificateFile } });
  });

  it('makes one secret for Asterisk, in files for their owner only, and prints it nowhere', () => {
    writeUsual();

    const { text, complaints } = run();

    const secret = made('asterisk-secret').trim();
    expect(secret).toMatch(/^[0-9a-f]{48}$/);
    expect(text + complaints + made('CHANGES-IN-ASTERISK.txt') + made('gateway.conf')).not.toContain(secret);
    expect(loadConfig(out, {}).config?.gateway.upstream).toMatchObject({ host: '127.0.0.1', port: 5037, secret });
    for (const name of ['manager.conf', 'gateway.conf', 'asterisk-secret', 'asterisk-manager.conf', 'acl.conf']) {
      expect(statSync(path.join(out, name)).mode & 0o777).toBe(0o600);
    }
  });

  it("writes Asterisk's new manager.conf: one account, from this machine only", () => {
    writeUsual();
    run();

    const { accounts, config } = compileInMemory({ 'manager.conf': made('asterisk-manager.conf') });

    expect([...accounts.keys()]).toEqual(['ami-gateway']);
    expect(config?.general).toMatchObject({ port: 5037, bindAddress: '127.0.0.1', timestampEvents: true });
    expect(made('asterisk-manager.conf')).toContain('deny = 0.0.0.0/0.0.0.0\ndeny = ::/0\npermit = 127.0.0.1\n');
  });

  it('lists what to change in Asterisk, and writes the same down', () => {
    writeUsual();

    const { text } = run();

    expect(text).toContain('1. Keep a copy of ROOT/asterisk/manager.conf, then put ROOT/gateway/asterisk-manager.conf');
    expect(text).toContain('2. It includes nothing, so these do not count any more:');
    expect(text).toContain("asterisk -rx 'core restart when convenient'");
    expect(made('CHANGES-IN-ASTERISK.txt').replaceAll(root, 'ROOT')).toContain(
      '1. Keep a copy of ROOT/asterisk/manager.conf',
    );
  });

  it('leaves accounts behind that it does not fully understand, and says where and why', () => {
    writeUsual({
      'manager.d/one.conf':
        '[one]\nsecret = 11-secret-of-one\nread = c,log\n[three]\nsecret 33\nsecret = 33-secret-of-3\n',
      'manager_additional.conf': '[base](!)\ndeny 0.0.0.0/0\n[two](base)\nsecret = 22-secret-of-two\n',
    });

    const { code, text } = run();

    expect(code).toBe(1);
    expect(text).toContain('taken over: 2 accounts: crm, wall');
    expect(text).toContain("not taken over: [one]\n  ROOT/asterisk/manager.d/one.conf:3: unknown class 'c'");
    expect(text).toContain(
      'not taken over: [three]\n  ROOT/asterisk/manager.d/one.conf:5: Asterisk ignores this line, it has no = sign: secret 33',
    );
    expect(text).toContain(
      'not taken over: [two]\n  ROOT/asterisk/manager_additional.conf:2: Asterisk ignores this line',
    );
    expect(made('manager.conf')).not.toContain('[two]');
    expect([...loadConfig(out, {}).accounts.keys()]).toEqual(['crm', 'wall']);
  });

  it('grants no class that Asterisk did not grant because of blanks', () => {
    writeUsual({ 'manager.d/one.conf': '[one]\nsecret = 11-secret-of-one\nread = call, system ,cdr\n' });

    const { code, text } = run();

    expect(code).toBe(0);
    expect(made('manager.conf')).toContain('[one]\nsecret = 11-secret-of-one\nread = call,cdr\n');
    expect(text).toContain('manager.d/one.conf:3: warning: Asterisk grants nothing for a class with blanks around it');
    expect(text).toContain('write call,system,cdr if all of it is meant');
    expect(text).not.toContain('this gateway does');
  });

  it('leaves those behind who name an ACL of an acl.conf that counts for nothing', () => {
    writeUsual({ 'acl.conf': '[office]\npermit = nowhere\n' });

    const { code, text } = run();

    expect(code).toBe(1);
    expect(text).toMatch(
      /not taken over: \[wall\]\n {2}ROOT\/asterisk\/manager\.conf:\d+: ACL 'office' cannot be used/,
    );
    expect(existsSync(path.join(out, 'acl.conf'))).toBe(false);
  });

  it('tells of accounts that phones have by users.conf', () => {
    writeUsual({ 'users.conf': '[general]\nhasmanager = no\n[6000]\nhasmanager = yes\n[6001]\nsecret = x\n' });

    const { code, text } = run();

    expect(code).toBe(1);
    expect(text).toContain('not taken over: [6000]\n  ROOT/asterisk/users.conf:3: an account by hasmanager = yes');
    expect(text).toContain('write hasmanager = no: 6000 would go on');
    expect(text).not.toContain('6001');
  });

  it('takes AMI over HTTP over, and leaves out what else Asterisk serves', () => {
    writeUsual({
      'manager.conf': MANAGER.replace('port = 5038', 'webenabled = yes\nport = 5038'),
      'http.conf': '[general]\nenabled = yes\nbindaddr = 127.0.0.1\nenablestatic = yes\nprefix = pbx\n',
    });

    const { code, text } = run();

    expect(code).toBe(0);
    expect(loadConfig(out, {}).config?.http).toMatchObject({ plain: { bindAddress: '127.0.0.1' }, prefix: '/pbx' });
    expect(made('http.conf')).not.toContain('enablestatic');
    expect(text).toContain('AMI over HTTP now comes from the gateway');
  });

  it('writes no http.conf where AMI is not in it', () => {
    writeUsual({ 'http.conf': '[general]\nenabled = yes\nbindaddr = 127.0.0.1\n' });
    run();

    expect(existsSync(path.join(out, 'http.conf'))).toBe(false);
  });

  it('leaves TLS off when it cannot read the certificate, and says so', () => {
    writeUsual({
      'manager.conf': MANAGER.replace('port = 5038', 'tlsenable = yes\ntlscertfile = keys/ami.pem\nport = 5038'),
    });

    const { code, text } = run();

    expect(code).toBe(0);
    expect(text).toContain('TLS is left off: cannot read ROOT/asterisk/keys/ami.pem (ENOENT)');
    expect(loadConfig(out, {}).config?.general.tls.enabled).toBe(false);
  });

  it('names a certificate that it can read by its whole path', () => {
    writeUsual({
      'ami.pem': 'not a certificate, but a file',
      'manager.conf': MANAGER.replace('port = 5038', 'tlsenable = yes\ntlscertfile = ami.pem\nport = 5038'),
    });
    run();

    expect(loadConfig(out, {}).config?.general.tls).toMatchObject({
      enabled: true,
      certificateFile: path.join(from, 'ami.pem'),
    });
  });

  it('replaces nothing that is there, unless it is told to', () => {
    writeUsual();
    run();
    const before = made('asterisk-secret');

    const again = run();
    expect(again.code).toBe(1);
    expect(again.complaints).toContain('nothing was written, because there are already ROOT/gateway/manager.conf');
    expect(made('asterisk-secret')).toBe(before);

    expect(run(true).code).toBe(0);
    expect(made('asterisk-secret')).not.toBe(before);
  });

  it("never writes into Asterisk's own folder", () => {
    writeUsual();
    out = from;

    const { code, complaints } = run(true);

    expect(code).toBe(1);
    expect(complaints).toContain('is the folder of Asterisk itself');
    expect(readFileSync(path.join(from, 'manager.conf'), 'latin1')).toBe(MANAGER);
  });

  it.each([
    ['no manager.conf', {}, 'manager.conf: there is no such file; name the folder of an Asterisk'],
    [
      'one that Asterisk refuses',
      { 'manager.conf': '[general]\n#include absent.conf\n' },
      'refuses such a manager.conf',
    ],
  ])('writes nothing for a folder with %s', (_what, files, complaint) => {
    write(files);

    const { code, complaints } = run();

    expect(code).toBe(1);
    expect(complaints).toContain(complaint);
    expect(existsSync(out)).toBe(false);
  });

  it('says so when it cannot write', () => {
    writeUsual();
    writeFileSync(path.join(root, 'file'), '');
    out = path.join(root, 'file', 'gateway');

    const { code, complaints } = run();

    expect(code).toBe(1);
    expect(complaints).toContain('cannot write to ROOT/file/gateway');
  });

  it('keeps the meaning of every account that it takes, whatever the file', () => {
    fc.assert(
      fc.property(managerFile, (text) => {
        const files = { 'manager.conf': text, 'acl.conf': '[office]\ndeny = 10.0.0.0/8\n' };
        const plan = planOf(files);
        if (!plan.ok) return;

        const written = compileInMemory(
          Object.fromEntries(plan.value.files.map((file) => [file.name, file.text])),
          {},
          () => ({ ok: true, value: 'secret-of-asterisk' }),
        );

        expect(written.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
        const original = compileInMemory(files);
        for (const user of plan.value.taken) {
          const key = user.toLowerCase();
          expect(meaning(written.accounts.get(key)?.policy)).toBe(meaning(original.accounts.get(key)?.policy));
        }
        expect([...written.accounts.keys()].sort()).toEqual(plan.value.taken.map((user) => user.toLowerCase()).sort());
        expect([...plan.value.taken, ...plan.value.left.map(({ user }) => user)].length).toBe(original.accounts.size);
      }),
      { numRuns: 500 },
    );
  });
});

const option = fc.constantFrom(
  ...[
    'secret = s3cret-of-a',
    'secret = a\\;b',
    'Secret = "q"',
    'secret =',
    'read = call,log',
    'read = all',
    'write = system,call',
  ],
  ...[
    'deny = 0.0.0.0/0',
    'permit = 10.0.0.1,!10.0.0.2',
    'permit = 10.0.0.1 ',
    'permit = x',
    'acl = office',
    'acl = none',
  ],
  ...[
    'eventfilter = !Event: A',
    'eventfilter(name(B)) =',
    'eventfilter = (',
    'EventFilter = x',
    'setvar = A=b=c \\; d',
    'setvar=x',
  ],
  ...[
    'actionfilter(name(Hangup)) =',
    'actionrate = 5/s',
    'actionrate(Originate) = 1/m',
    'maxsessions = 2',
    'writetimeout = 300',
  ],
  ...[
    'allowmultiplelogin = no',
    'displayconnects = maybe',
    'nonsense = 1',
    'no equals sign',
    'permit += ,10.0.0.9',
    ';-- x --;',
  ],
);
const sectionHead = fc.constantFrom(
  '[a]',
  '[b]',
  '[A]',
  '[a](+)',
  '[t](!)',
  '[c](t)',
  '[b](t)',
  '[\xe9;x]',
  '[ d ]',
  '[g',
);
const managerFile = fc
  .array(fc.tuple(sectionHead, fc.array(option, { maxLength: 6 })), { minLength: 1, maxLength: 6 })
  .map((sections) => {
    const texts = sections.map(([head, options]) => [head, ...options].join('\n'));
    return ['[general]\nenabled = yes\nport = 5038', ...texts].join('\n');
  });

function planOf(files: Readonly<Record<string, string>>) {
  return planImport({
    resolve: resolveIn(new Map(Object.entries(files))),
    readSecretFile: () => fail('ENOENT'),
    nameOf: (name) => name,
    pathOf: (name) => name,
    whyUnreadable: () => null,
    secret: 'secret-of-asterisk',
    from: '/etc/asterisk',
    out: 'config',
  });
}

function meaningsOf(users: ReadonlyMap<string, Policy> | undefined) {
  return [...(users ?? [])].map(([key, policy]) => [key, meaning(policy)]);
}

/** Everything but where it is written. */
function meaning(policy: Policy | null | undefined): string {
  return JSON.stringify(policy, (key, value: unknown) => {
    if (key === 'place' || key === 'line') return undefined;
    return typeof value === 'bigint' ? String(value) : value;
  });
}
