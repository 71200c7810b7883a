/** A client that authenticates by HTTP digest, as RFC 2617 says. */
import { createHash } from 'node:crypto';
import { headerOf, type RawAnswer } from '../../gateway/raw-http.js';

export interface DigestAccount {
  readonly username: string;
  readonly secret: string;
}

export interface DigestUse {
  readonly method: string;
  /** What the client says that it asks for. */
  readonly uri: string;
  readonly nonce: string;
  readonly nc?: string;
  readonly qop?: 'auth' | 'none';
  readonly realm?: string;
}

/** The nonce that an answer asks to use. */
export function nonceOf(answer: RawAnswer | null): string {
  const header = answer === null ? null : headerOf(answer, 'WWW-authenticate');
  return /nonce="([^"]*)"/.exec(header ?? '')?.[1] ?? '';
}

/** The Authorization header. */
export function authorization({ username, secret }: DigestAccount, use: DigestUse): string {
  const { method, uri, nonce, nc = '00000001', qop = 'auth', realm = 'asterisk' } = use;
  const a1 = md5(`${username}:${realm}:${secret}`);
  const a2 = md5(`${method}:${uri}`);
  const cnonce = '0a4f113b';
  const response = md5(qop === 'auth' ? `${a1}:${nonce}:${nc}:${cnonce}:auth:${a2}` : `${a1}:${nonce}:${a2}`);
  const fields = [`username="${username}"`, `realm="${realm}"`, `nonce="${nonce}"`, `uri="${uri}"`, 'algorithm=MD5'];
  const counted = qop === 'auth' ? [`qop=auth`, `nc=${nc}`, `cnonce="${cnonce}"`] : [];
  return `Authorization: Digest ${[...fields, ...counted, `response="${response}"`].join(', ')}`;
}

function md5(text: string): string {
  return createHash('md5').update(text, 'latin1').digest('hex');
}
