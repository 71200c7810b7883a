/** The security events and the security log of a login, beside those of Asterisk itself. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectAmi } from './ami-client.mjs';
import { poll } from './processes.mjs';
import { describeWithAsterisk } from './require-asterisk.js';
import { ODD_CASES, PLAIN_CASES, playCases, SECURITY_USERS } from './security-cases.js';
import { type SideBySide, sideBySide } from './side-by-side.js';

/** Events or lines of one Asterisk and of the gateway before it. */
interface Both {
  readonly direct: readonly string[];
  readonly gateway: readonly string[];
}

for (const version of ['22', '16'] as const) {
  await describeWithAsterisk(version, `security beside Asterisk ${version}`, () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'ami-gateway-security-'));
    const file = path.join(dir, 'security.log');
    let sides: SideBySide;
    let plainEvents: Both;
    beforeAll(async () => {
      sides = await sideBySide({
        version,
        name: `security-${version}`,
        users: SECURITY_USERS,
        general: 'bindaddr = ::',
        bindaddr: '::',
        gatewayConf: `[log]\nsecurity_file = ${file}\n`,
      });
      plainEvents = await eventsOf(PLAIN_CASES);
    });
    afterAll(async () => {
      await sides?.stop();
      rmSync(dir, { recursive: true });
    });

    describe('the security log', () => {
      it('has the lines that Asterisk logs, except challenges and keys', async () => {
        const direct = await completeLines(() => sides.asterisk.log());
        const gateway = await completeLines(() => readFileSync(file, 'latin1'));

        expect(gateway).toEqual(direct);
        expect(gateway.length).toBeGreaterThan(2 * PLAIN_CASES.length);
      });
    });

    describe('a session that reads security', () => {
      it('sees the same events of logins and refused actions, header for header', () => {
        const { direct, gateway } = plainEvents;

        expect(gateway).toEqual(direct);
        expect(new Set(direct.map((event) => /^Event: (\w+)/.exec(event)?.[1]))).toEqual(new Set(EVENTS));
      });

      it('sees the same events, or the same none, of names and keys that are odd', async () => {
        const { direct, gateway } = await eventsOf(ODD_CASES);

        expect(gateway).toEqual(direct);
      }, 120_000);

      it('sees nothing of a login of the gateway itself that Asterisk refuses', async () => {
        const direct = await watch(sides.direct.port);
        const gateway = await watch(sides.gateway.port);
        const client = await connectAmi({ port: sides.gateway.port });
        await client.login('admin', 'secret-of-admin', { Events: 'off' });
        const conf = path.join(sides.asterisk.configDir, 'manager.conf');
        writeFileSync(conf, readFileSync(conf, 'latin1').replace('upstream-secret', 'another-secret'), 'latin1');
        await sides.asterisk.reload('manager');

        client.sendAction({ Action: 'CoreStatus' });

        const refused = await direct.readUntil(/Event: ChallengeResponseFailed(?:\r\n.+)+\r\n\r\n/);
        expect(refused).toContain('AccountID: \r\n');
        await playCases([], sides.gateway.port);
        const seen = await gateway.readUntil(endAt(sides.gateway.port));
        expect([...seen.matchAll(/^Event: (.*)\r$/gm)].map((found) => found[1])).toEqual([
          'SuccessfulAuth',
          'InvalidAccountID',
        ]);
        for (const each of [direct, gateway, client]) each.close();
      });
    });

    async function eventsOf(cases: typeof PLAIN_CASES): Promise<Both> {
      const [direct, gateway] = await Promise.all(
        [sides.direct, sides.gateway].map(async ({ port }) => {
          const watcher = await watch(port);
          await playCases(cases, port);
          const text = await watcher.readUntil(endAt(port));
          watcher.close();
          return eventsIn(text, port);
        }),
      );
      return { direct: direct ?? [], gateway: gateway ?? [] };
    }
  });
}

