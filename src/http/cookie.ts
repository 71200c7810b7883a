/** The cookie that names a session. Its value is 128 random bits: who has it, has the session. */
import { randomBytes } from 'node:crypto';
import { asciiLowerCase } from '../ami/message.js';

const NAME = 'mansession_id';

export function newCookieId(): string {
  return randomBytes(16).toString('hex');
}

/**
 * The id in the last Cookie header, the last one if there are several; `null` when there is none that could be ours.
 * `rawHeaders` is Node's list of names and values, in turn.
 */
export function cookieIdIn(rawHeaders: readonly string[]): string | null {
  const values = rawHeaders.filter((_, at) => at % 2 === 1 && asciiLowerCase(rawHeaders[at - 1] ?? '') === 'cookie');
  const ours = (values.at(-1) ?? '')
    .split(';')
    .map(splitCookie)
    .findLast(([name]) => asciiLowerCase(name) === NAME);
  return ours !== undefined && /^[0-9a-f]{32}$/.test(ours[1]) ? ours[1] : null;
}

/** As Asterisk's, and behind it what no program looks at but a browser obeys. */
export function setCookie(id: string, maxAgeSeconds: number, transport: 'http' | 'https'): string {
  const secure = transport === 'https' ? '; Secure' : '';
  return `${NAME}="${id}"; Version=1; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${secure}`;
}

function splitCookie(text: string): readonly [name: string, value: string] {
  const equals = text.indexOf('=');
  if (equals < 0) return ['', ''];
  const value = text.slice(equals + 1).trim();
  return [text.slice(0, equals).trim(), /^"(.*)"$/.exec(value)?.[1] ?? value];
}
