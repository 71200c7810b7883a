/** The lines in which a permitted action goes to Asterisk. */
import { type AmiAction, asciiLowerCase, headerValue } from '../ami/message.js';
import { isTrue, leadingInteger, quoteVariable } from './dialplan-arguments.js';
import type { ChannelVariable } from './policy.js';

const LONGEST_LINE = 1023;
const MOST_LINES = 128;
/** Asterisk's time to ring, where an Originate names none. */
const DEFAULT_RING_MS = 30_000;
/** A day: nobody waits longer, and timers overflow at 25 days. */
const LONGEST_WAIT_MS = 86_400_000;

/**
 * Asterisk's name of the action, then every other header as the client wrote it, then the user's setvar: Asterisk
 * assigns the last first, so the client's own variables win, and of two equal names the first (ami-spec 7.6).
 */
export function linesToForward(setvar: readonly ChannelVariable[], action: AmiAction, name: string): readonly string[] {
  const headers = action.headers.filter(({ key }) => key !== 'action').map(({ line }) => line);
  const merged = asciiLowerCase(name) === 'originate' ? setvar.filter((variable) => variable.name !== '') : [];
  const variables = merged.map((variable) => `Variable: ${quoteVariable(variable)}`);
  return [`Action: ${name}`, ...headers, ...variables];
}

/** Why these lines cannot go to Asterisk, in its own words: what it would read otherwise than we did stays here. */
export function findMisfit(lines: readonly string[]): string | null {
  if (lines.length > MOST_LINES) return 'Too many lines in message or allocation failure';
  const fits = lines.every((line) => line !== '' && line.length <= LONGEST_LINE && !/[\0\r\n]/.test(line));
  return fits ? null : 'Failed to parse message: line too long';
}

/** How long the action itself asks Asterisk to wait before it answers: a synchronous Originate rings that long. */
export function expectedMs(action: AmiAction): number {
  if (asciiLowerCase(action.name) !== 'originate' || isTrue(headerValue(action, 'async'))) return 0;
  const ringMs = leadingInteger(headerValue(action, 'timeout')) ?? DEFAULT_RING_MS;
  return Math.min(Math.max(ringMs, 0), LONGEST_WAIT_MS);
}