const EVENTS = [
  'SuccessfulAuth',
  'InvalidPassword',
  'InvalidAccountID',
  'FailedACL',
  'ChallengeResponseFailed',
  'SessionLimit',
  'RequestNotAllowed',
  'RequestBadFormat',
];

/** A session that reads security and has read the event of its own login. */
async function watch(port: number) {
  const watcher = await connectAmi({ port });
  await watcher.login('watcher', 'secret-of-watcher');
  await watcher.readUntil(/AccountID: watcher\r\n(?:.+\r\n)+\r\n/);
  return watcher;
}

/** The last event of the cases that were played at this port. */
function endAt(port: number): RegExp {
  return new RegExp(`AccountID: the-end\\r\\nSessionID: .*\\r\\nLocalAddress: .*/${port}\\r\\n(?:.+\\r\\n)+\\r\\n`);
}

/** The events of those who connected to this port, in their order, masked. Asterisk's other clients show through the gateway too. */
function eventsIn(text: string, port: number): readonly string[] {
  const label = labels();
  return text
    .split('\r\n\r\n')
    .filter((block) => block.startsWith('Event: ') && block.includes(`\r\nLocalAddress: IPV6/TCP/::/${port}\r\n`))
    .filter((block) => !block.includes('AccountID: gateway-account'))
    .map((block) => {
      const connection = label('port', /^RemoteAddress: .*\/(\d+)$/m.exec(block)?.[1] ?? '');
      return block
        .replace(/^SessionID: (0x[0-9a-f]+)$/m, (_, id) => `SessionID: ${label(`session of ${connection}`, id)}`)
        .replace(/^((?:Local|Remote)Address: .*\/)\d+$/gm, '$1<port>')
        .replace(/^(Challenge: )\d+$/m, '$1<digits>')
        .replace(/^(ExpectedResponse: )[0-9a-f]{32}$/m, '$1<key>')
        .replace(TIME, '<time>');
    });
}

/** The lines, masked, once the last case has come; sorted, as Asterisk's threads write in any order. */
async function completeLines(read: () => string): Promise<readonly string[]> {
  const ends = [/SECURITY.*"the-end"/, /tried to authenticate.*'the-end'/, /failed to authenticate.*'the-end'/];
  const lines = await poll(() => {
    const lines = linesIn(read());
    return ends.every((end) => lines.some((line) => end.test(line))) ? lines : null;
  }, 10_000);
  if (lines === null) throw new Error(`the log has no end:\n${read()}`);
  return lines
    .map((line) =>
      line
        .replace(/^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{3})?\] ([A-Z]+)\[\d+\] /, '[<date>] $1[<pid>] ')
        .replace(/(SessionID=")0x[0-9a-f]+/, '$1<session>')
        .replace(/((?:Local|Remote)Address="[^"]*\/)\d+/g, '$1<port>')
        .replace(/,Challenge="\d+",Response="[^"]*",ExpectedResponse="[0-9a-f]{32}"/, '')
        .replace(TIME, '<time>'),
    )
    .sort();
}

/** The lines of AMI logins, less those of the gateway's own account at Asterisk. */
function linesIn(log: string): readonly string[] {
  const isAboutLogins = (line: string) => /\] (?:SECURITY\[|NOTICE\[\d+\] manager\.c:)/.test(line);
  return log.split('\n').filter((line) => isAboutLogins(line) && !line.includes('"gateway-account"'));
}

/** Every time but that of a session which has not logged in. */
const TIME = /(?!1970)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}/g;

/** Numbers the values of each kind in the order in which they come. */
function labels(): (kind: string, value: string) => string {
  const known = new Map<string, Map<string, number>>();
  return (kind, value) => {
    const values = known.get(kind) ?? new Map<string, number>();
    known.set(kind, values);
    values.set(value, values.get(value) ?? values.size);
    return `<${kind.split(' ')[0]} ${values.get(value)}>`;
  };
}
