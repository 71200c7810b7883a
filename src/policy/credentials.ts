/** What proves that a client is a user. Every comparison takes the same time, whatever is equal. */
import { createHash, timingSafeEqual } from 'node:crypto';

export interface Credentials {
  readonly kind: 'secret';
  /** The text of `secret =`, byte for byte. An empty one proves nothing: nobody can log in with it. */
  readonly secret: string;
}

/** Stands in for the credentials of an unknown user, so that asking for one costs as much as a wrong secret. */
export const NOBODY: Credentials = { kind: 'secret', secret: '' };

/** A plain login: the secret as it was sent, byte for byte; trailing blanks count. */
export function verifySecret(credentials: Credentials, given: string): boolean {
  const equal = equalsInConstantTime(credentials.secret, given);
  return equal && credentials.secret !== '';
}

/** An MD5 login: lower-case hexadecimal of MD5(challenge, secret), which is what Asterisk compares with. */
export function verifyKey(credentials: Credentials, challenge: string, key: string): boolean {
  const expected = createHash('md5').update(`${challenge}${credentials.secret}`, 'latin1').digest('hex');
  const equal = equalsInConstantTime(expected, key);
  return equal && credentials.secret !== '' && challenge !== '';
}

/** Compares hashes, so that neither content nor length shows in the time. */
function equalsInConstantTime(one: string, other: string): boolean {
  return timingSafeEqual(sha256(one), sha256(other));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'latin1').digest();
}
