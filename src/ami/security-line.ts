/**
 * Lines of the security log, in the form of a log file of Asterisk: the stock filters of fail2ban and CrowdSec match
 * them. Names come from the wire, so what could end a line, a field or a quotation in them is written as `\xNN`.
 */
import { type SecurityContext, type SecurityFact, securityHeaders } from './security-event.js';
import { formatLogTime } from './zoned-time.js';

/** Whose log it is, and when. */
export interface LogMoment {
  readonly pid: number;
  readonly atMs: number;
}

/** No challenge and no key reaches a log. */
const UNLOGGED: ReadonlySet<string> = new Set(['Challenge', 'Response', 'ExpectedResponse']);

/** What Asterisk logs of a security event: a SECURITY line, and a NOTICE where the login has failed for its account or address. */
export function securityLines(fact: SecurityFact, context: SecurityContext, pid: number): readonly string[] {
  const headers = securityHeaders(fact, context).filter(([name]) => !UNLOGGED.has(name));
  const fields = [['SecurityEvent', fact.event] as const, ...headers].map(
    ([name, value]) => `${name}="${escapeField(value)}"`,
  );
  const moment = { pid, atMs: context.atMs };
  const line = `${prefix('SECURITY', moment)} res_security_log.c: ${fields.join(',')}\n`;
  const { address } = context.remote;
  switch (fact.event) {
    case 'InvalidAccountID':
      return [line, notice(moment, `${address} tried to authenticate with nonexistent user`, fact.accountId)];
    case 'FailedACL':
      return [line, notice(moment, `${address} failed to pass IP ACL as`, fact.accountId)];
    default:
      return [line];
  }
}

/** The line that every failed login with a user name ends in, whether or not it has raised an event. */
export function failedLoginLine(accountId: string, address: string, moment: LogMoment): string {
  return notice(moment, `${address} failed to authenticate as`, accountId);
}

function notice(moment: LogMoment, sentence: string, name: string): string {
  return `${prefix('NOTICE', moment)} manager.c: ${sentence} '${escapeName(name)}'\n`;
}

function prefix(level: 'SECURITY' | 'NOTICE', { pid, atMs }: LogMoment): string {
  return `[${formatLogTime(atMs)}] ${level}[${pid}]`;
}

function escapeField(value: string): string {
  return value.replace(/["\\]|[^\x20-\x7e]/g, escapeByte);
}

/** In a NOTICE a colon counts too: fail2ban's filter takes `x: 192.0.2.1 failed to authenticate` for a function's name and an address. */
function escapeName(name: string): string {
  return name.replace(/["'\\:]|[^\x20-\x7e]/g, escapeByte);
}

function escapeByte(byte: string): string {
  return `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
