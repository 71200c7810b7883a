/** scrypt, on a thread of Node's pool: the event loop goes on meanwhile. */
import { scrypt } from 'node:crypto';
import { type HashCost, memoryOf } from '../policy/secret-hash.js';

export interface HashTerms {
  readonly cost: HashCost;
  readonly salt: Buffer;
  readonly bytes: number;
}

/** `secret` is latin-1, as it comes from the wire. */
export function deriveHash(secret: string, { cost, salt, bytes }: HashTerms): Promise<Buffer> {
  const options = { N: cost.n, r: cost.r, p: cost.p, maxmem: 2 * memoryOf(cost) };
  return new Promise((resolve, reject) => {
    scrypt(Buffer.from(secret, 'latin1'), salt, bytes, options, (error, hash) => {
      if (error === null) resolve(hash);
      else reject(error);
    });
  });
}
