/** The headers of every answer, as Asterisk writes them. */
import type { ServerResponse } from 'node:http';
import type { AmiAnswer } from './ami-answer.js';

export interface Framing {
  readonly serverName: string;
  readonly length: number;
  readonly connection: AmiAnswer['connection'];
}

/** In Asterisk's order and spelling. */
export function headersOf(
  answer: AmiAnswer,
  { serverName, length, connection }: Framing,
): [name: string, value: string][] {
  return [
    ...(serverName === '' ? [] : [['Server', serverName] as [string, string]]),
    ['Date', new Date().toUTCString()],
    ...(connection === 'closed' ? [['Connection', 'close'] as [string, string]] : []),
    ['Cache-Control', 'no-cache, no-store'],
    ...answer.headers.map(([name, value]): [string, string] => [name, value]),
    ['Content-Length', String(length)],
  ];
}

/** Node adds no header of its own. */
export function sendRaw(response: ServerResponse): void {
  response.sendDate = false;
  response.removeHeader('connection');
}
