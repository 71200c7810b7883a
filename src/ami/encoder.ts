/** Messages to bytes: answers in Asterisk's header order, and actions for the upstream, re-encoded line by line. */

/** One line that goes upstream: never empty, at most 1,023 bytes, no CR, LF or NUL; `authorizeAction` sees to it. */
export type ActionLine = string;

/** Asterisk's line buffer holds 1,024 bytes with the terminator. */
const LONGEST_CRLF_LINE = 1022;

/** The bytes of an action for Asterisk. A line of 1,023 bytes, which only an LF client can send, ends in LF alone: with CR LF it would not fit. */
export function encodeAction(lines: readonly ActionLine[]): Buffer {
  return Buffer.from(encodeActionText(lines), 'latin1');
}

/** The same as latin-1 text, for who writes several at once. */
export function encodeActionText(lines: readonly ActionLine[]): string {
  let text = '';
  for (const line of lines) text += line.length > LONGEST_CRLF_LINE ? `${line}\n` : `${line}\r\n`;
  return `${text}\r\n`;
}

export interface AnswerParts {
  readonly response: 'Success' | 'Error' | 'Goodbye';
  /** Echoed byte for byte; no header at all when empty. */
  readonly actionId: string;
  /** Further headers between ActionID and the empty line, in order, such as `Message: …`. */
  readonly lines: readonly string[];
}

/** Asterisk's common answer: Response, ActionID if the action had one, then the rest (ami-spec 1.6). */
export function encodeAnswer(parts: AnswerParts): Buffer {
  const actionId = parts.actionId === '' ? '' : `ActionID: ${parts.actionId}\r\n`;
  const rest = parts.lines.map((line) => `${line}\r\n`).join('');
  return Buffer.from(`Response: ${parts.response}\r\n${actionId}${rest}\r\n`, 'latin1');
}

/** Asterisk's buffer for the line of the ActionID in the answers to Events and WaitEvent, less its end. */
const CRAMPED_BYTES = 255;

/** A message in which a long ActionID loses its end, CR LF included, as it does in Asterisk: what follows is glued to it. */
export function encodeCramped(head: string, actionId: string, lines: readonly string[]): Buffer {
  const id = actionId === '' ? '' : `ActionID: ${actionId}\r\n`.slice(0, CRAMPED_BYTES);
  const rest = lines.map((line) => `${line}\r\n`).join('');
  return Buffer.from(`${head}\r\n${id}${rest}\r\n`, 'latin1');
}

/** `Response: Error` with a message. */
export function encodeError(actionId: string, message: string): Buffer {
  return encodeAnswer({ response: 'Error', actionId, lines: [`Message: ${message}`] });
}

/** `Response: Success` with a message. */
export function encodeSuccess(actionId: string, message: string): Buffer {
  return encodeAnswer({ response: 'Success', actionId, lines: [`Message: ${message}`] });
}

/** An event with these header lines behind `Event:`. */
export function encodeEvent(name: string, lines: readonly string[]): Buffer {
  const rest = lines.map((line) => `${line}\r\n`).join('');
  return Buffer.from(`Event: ${name}\r\n${rest}\r\n`, 'latin1');
}
