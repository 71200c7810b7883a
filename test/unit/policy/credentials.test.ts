import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { expectedKey, NOBODY, verifyKey, verifySecret } from '../../../src/policy/credentials.js';
import { readCases } from './case-file.js';

describe('credentials', () => {
  it.each(readCases('credentials'))('accept only the right proof: $place', ({ expected, columns }) => {
    const [method, ...texts] = columns;
    const [secret = '', ...given] = texts.map((text) => text.slice(1, -1));

    expect(method === 'plain' ? plain(secret, given) : md5(secret, given)).toBe(expected);
  });

  it('of nobody accept nothing', () => {
    expect(NOBODY).toEqual({ kind: 'secret', secret: '' });
    expect(verifySecret(NOBODY, '')).toBe(false);
    expect(verifyKey(NOBODY, '1', createHash('md5').update('1').digest('hex'))).toBe(false);
  });

  it('that are a certificate make the key of an empty secret, which proves nothing', () => {
    const key = createHash('md5').update('1').digest('hex');

    expect(expectedKey({ kind: 'certificate' }, '1')).toBe(key);
    expect(verifyKey({ kind: 'certificate' }, '1', key)).toBe(false);
    expect(verifySecret({ kind: 'certificate' }, '')).toBe(false);
  });

  it('take text for bytes, one character for one byte', () => {
    const key = createHash('md5')
      .update(Buffer.from([0x31, 0xe9]))
      .digest('hex');

    expect(verifyKey({ kind: 'secret', secret: '\xe9' }, '1', key)).toBe(true);
  });
});

function plain(secret: string, [given = '']: readonly string[]): string {
  return verifySecret({ kind: 'secret', secret }, given) ? 'accept' : 'refuse';
}

function md5(secret: string, [challenge = '', key = '']: readonly string[]): string {
  const right = createHash('md5').update(`${challenge}${secret}`).digest('hex');
  return verifyKey({ kind: 'secret', secret }, challenge, key.replace('<MD5>', right)) ? 'accept' : 'refuse';
}
