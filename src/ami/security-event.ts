/** Asterisk's security events of the AMI service, header for header (ami-spec 5.8). */
import { isUtf8 } from 'node:buffer';
import { encodeEvent } from './encoder.js';
import { formatZonedTime } from './zoned-time.js';

/** Who is concerned, on which connection. */
export interface SecurityContext {
  /** Text that names the session; Asterisk shows a pointer such as `0x7f8520003670`. */
  readonly sessionId: string;
  readonly transport: 'TCP' | 'TLS';
  readonly local: { readonly address: string; readonly port: number };
  readonly remote: { readonly address: string; readonly port: number };
  /** When the event happened, milliseconds since the epoch. */
  readonly atMs: number;
  /** When the session logged in; 0 before that. */
  readonly sessionAtMs: number;
  /** The user name as the session typed it when it logged in, empty before that. */
  readonly sessionUser: string;
}

export type SecurityFact =
  | { readonly event: 'SuccessfulAuth'; readonly accountId: string }
  | { readonly event: 'InvalidAccountID'; readonly accountId: string }
  | { readonly event: 'FailedACL'; readonly accountId: string }
  | { readonly event: 'InvalidPassword'; readonly accountId: string }
  | { readonly event: 'SessionLimit' }
  | { readonly event: 'RequestNotAllowed'; readonly action: string }
  | { readonly event: 'RequestBadFormat'; readonly action: string }
  | {
      readonly event: 'ChallengeResponseFailed';
      readonly challenge: string;
      readonly response: string;
      readonly expectedResponse: string;
    };

export type SecurityEventName = SecurityFact['event'];

export type SecurityHeader = readonly [name: string, value: string];

/** The header lines behind `Event:` in Asterisk's order, without Privilege; the security log writes the same facts. */
export function securityHeaders(fact: SecurityFact, context: SecurityContext): readonly SecurityHeader[] {
  const session = sessionHeaders(context.sessionId, context);
  const end = ['SessionTV', formatZonedTime(context.sessionAtMs)] as const;
  switch (fact.event) {
    case 'SuccessfulAuth':
      return [...head(context, 'Informational'), account(fact.accountId), ...session, ['UsingPassword', '0'], end];
    case 'InvalidPassword':
      return [...head(context, 'Error', '2'), account(fact.accountId), ...session, end];
    case 'InvalidAccountID': {
      const elsewhere = sessionHeaders(otherPointer(context.sessionId), context);
      return [...head(context, 'Error'), account(fact.accountId), ...elsewhere, end];
    }
    case 'FailedACL':
      return [...head(context, 'Error'), account(fact.accountId), ...session, end];
    case 'SessionLimit':
      return [...head(context, 'Error'), account(context.sessionUser), ...session, end];
    case 'RequestNotAllowed':
      return [...head(context, 'Error'), account(context.sessionUser), ...session, requestType(fact.action), end];
    case 'RequestBadFormat':
      return [...head(context, 'Error'), ...session, requestType(fact.action), end, account(context.sessionUser)];
    case 'ChallengeResponseFailed':
      return [...head(context, 'Error'), account(context.sessionUser), ...session, ...challengeHeaders(fact), end];
  }
}

/**
 * The whole event as it goes to sessions that read `security`. `null` where a value from the wire is not UTF-8, which
 * Asterisk's JSON does not take, or holds a CR, which could end a line for whoever reads it: there is no event then.
 */
export function encodeSecurityEvent(fact: SecurityFact, context: SecurityContext): Buffer | null {
  const lines = securityHeaders(fact, context).map(([name, value]) => `${name}: ${value}`);
  if (lines.some((line) => line.includes('\r'))) return null;
  const event = encodeEvent(fact.event, ['Privilege: security,all', ...lines]);
  return isUtf8(event) ? event : null;
}

function head(context: SecurityContext, severity: 'Informational' | 'Error', version = '1'): readonly SecurityHeader[] {
  return [
    ['EventTV', formatZonedTime(context.atMs)],
    ['Severity', severity],
    ['Service', 'AMI'],
    ['EventVersion', version],
  ];
}

function account(accountId: string): SecurityHeader {
  return ['AccountID', accountId];
}

function sessionHeaders(sessionId: string, context: SecurityContext): readonly SecurityHeader[] {
  return [
    ['SessionID', sessionId],
    ['LocalAddress', formatAddress(context.transport, context.local)],
    ['RemoteAddress', formatAddress(context.transport, context.remote)],
  ];
}

function challengeHeaders(
  fact: Extract<SecurityFact, { event: 'ChallengeResponseFailed' }>,
): readonly SecurityHeader[] {
  return [
    ['Challenge', fact.challenge],
    ['Response', fact.response],
    ['ExpectedResponse', fact.expectedResponse],
  ];
}

/** For an unknown account Asterisk shows another of its pointers than in the other events of the connection. */
function otherPointer(sessionId: string): string {
  return `0x${[...sessionId.slice(2)].reverse().join('')}`;
}

/** Asterisk cuts the text to 63 bytes. */
function requestType(action: string): SecurityHeader {
  return ['RequestType', `Action: ${action}`.slice(0, 63)];
}

function formatAddress(transport: string, end: { readonly address: string; readonly port: number }): string {
  const family = end.address.includes(':') ? 'IPV6' : 'IPV4';
  return `${family}/${transport}/${end.address}/${end.port}`;
}
