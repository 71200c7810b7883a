/** ActionIDs of the gateway's own questions: nobody whose data Asterisk repeats can guess one and fake its answer. */
import { randomUUID } from 'node:crypto';

/** 32 hexadecimal digits of which 122 bits are random. Node draws UUIDs from a pool, which costs a fifth of single draws. */
export function newToken(): string {
  return randomUUID().replaceAll('-', '');
}
