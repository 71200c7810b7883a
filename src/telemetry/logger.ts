/** Structured logs: one JSON line per change of state, a constant message and the facts in fields. */
import { type DestinationStream, type Logger, pino } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'child' | 'level'>;

/** Lines that wait for who reads standard output; beyond that they are dropped and counted, and nobody waits for them. */
const MOST_WAITING_BYTES = 8 << 20;

/** Standard output, written in the background: a reader that is stuck must not hold the calls. Its rest leaves at exit. */
export function standardOutput(dropped: () => void): DestinationStream {
  const output = pino.destination({ dest: 1, sync: false, maxLength: MOST_WAITING_BYTES });
  output.on('drop', dropped);
  return output;
}

/**
 * Makes the one logger of the process. Nothing secret is ever put into a field; the redaction behind it is a second
 * fence.
 */
export function makeLogger(level: LogLevel, destination: DestinationStream): Log {
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
