/**
 * The vocabulary of AMI messages. Text is latin-1: one character is one byte of the wire, so nothing is lost or
 * changed, whatever charset the peers believe in.
 */

/** One `Name: value` line of an action. */
export interface Header {
  /** The bytes before the first colon, lower-cased for lookup (Asterisk compares names without regard to case). `null` for a line without colon, which never matches a lookup. */
  readonly key: string | null;
  /** The bytes after the colon, without the leading bytes below 33; never trimmed at the end. Empty for a line without colon. */
  readonly value: string;
  /** The whole line as it was received, without its terminator, cut at the first NUL as Asterisk does. */
  readonly line: string;
}

/** A message from a client asking for something. */
export interface AmiAction {
  /** The first non-empty `Action` value, as typed; empty when there is none. */
  readonly name: string;
  /** The first `ActionID` value, byte for byte; empty when there is none. */
  readonly actionId: string;
  readonly headers: readonly Header[];
}

/**
 * The value of a header as Asterisk looks it up: the first header of that name wins, even if its value is empty.
 * `key` is the lower-case name. Empty when there is none.
 */
export function headerValue(action: AmiAction, key: string): string {
  for (const header of action.headers) if (header.key === key) return header.value;
  return '';
}

/** Splits a line at its first colon and skips the bytes below 33 behind it, as Asterisk's header lookup does. */
export function decodeHeader(line: string): Header {
  const colon = line.indexOf(':');
  if (colon < 0) return { key: null, value: '', line };
  let start = colon + 1;
  while (start < line.length && line.charCodeAt(start) < 33) start++;
  return { key: asciiLowerCase(line.slice(0, colon)), value: line.slice(start), line };
}

/** The action that these headers form: the first non-empty `Action` names it, the first `ActionID` identifies it. */
export function actionOf(headers: readonly Header[]): AmiAction {
  const name = headers.find((header) => header.key === 'action' && header.value !== '')?.value ?? '';
  const actionId = headers.find((header) => header.key === 'actionid')?.value ?? '';
  return { name, actionId, headers };
}

/** Lower-cases A to Z only, as C's strcasecmp in the POSIX locale: bytes above 127 stay what they are. */
export function asciiLowerCase(text: string): string {
  // Node's own is many times faster, and the same where there is no byte above 127.
  if (!/[\x80-\xff]/.test(text)) return text.toLowerCase();
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
