/** HTTP digest authentication (RFC 2617 and, without qop, RFC 2069) with MD5, which is what Asterisk speaks. */
import { createHash } from 'node:crypto';
import { asciiLowerCase } from '../ami/message.js';

/** What a client sent in its Authorization header, as far as it proves something. */
export interface DigestClaim {
  readonly username: string;
  readonly nonce: string;
  readonly uri: string;
  /** Lower-case hexadecimal. */
  readonly response: string;
  /** `null` without qop: then there is no count of uses either. */
  readonly use: { readonly nc: string; readonly cnonce: string } | null;
}

/** What the client must have known to compute its response. */
export interface DigestTerms {
  readonly realm: string;
  readonly method: string;
}

/** The response that proves the secret of `user`, whose name counts as it stands in manager.conf. */
export function digestResponse(user: string, secret: string, claim: DigestClaim, terms: DigestTerms): string {
  const a1 = md5(`${user}:${terms.realm}:${secret}`);
  const a2 = md5(`${terms.method}:${claim.uri}`);
  const { nonce, use } = claim;
  return md5(use === null ? `${a1}:${nonce}:${a2}` : `${a1}:${nonce}:${use.nc}:${use.cnonce}:auth:${a2}`);
}

/** Reads an Authorization header as Asterisk's ast_parse_digest does; `null` where it has not all that is needed. */
export function parseDigest(header: string): DigestClaim | null {
  const credentials = /^[\x00- ]*digest ([\s\S]*)/i.exec(header)?.[1];
  const fields = credentials === undefined ? null : readFields(credentials);
  if (fields === null) return null;
  const field = (name: string) => fields.get(name) ?? '';
  const [username, nonce, uri, response] = [field('username'), field('nonce'), field('uri'), field('response')];
  const isComplete = [username, nonce, uri, response, field('realm')].every((text) => text !== '');
  if (!isComplete || asciiLowerCase(fields.get('algorithm') ?? 'md5') !== 'md5') return null;
  const claim = { username, nonce, uri, response: asciiLowerCase(response) };
  if (!fields.has('qop')) return { ...claim, use: null };
  const isCounted = /^[0-9a-fA-F]{1,8}$/.test(field('nc')) && field('cnonce') !== '';
  if (asciiLowerCase(field('qop')) !== 'auth' || !isCounted) return null;
  return { ...claim, use: { nc: field('nc'), cnonce: field('cnonce') } };
}

/** `name=value` and `name="value"`, between commas; a field that stands there twice is none to rely on. */
function readFields(text: string): ReadonlyMap<string, string> | null {
  const fields = new Map<string, string>();
  const field = /[\x00- ,]*([^=,"\x00- ]+)[\x00- ]*=[\x00- ]*(?:"((?:[^"\\]|\\.)*)"|([^,"]*))/gsy;
  while (field.lastIndex < text.length) {
    const parts = field.exec(text);
    if (parts === null) return null;
    const [, name = '', quoted, plain = ''] = parts;
    const key = asciiLowerCase(name);
    if (fields.has(key)) return null;
    fields.set(key, quoted?.replace(/\\(.)/gs, '$1') ?? plain.trim());
    if (/^[\x00- ,]*$/.test(text.slice(field.lastIndex))) break;
  }
  return fields;
}

function md5(text: string): string {
  return createHash('md5').update(text, 'latin1').digest('hex');
}
