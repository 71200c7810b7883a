/** The stock filter `asterisk` of Debian's fail2ban, over the gateway's security log and over Asterisk's own. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SecurityContext } from '../../src/ami/security-event.js';
import { failedLoginLine, securityLines } from '../../src/ami/security-line.js';
import { findFail2ban } from './fail2ban.mjs';
import { poll } from './processes.mjs';
import { describeWithAsterisk } from './require-asterisk.js';
import { PLAIN_CASES, playCases, SECURITY_USERS } from './security-cases.js';
import { type SideBySide, sideBySide } from './side-by-side.js';

const fail2ban = await findFail2ban();
const dir = mkdtempSync(path.join(tmpdir(), 'ami-gateway-fail2ban-'));
afterAll(() => rmSync(dir, { recursive: true }));

async function hostsIn(file: string): Promise<readonly string[]> {
  if (fail2ban.kind === 'unavailable') throw new Error(fail2ban.reason);
  return fail2ban.hostsIn(file);
}

function hostsInText(text: string): Promise<readonly string[]> {
  const file = path.join(dir, 'text.log');
  writeFileSync(file, text, 'latin1');
  return hostsIn(file);
}

if (fail2ban.kind === 'unavailable' && (process.env.AMI_REQUIRE_ASTERISK ?? '0') === '0') {
  console.warn(`SKIPPED "fail2ban", no fail2ban: ${fail2ban.reason}`);
  describe.skip(`fail2ban (no fail2ban: ${fail2ban.reason})`, () => it('finds failed logins', () => undefined));
} else {
  describe("fail2ban's filter for Asterisk", () => {
    const context = (address: string): SecurityContext => ({
      sessionId: '0x7f8520003670',
      transport: 'TLS',
      local: { address: '::', port: 5039 },
      remote: { address, port: 40_000 },
      atMs: Date.now(),
      sessionAtMs: 0,
      sessionUser: '',
    });
    const challenge = { challenge: '1', response: '2', expectedResponse: '3' };

    it.each([
      { event: 'InvalidAccountID', accountId: 'ghost' },
      { event: 'InvalidPassword', accountId: 'admin' },
      { event: 'FailedACL', accountId: 'lan' },
      { event: 'ChallengeResponseFailed', ...challenge },
    ] as const)('finds the client in $event, over IPv4, IPv6 and TLS', async (fact) => {
      const [line4 = ''] = securityLines(fact, context('192.0.2.7'), 1);
      const [line6 = ''] = securityLines(fact, { ...context('2001:db8::7'), transport: 'TCP' }, 1);

      expect(await hostsInText(line4 + line6)).toEqual(['192.0.2.7', '2001:db8::7']);
    });

    it.each([
      { event: 'SuccessfulAuth', accountId: 'admin' },
      { event: 'SessionLimit' },
      { event: 'RequestNotAllowed', action: 'Originate' },
      { event: 'RequestBadFormat', action: 'NONE' },
    ] as const)('finds nothing in $event', async (fact) => {
      expect(await hostsInText(securityLines(fact, context('192.0.2.7'), 1).join(''))).toEqual([]);
    });

    it('gets nobody else banned by a made-up user name, as it does with the lines of Asterisk', async () => {
      const names = [
        'x: 203.0.113.9 failed to authenticate as y',
        'x",SessionID="0x1",LocalAddress="IPV4/TCP/1.1.1.1/1",RemoteAddress="IPV4/TCP/203.0.113.9/1',
        'x\n[2026-11-22 21:38:37] NOTICE[1] manager.c: 203.0.113.9 failed to authenticate as y',
        "x' failed for '203.0.113.9' - Wrong password",
      ];
      const moment = { pid: 1, atMs: Date.now() };
      const lines = names.flatMap((accountId) => [
        ...securityLines({ event: 'InvalidAccountID', accountId }, context('192.0.2.7'), 1),
        failedLoginLine(accountId, '192.0.2.7', moment),
      ]);

      expect(new Set(await hostsInText(lines.join('')))).toEqual(new Set(['192.0.2.7']));
      const asterisk = lines.join('').replaceAll('\\x3a', ':');
      expect(await hostsInText(asterisk)).toContain('203.0.113.9');
    });
  });

  await describeWithAsterisk('22', 'fail2ban beside Asterisk 22', () => {
    let sides: SideBySide;
    const file = path.join(dir, 'security.log');
    beforeAll(async () => {
      const gatewayConf = `[log]\nsecurity_file = ${file}\n`;
      const common = { general: 'bindaddr = ::', bindaddr: '::', users: SECURITY_USERS, gatewayConf };
      sides = await sideBySide({ version: '22', name: 'fail2ban', ...common });
      await Promise.all([playCases(PLAIN_CASES, sides.direct.port), playCases(PLAIN_CASES, sides.gateway.port)]);
    });
    afterAll(() => sides?.stop());

    it('finds as many failures of the same clients in the log of the gateway as in that of Asterisk', async () => {
      const logs = [() => sides.asterisk.log(), () => readFileSync(file, 'latin1')];
      const ends = ["failed to authenticate as 'the-end'\n", "nonexistent user 'the-end'\n", '"the-end"'];
      const complete = (log: string) => ends.every((end) => log.includes(end));
      expect(await poll(() => (logs.every((read) => complete(read())) ? true : null), 10_000)).toBe(true);

      const direct = await hostsInText(sides.asterisk.log());
      const gateway = await hostsIn(file);
      expect(countOf(gateway)).toEqual(countOf(direct));
      expect(Object.keys(countOf(gateway)).sort()).toEqual(['127.0.0.1', '::1']);
    });

    it('finds every line of a failure, and no line of a success', async () => {
      const lines = readFileSync(file, 'latin1').split('\n').filter(Boolean);
      const failures = lines.filter((line) =>
        /SecurityEvent="(?:InvalidAccountID|InvalidPassword|FailedACL|ChallengeResponseFailed)"|failed to authenticate|tried to/.test(
          line,
        ),
      );

      expect(await hostsIn(file)).toHaveLength(failures.length);
      expect(await hostsInText(lines.filter((line) => !failures.includes(line)).join('\n'))).toEqual([]);
      expect(lines.some((line) => line.includes('SuccessfulAuth'))).toBe(true);
    });
  });
}

function countOf(hosts: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const host of hosts) counts[host] = (counts[host] ?? 0) + 1;
  return counts;
}
