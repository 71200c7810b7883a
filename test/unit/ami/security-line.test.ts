import { describe, expect, it } from 'vitest';
import type { SecurityContext, SecurityFact } from '../../../src/ami/security-event.js';
import { failedLoginLine, securityLines } from '../../../src/ami/security-line.js';
import { formatLogTime, formatZonedTime } from '../../../src/ami/zoned-time.js';

const atMs = Date.UTC(2026, 10, 22, 21, 38, 37, 551);
const CONTEXT: SecurityContext = {
  sessionId: '0x7f8520003670',
  transport: 'TCP',
  local: { address: '::', port: 5038 },
  remote: { address: '192.0.2.7', port: 57832 },
  atMs,
  sessionAtMs: 0,
  sessionUser: '',
};
const lines = (fact: SecurityFact, context = CONTEXT) => securityLines(fact, context, 123).join('');

describe('a line of the security log', () => {
  it('is what Asterisk writes', () => {
    expect(lines({ event: 'InvalidPassword', accountId: 'admin' })).toBe(
      `[${formatLogTime(atMs)}] SECURITY[123] res_security_log.c: SecurityEvent="InvalidPassword",` +
        `EventTV="${formatZonedTime(atMs)}",Severity="Error",Service="AMI",EventVersion="2",AccountID="admin",` +
        'SessionID="0x7f8520003670",LocalAddress="IPV6/TCP/::/5038",RemoteAddress="IPV4/TCP/192.0.2.7/57832",' +
        `SessionTV="${formatZonedTime(0)}"\n`,
    );
    expect(failedLoginLine('admin', '2001:db8::7', { pid: 123, atMs })).toBe(
      `[${formatLogTime(atMs)}] NOTICE[123] manager.c: 2001:db8::7 failed to authenticate as 'admin'\n`,
    );
  });

  it('begins with the local time', () => {
    expect(formatLogTime(atMs)).toMatch(/^2026-11-2[23] \d\d:\d\d:37$/);
    expect(formatZonedTime(atMs).replace('T', ' ').slice(0, 19)).toBe(formatLogTime(atMs));
  });

  it('is followed by a notice where the account or the address was refused', () => {
    expect(lines({ event: 'InvalidAccountID', accountId: 'ghost' })).toMatch(
      /"\n\[.{19}\] NOTICE\[123\] manager\.c: 192\.0\.2\.7 tried to authenticate with nonexistent user 'ghost'\n$/,
    );
    expect(lines({ event: 'FailedACL', accountId: 'lan' })).toMatch(
      /"\n\[.{19}\] NOTICE\[123\] manager\.c: 192\.0\.2\.7 failed to pass IP ACL as 'lan'\n$/,
    );
  });

  it('holds no challenge, no key and no answer', () => {
    const line = lines({
      event: 'ChallengeResponseFailed',
      challenge: '4711',
      response: 'the-key',
      expectedResponse: 'the-answer',
    });

    expect(line).toContain('SecurityEvent="ChallengeResponseFailed"');
    expect(line).not.toMatch(/4711|the-key|the-answer|Challenge=|Response=/);
  });

  it('shows a name that is not UTF-8, which has no event', () => {
    expect(lines({ event: 'InvalidPassword', accountId: 'caf\xe9' })).toContain(',AccountID="caf\\xe9",');
  });

  it.each([
    ['a quotation', 'x",RemoteAddress="IPV4/TCP/203.0.113.9/1'],
    ['a line end', 'x\n[2026-11-22 21:38:37] NOTICE[1] manager.c: 203.0.113.9 failed to authenticate as y'],
    ['a CR', 'x\rNOTICE[1] manager.c: 203.0.113.9 failed'],
    ['an escape of a terminal', '\x1b[2K\x1b[1Aadmin'],
    ['the escape itself', 'x\\x22'],
    ['line ends beyond ASCII', 'x\xc2\x85y\xe2\x80\xa8z\x0b\x0c\x1c'],
  ])('cannot be forged with %s in a name', (_, accountId) => {
    const all =
      lines({ event: 'InvalidAccountID', accountId }) + failedLoginLine(accountId, '192.0.2.7', { pid: 1, atMs });

    expect(all).toMatch(/^(?:[\x20-\x7e]+\n){3}$/);
    const [security = '', ...notices] = all.split('\n');
    expect(security.match(/RemoteAddress="/g)).toHaveLength(1);
    expect(security.match(/"/g)).toHaveLength(2 * 10);
    for (const notice of notices.slice(0, 2)) expect(notice.match(/'/g)).toHaveLength(2);
  });

  it('gives no colon to whom a filter would take for the end of a function name', () => {
    const forged = 'x: 203.0.113.9 failed to authenticate as y';

    expect(failedLoginLine(forged, '192.0.2.7', { pid: 1, atMs })).toContain("'x\\x3a 203.0.113.9 failed");
  });
});

/**
 * The pattern of crowdsecurity/asterisk-logs for each failure, with what its names stand for in CrowdSec: fields in this
 * order, TCP or TLS, and the address that gets banned.
 */
const crowdsec = (event: string) =>
  new RegExp(
    `(\\[(?<timestamp>.*?)\\] )?SECURITY\\[[+-]?[0-9]+\\].* SecurityEvent="${event}",EventTV=".*?",Severity="Error",` +
      'Service="[^"]*",EventVersion="[0-9]+",AccountID="(?<username>[^"]*)",SessionID="[^"]*",' +
      'LocalAddress="IPV[0-9]/(?:UDP|TCP|TLS)/[^/"]+/[0-9]+",' +
      'RemoteAddress="IPV[0-9]/(?:UDP|TCP|TLS)/(?<source>[0-9a-fA-F:.]+)/[0-9]+"',
  );

describe('the patterns of CrowdSec', () => {
  const challenge = { challenge: '1', response: '2', expectedResponse: '3' };
  it.each([
    {
      event: 'InvalidAccountID',
      accountId: 'x",SessionID="",LocalAddress="IPV4/TCP/1/1",RemoteAddress="IPV4/TCP/9.9.9.9/1',
    },
    { event: 'InvalidPassword', accountId: 'admin' },
    { event: 'ChallengeResponseFailed', ...challenge },
  ] as const)('find the address in $event', (fact) => {
    const over6 = { ...CONTEXT, transport: 'TLS', remote: { address: '2001:db8::7', port: 1 } } as const;

    expect(crowdsec(fact.event).exec(lines(fact))?.groups?.source).toBe('192.0.2.7');
    expect(crowdsec(fact.event).exec(lines(fact, over6))?.groups?.source).toBe('2001:db8::7');
  });

  it('find nothing in a success, nor in a name that says otherwise', () => {
    const forged = 'SECURITY[1] SecurityEvent="InvalidPassword",EventTV="';
    const success = lines({ event: 'SuccessfulAuth', accountId: forged });

    for (const event of ['InvalidAccountID', 'InvalidPassword', 'ChallengeResponseFailed']) {
      expect(success).not.toMatch(crowdsec(event));
    }
  });
});
