/** What proves that a client is a user. Every comparison takes the same time, whatever is equal. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type DigestClaim, type DigestTerms, digestResponse } from './digest.js';
import type { SecretHash } from './secret-hash.js';

export type Credentials =
  /** The text of `secret =`, byte for byte. An empty one proves nothing: nobody can log in with it. */
  | { readonly kind: 'secret'; readonly secret: string }
  /** What scrypt has made of it: a plain login can be weighed against it, a key over a challenge cannot. */
  | { readonly kind: 'scrypt'; readonly hash: SecretHash }
  /** The certificate that `tls_user` names is the proof, and no secret is looked at. */
  | { readonly kind: 'certificate' };

/** Stands in for the credentials of an unknown user, so that asking for one costs as much as a wrong secret. */
export const NOBODY: Credentials = { kind: 'secret', secret: '' };

/** A plain login: the secret as it was sent, byte for byte; trailing blanks count. A hash is not weighed here. */
export function verifySecret(credentials: Credentials, given: string): boolean {
  const secret = knownSecret(credentials);
  const equal = equalsInConstantTime(secret, given);
  return equal && secret !== '';
}

/** An MD5 login: the key must be spelt as Asterisk's own. */
export function verifyKey(credentials: Credentials, challenge: string, key: string): boolean {
  const equal = equalsInConstantTime(expectedKey(credentials, challenge), key);
  return equal && knownSecret(credentials) !== '' && challenge !== '';
}

/** The key that proves the secret over a challenge: MD5(challenge, secret) in lower-case hexadecimal. */
export function expectedKey(credentials: Credentials, challenge: string): string {
  return createHash('md5')
    .update(`${challenge}${knownSecret(credentials)}`, 'latin1')
    .digest('hex');
}

/** A request over HTTP with digest authentication. `user` is the name as it stands in manager.conf. */
export function verifyDigest(credentials: Credentials, user: string, claim: DigestClaim, terms: DigestTerms): boolean {
  const secret = knownSecret(credentials);
  const equal = equalsInConstantTime(digestResponse(user, secret, claim, terms), claim.response);
  return equal && secret !== '';
}

/** Empty where the secret is not known. */
function knownSecret(credentials: Credentials): string {
  return credentials.kind === 'secret' ? credentials.secret : '';
}

/** Compares hashes, so that neither content nor length shows in the time. */
function equalsInConstantTime(one: string, other: string): boolean {
  return timingSafeEqual(sha256(one), sha256(other));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'latin1').digest();
}
