import { scryptSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deriveHash } from '../../../src/gateway/derive-hash.js';
import {
  formatSecretHash,
  HASH_BYTES,
  memoryOf,
  parseSecretHash,
  SALT_BYTES,
  USUAL_COST,
} from '../../../src/policy/secret-hash.js';

const SALT = Buffer.alloc(16, 7).toString('base64');
const HASH = Buffer.alloc(32, 9).toString('base64');

describe('a secret_hash', () => {
  it('is read as it was written', () => {
    const text = `scrypt:16384:8:1:${SALT}:${HASH}`;
    const parsed = parseSecretHash(text);

    expect(parsed.ok && parsed.value.cost).toEqual({ n: 16_384, r: 8, p: 1 });
    expect(parsed.ok && formatSecretHash(parsed.value)).toBe(text);
  });

  it.each([
    ['no hash', 'secret', 'it is not of the form scrypt:N:r:p:SALT:HASH'],
    ['another kind', `bcrypt:16384:8:1:${SALT}:${HASH}`, 'it is not of the form scrypt:N:r:p:SALT:HASH'],
    ['text before it', `xscrypt:16384:8:1:${SALT}:${HASH}`, 'it is not of the form scrypt:N:r:p:SALT:HASH'],
    ['text behind it', `scrypt:16384:8:1:${SALT}:${HASH} x`, 'it is not of the form scrypt:N:r:p:SALT:HASH'],
    ['an N that is no power of two', `scrypt:16385:8:1:${SALT}:${HASH}`, 'its N is not a power of two'],
    ['an N of one', `scrypt:1:8:1:${SALT}:${HASH}`, 'its N is not a power of two'],
    ['an N of zero', `scrypt:0:8:1:${SALT}:${HASH}`, 'its N is not a power of two'],
    ['too little work', `scrypt:1024:8:1:${SALT}:${HASH}`, 'it costs too little to withstand guessing'],
    ['an r of zero', `scrypt:16384:0:1:${SALT}:${HASH}`, 'it costs too little to withstand guessing'],
    ['too much memory', `scrypt:1048576:8:1:${SALT}:${HASH}`, 'it costs more than a login may'],
    ['too much work', `scrypt:131072:8:32:${SALT}:${HASH}`, 'it costs more than a login may'],
    ['a hash that was cut', `scrypt:16384:8:1:${SALT}:${HASH.slice(0, -6)}`, 'its base64 is damaged'],
    ['a short salt', `scrypt:16384:8:1:AAAA:${HASH}`, 'its salt or hash is too short'],
    ['a short hash', `scrypt:16384:8:1:${SALT}:AAAA`, 'its salt or hash is too short'],
  ])('is refused with %s, and the reason tells nothing of it', (_what, text, reason) => {
    expect(parseSecretHash(text)).toEqual({ ok: false, failure: reason });
  });

  it('is read with every character of base64', () => {
    const odd = Buffer.alloc(33, Buffer.from('+/v7', 'base64')).toString('base64');

    expect(parseSecretHash(`scrypt:16384:8:1:${odd}:${odd}`).ok).toBe(true);
  });

  it('costs what OpenSSL counts, and by default as much as is told', () => {
    expect(memoryOf({ n: 1024, r: 8, p: 3 })).toBe(128 * 8 * (1024 + 3 + 2));
    expect(USUAL_COST).toEqual({ n: 16_384, r: 8, p: 1 });
    expect([SALT_BYTES, HASH_BYTES]).toEqual([16, 32]);
  });

  it.each([
    ['the most work', 'scrypt:131072:8:16', true],
    ['a little more work', 'scrypt:131072:8:17', false],
    ['the most memory', 'scrypt:262144:7:1', true],
    ['a little more memory', 'scrypt:262144:8:1', false],
    ['just the memory that is left', 'scrypt:8192:255:1', true],
    ['an N of two', 'scrypt:2:999:99', true],
    ['an N of one', 'scrypt:1:999:999', false],
  ])('is accepted with %s: %s', (_what, start, isAccepted) => {
    expect(parseSecretHash(`${start}:${SALT}:${HASH}`).ok).toBe(isAccepted);
  });

  it('is what scrypt makes of the bytes of the secret', async () => {
    const cost = { n: 16_384, r: 8, p: 1 };
    const salt = Buffer.from('a salt of sixteen');

    const derived = await deriveHash('se\xfcret', { cost, salt, bytes: 32 });

    const expected = scryptSync(Buffer.from([0x73, 0x65, 0xfc, 0x72, 0x65, 0x74]), salt, 32, { N: 16_384, r: 8, p: 1 });
    expect(derived.equals(expected)).toBe(true);
    expect(memoryOf(cost)).toBeGreaterThanOrEqual(128 * 16_384 * 8);
  });
});
