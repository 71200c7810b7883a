/** What one side answers to requests over HTTP: status lines, headers in their order, bodies; masked. */
import { type Asked, ask, cookieOf, type RawAnswer } from '../../gateway/raw-http.js';
import { masked } from '../volatile.js';

/** What the requests of a conversation need to know of the answers before them. */
export interface Known {
  /** The Cookie header for the session so far. */
  readonly cookie: string;
  readonly last: RawAnswer | null;
}

export type Step = Asked | ((known: Known) => Asked);

/** The answers to these requests, each on a connection of its own. */
export async function httpTranscript(port: number, steps: readonly Step[]): Promise<string> {
  let known: Known = { cookie: 'Cookie: none=0', last: null };
  const answers: string[] = [];
  for (const step of steps) {
    const answer = await ask(port, typeof step === 'function' ? step(known) : step);
    answers.push(showAnswer(answer));
    known = { cookie: cookieOf(answer) === 'Cookie: ' ? known.cookie : cookieOf(answer), last: answer };
  }
  return answers.join('\n────\n');
}

/** A header line an answer has is compared by name, place and, where it does not change by nature, by value. */
export function showAnswer({ statusLine, headers, body }: RawAnswer): string {
  const lines = headers.map(([name, value]) => `${name}: ${maskedHeader(name, value)}`);
  return [statusLine, ...lines, '', maskedBody(body)].join('\n');
}

function maskedHeader(name: string, value: string): string {
  switch (name) {
    case 'Date':
      return value.replace(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/, '<date>');
    case 'Content-Length':
      // It was read by this length, so it is right; what is masked in the body may make it another.
      return '<length>';
    case 'Set-Cookie':
      // The id is a random one, of the gateway a longer one; what is behind Max-Age only browsers look at.
      return value
        .replace(/"(?:[0-9a-f]{8}|[0-9a-f]{32})"/, '"<id>"')
        .replace(/(Max-Age=\d+); HttpOnly; SameSite=Strict$/, '$1');
    case 'WWW-authenticate':
      return value.replace(/(nonce|opaque)="(?:[0-9a-f]{8}|[0-9a-f]{60})"/g, '$1="<nonce>"');
    default:
      return value;
  }
}

const VOLATILE: readonly (readonly [RegExp, string])[] = [
  [/( timestamp=')\d+\.\d{6}/g, '$1<time>'],
  [/(<td>Timestamp<\/td><td>)\d+\.\d{6}/g, '$1<time>'],
  [/( (?:uptime|lastreload)=')\d+/g, '$1<seconds>'],
  [/(<td>(?:Uptime|LastReload)<\/td><td>)\d+/g, '$1<seconds>'],
  [/( challenge=')\d+/g, '$1<challenge>'],
];

function maskedBody(body: string): string {
  return VOLATILE.reduce((rest, [pattern, name]) => rest.replace(pattern, name), masked(body));
}
