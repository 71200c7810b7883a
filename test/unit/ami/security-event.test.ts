import { describe, expect, it } from 'vitest';
import {
  encodeSecurityEvent,
  type SecurityContext,
  type SecurityFact,
  securityHeaders,
} from '../../../src/ami/security-event.js';

const CONTEXT: SecurityContext = {
  sessionId: '0x7f8520003670',
  transport: 'TCP',
  local: { address: '0.0.0.0', port: 5038 },
  remote: { address: '192.0.2.7', port: 57832 },
  atMs: 1_795_383_519_354.7,
  sessionAtMs: 0,
  sessionUser: '',
};

const event = (fact: SecurityFact, change: Partial<SecurityContext> = {}) =>
  encodeSecurityEvent(fact, { ...CONTEXT, ...change })?.toString('latin1');

/** The zone of the machine that runs this. */
const zoned = (atMs: number) => {
  const minutes = -new Date(atMs).getTimezoneOffset();
  const clock = new Date(atMs + minutes * 60_000).toISOString().slice(0, -1);
  const zone = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${clock}${minutes < 0 ? '-' : '+'}${zone.join('')}`;
};

describe('a security event', () => {
  it('has the headers of Asterisk in their order', () => {
    expect(event({ event: 'InvalidPassword', accountId: 'admin' })).toBe(
      [
        'Event: InvalidPassword',
        'Privilege: security,all',
        `EventTV: ${zoned(1_795_383_519_354)}`,
        'Severity: Error',
        'Service: AMI',
        'EventVersion: 2',
        'AccountID: admin',
        'SessionID: 0x7f8520003670',
        'LocalAddress: IPV4/TCP/0.0.0.0/5038',
        'RemoteAddress: IPV4/TCP/192.0.2.7/57832',
        `SessionTV: ${zoned(0)}`,
        '',
        '',
      ].join('\r\n'),
    );
  });

  it('tells the whole of a failed challenge, as Asterisk does', () => {
    const fact = { event: 'ChallengeResponseFailed', challenge: '1', response: '2', expectedResponse: '3' } as const;

    expect(namesOf(fact).slice(4)).toEqual([
      'AccountID',
      'SessionID',
      'LocalAddress',
      'RemoteAddress',
      'Challenge',
      'Response',
      'ExpectedResponse',
      'SessionTV',
    ]);
  });

  it('names the account last where a request cannot be understood', () => {
    expect(namesOf({ event: 'RequestBadFormat', action: 'x' }).slice(4)).toEqual([
      'SessionID',
      'LocalAddress',
      'RemoteAddress',
      'RequestType',
      'SessionTV',
      'AccountID',
    ]);
  });

  it('shows a session that has logged in with its own spelling of the user and its time', () => {
    const text = event({ event: 'RequestNotAllowed', action: 'Ping' }, { sessionUser: 'AdMin', sessionAtMs: 1000 });

    expect(text).toContain('\r\nAccountID: AdMin\r\n');
    expect(text).toContain(`\r\nSessionTV: ${zoned(1000)}\r\n`);
  });

  it('shows another session for an unknown account', () => {
    const text = event({ event: 'InvalidAccountID', accountId: 'ghost' });

    expect(text).toMatch(/\r\nSessionID: 0x[0-9a-f]{12}\r\n/);
    expect(text).not.toContain(CONTEXT.sessionId);
  });

  it('calls an address by its family, and TLS by its name', () => {
    const remote = { address: '2001:db8::7', port: 1 };
    const text = event({ event: 'SessionLimit' }, { transport: 'TLS', remote });

    expect(text).toContain('\r\nRemoteAddress: IPV6/TLS/2001:db8::7/1\r\n');
    expect(text).toContain('\r\nLocalAddress: IPV4/TLS/0.0.0.0/5038\r\n');
  });

  it('cuts the request to 63 bytes', () => {
    expect(event({ event: 'RequestNotAllowed', action: 'z'.repeat(100) })).toContain(
      `\r\nRequestType: Action: ${'z'.repeat(55)}\r\n`,
    );
  });

  it.each([
    ['a name that is not UTF-8', { event: 'InvalidPassword', accountId: 'caf\xe9' }],
    ['an overlong form of UTF-8', { event: 'InvalidPassword', accountId: '\xc0\xaf' }],
    ['a surrogate in UTF-8', { event: 'InvalidPassword', accountId: '\xed\xa0\x80' }],
    ['a request that is cut within a character', { event: 'RequestNotAllowed', action: `${'z'.repeat(54)}\xc3\xa9` }],
    ['a lone CR, which could end a line', { event: 'InvalidAccountID', accountId: 'x\rEvent: Hangup' }],
  ] as const)('is not raised for %s', (_, fact) => {
    expect(encodeSecurityEvent(fact, CONTEXT)).toBeNull();
  });

  it('keeps a name in UTF-8 byte for byte', () => {
    expect(event({ event: 'InvalidPassword', accountId: 'd\xc3\xa9nis' })).toContain('\r\nAccountID: d\xc3\xa9nis\r\n');
  });
});

function namesOf(fact: SecurityFact): readonly string[] {
  return securityHeaders(fact, CONTEXT).map(([name]) => name);
}
