/** The limits of Asterisk's HTTP server, and the pages with which it refuses what is beyond them (ami-spec 9.2). */
import { asciiLowerCase } from '../ami/message.js';
import type { ErrorPage } from './pages.js';

/** With its CR LF, a line must fit into Asterisk's buffer of 4,096 bytes with a NUL behind it. */
const LONGEST_LINE = 4095;
const MOST_HEADERS = 100;
export const LARGEST_BODY = 40_960;
/** Headers of a request altogether: less than a hundred of the longest lines, and more than anybody sends. */
export const MAX_HEADER_BYTES = 64 * 1024;

const bad = (text: string): ErrorPage => ({ status: 400, title: 'Bad Request', text });
const large = (text: string): ErrorPage => ({ status: 413, title: 'Request Entity Too Large', text });

export const NOT_FOUND: ErrorPage = {
  status: 404,
  title: 'Not Found',
  text: 'The requested URL was not found on this server.',
};
export const UNKNOWN_METHOD: ErrorPage = {
  status: 501,
  title: 'Not Implemented',
  text: 'Attempt to use unimplemented / unsupported method',
};
export const BODY_TOO_LARGE = large('Body too large');
export const UNREADABLE_BODY = bad('Error parsing request body');
const UNKNOWN_CODING: ErrorPage = { status: 501, title: 'Unimplemented', text: 'Unsupported Transfer-Encoding.' };
export const SERVER_ERROR: ErrorPage = { status: 500, title: 'Server Error', text: 'Internal Server Error' };

export interface RequestHead {
  readonly method: string;
  readonly target: string;
  /** Node's list: name, value, name, value. */
  readonly rawHeaders: readonly string[];
}

/** What is wrong with the head of a request; `null` when nothing is. */
export function findExcess({ method, target, rawHeaders }: RequestHead): ErrorPage | null {
  if (`${method} ${target} HTTP/1.1\r\n`.length > LONGEST_LINE) return bad('Request line too long');
  const names = rawHeaders.filter((_, at) => at % 2 === 0);
  const values = rawHeaders.filter((_, at) => at % 2 === 1);
  const lengths = names.map((name, at) => `${name}: ${values[at]}\r\n`.length);
  if (lengths.some((length) => length > LONGEST_LINE)) return bad('Header line too long');
  // Asterisk does not count headers without a value.
  if (values.filter((value) => value !== '').length > MOST_HEADERS) return large('Too many headers');
  const isCoded = names.some((name, at) => isTransferEncoding(name) && asciiLowerCase(values[at] ?? '') !== 'chunked');
  return isCoded ? UNKNOWN_CODING : null;
}

function isTransferEncoding(name: string): boolean {
  return asciiLowerCase(name) === 'transfer-encoding';
}

/** The page for what Node's parser refused. Node is strict where Asterisk guesses, so that nobody reads a request in two ways. */
export function pageForParserError(code: string): ErrorPage {
  switch (code) {
    case 'HPE_INVALID_METHOD':
      return UNKNOWN_METHOD;
    case 'HPE_INVALID_TRANSFER_ENCODING':
      return bad('Invalid Transfer-Encoding in request!');
    case 'HPE_INVALID_CONTENT_LENGTH':
    case 'HPE_UNEXPECTED_CONTENT_LENGTH':
      return bad('Invalid Content-Length in request!');
    case 'HPE_INVALID_CHUNK_SIZE':
      return UNREADABLE_BODY;
    case 'HPE_HEADER_OVERFLOW':
      return large('Too many headers');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return bad('Timeout');
    default:
      return bad('Invalid Request');
  }
}
