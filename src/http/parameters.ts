/**
 * The parameters of a request, and the AMI message they make: one header line each, in order (ami-spec 9.2).
 *
 * What Asterisk would let through into the lines of others is refused here: line ends and NUL anywhere, and names that
 * would become another header.
 */
import type { DecodedInput } from '../ami/action-decoder.js';
import { actionOf, asciiLowerCase, decodeHeader } from '../ami/message.js';
import { fail, type Result, succeed } from '../lib/result.js';

export interface Parameter {
  readonly name: string;
  readonly value: string;
}

/** Asterisk's AST_MAX_MANHEADERS. It drops what is beyond; a message of which something is missing is another message. */
const MOST_LINES = 128;
/** What fits into Asterisk's line buffer, with its terminator. */
const LONGEST_LINE = 1023;

/** `a=b&c`, as in a query or a form. Latin-1 in, latin-1 out: `%XX` is a byte. */
export function decodeParameters(text: string): readonly Parameter[] {
  const pairs = text.split('&').map((pair) => {
    const equals = pair.indexOf('=');
    if (equals < 0) return { name: decodePercent(pair), value: '' };
    return { name: decodePercent(pair.slice(0, equals)), value: decodePercent(pair.slice(equals + 1)) };
  });
  // A `&` too many says nothing.
  return pairs.filter(({ name, value }) => name !== '' || value !== '');
}

/** The last parameter of this name, whatever its case. */
export function parameterValue(parameters: readonly Parameter[], name: string): string {
  return parameters.findLast((parameter) => asciiLowerCase(parameter.name) === name)?.value ?? '';
}

/** The message that a session receives, or why there is none. */
export function messageOf(parameters: readonly Parameter[]): Result<DecodedInput> {
  const bad = parameters.find(({ name, value }) => !/^[^\x00-\x20:]+$/.test(name) || /[\x00\r\n]/.test(value));
  if (bad !== undefined) return fail('Invalid parameter');
  const headers = parameters.map(({ name, value }) => decodeHeader(`${name}: ${value}`));
  const action = actionOf(headers);
  const { actionId } = action;
  if (headers.length > MOST_LINES) return succeed({ kind: 'too-many-lines', actionId: fitting(actionId) });
  const isTooLong = headers.some(({ line }) => line.length > LONGEST_LINE);
  return succeed(isTooLong ? { kind: 'line-too-long', actionId: fitting(actionId) } : { kind: 'action', action });
}

/** An ActionID that is itself too long has no place in an answer. */
function fitting(actionId: string): string {
  return actionId.length > LONGEST_LINE ? '' : actionId;
}

/** `+` is a blank; what is no valid `%XX` stays as it is, as in Asterisk. */
function decodePercent(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
