/** Asterisk's security events of the AMI service, header for header (ami-spec 5.8). */
import { encodeEvent } from './encoder.js';

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
  /** The user name of the session, empty before it logged in. */
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
  | { readonly event: 'ChallengeResponseFailed' };

export type SecurityEventName = SecurityFact['event'];

/** The header lines behind `Event:` in Asterisk's order, without Privilege; the security log writes the same facts. */
export function securityHeaders(fact: SecurityFact, context: SecurityContext): readonly (readonly [string, string])[] {
  const session = [
    ['SessionID', context.sessionId],
    ['LocalAddress', formatAddress(context.transport, context.local)],
    ['RemoteAddress', formatAddress(context.transport, context.remote)],
  ] as const;
  const end = ['SessionTV', formatTime(context.sessionAtMs)] as const;
  const account = (accountId: string) => ['AccountID', accountId] as const;
  switch (fact.event) {
    case 'SuccessfulAuth':
      return [...head(context, 'Informational', 1), account(fact.accountId), ...session, ['UsingPassword', '0'], end];
    case 'InvalidPassword':
      return [...head(context, 'Error', 2), account(fact.accountId), ...session, end];
    case 'InvalidAccountID':
    case 'FailedACL':
      return [...head(context, 'Error', 1), account(fact.accountId), ...session, end];
    case 'SessionLimit':
      return [...head(context, 'Error', 1), account(context.sessionUser), ...session, end];
    case 'RequestNotAllowed':
      return [...head(context, 'Error', 1), account(context.sessionUser), ...session, requestType(fact.action), end];
    case 'RequestBadFormat':
      return [...head(context, 'Error', 1), ...session, requestType(fact.action), end, account(context.sessionUser)];
    case 'ChallengeResponseFailed':
      // Challenge, Response and ExpectedResponse stay out: they would show every reader how to log in (design: no challenge leaves).
      return [...head(context, 'Error', 1), account(context.sessionUser), ...session, end];
  }
}

/** The whole event as it goes to sessions that read `security`. */
export function encodeSecurityEvent(fact: SecurityFact, context: SecurityContext): Buffer {
  const lines = securityHeaders(fact, context).map(([name, value]) => `${name}: ${value}`);
  return encodeEvent(fact.event, ['Privilege: security,all', ...lines]);
}

function head(context: SecurityContext, severity: string, version: number): readonly (readonly [string, string])[] {
  return [
    ['EventTV', formatTime(context.atMs)],
    ['Severity', severity],
    ['Service', 'AMI'],
    ['EventVersion', String(version)],
  ];
}

/** Asterisk cuts the text to 63 bytes. */
function requestType(action: string): readonly [string, string] {
  return ['RequestType', `Action: ${action}`.slice(0, 63)];
}

function formatAddress(transport: string, end: { readonly address: string; readonly port: number }): string {
  const family = end.address.includes(':') ? 'IPV6' : 'IPV4';
  return `${family}/${transport}/${end.address}/${end.port}`;
}

/** `2026-11-22T21:38:37.551+0000`, in the local zone, as ast_json_timeval writes it. */
function formatTime(atMs: number): string {
  const at = new Date(atMs);
  const offset = -at.getTimezoneOffset();
  const local = new Date(atMs + offset * 60_000).toISOString().slice(0, -1);
  const minutes = Math.abs(offset);
  const zone = `${pad(Math.floor(minutes / 60))}${pad(minutes % 60)}`;
  return `${local}${offset < 0 ? '-' : '+'}${zone}`;
}

function pad(count: number): string {
  return String(count).padStart(2, '0');
}
