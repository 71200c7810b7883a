/** Structured logs: one JSON line per change of state, a constant message and the facts in fields. */
import { type DestinationStream, type Logger, pino } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'child'>;

/**
 * Makes the one logger of the process; it writes to standard output unless told where else. Nothing secret is ever put
 * into a field; the redaction behind it is a second fence.
 */
export function makeLogger(level: LogLevel, destination: DestinationStream = pino.destination(1)): Log {
  const settings = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
  };
  return pino(settings, destination);
}

const SECRET_FIELDS = ['secret', 'key', 'challenge', 'password', 'token'] as const;
