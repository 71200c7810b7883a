import { describe, expect, it } from 'vitest';
import { verifyDigest } from '../../../src/policy/credentials.js';
import { digestResponse, parseDigest } from '../../../src/policy/digest.js';

const NEEDED = 'username="u", realm="r", nonce="n", uri="/x", response="ABCD"';

describe('a digest header', () => {
  it.each([
    [`Digest ${NEEDED}`, null],
    [`digest ${NEEDED}, algorithm=md5`, null],
    [`  Digest ${NEEDED}, qop=auth, nc=0000000A, cnonce="c"`, { nc: '0000000A', cnonce: 'c' }],
    [`Digest ${NEEDED},qop="auth",nc=1,cnonce=c,opaque="",unknown=1`, { nc: '1', cnonce: 'c' }],
  ])('is read: %s', (header, use) => {
    expect(parseDigest(header)).toEqual({ username: 'u', nonce: 'n', uri: '/x', response: 'abcd', use });
  });

  it.each([
    [`Digest ${NEEDED}, algorithm=Md5, qop=AUTH, nc=1, cnonce=c`],
    [`Digest ${NEEDED.replace('username', 'UserName')}, qop=auth, nc=1, cnonce=c`],
    [`Digest ${NEEDED}, qop=auth, nc=1 , cnonce=c  ,  `],
    [`Digest ${NEEDED}, qop=auth, nc=1, cnonce=c, opaque=`],
  ])('is read in any case and with blanks: %s', (header) => {
    expect(parseDigest(header)?.use).toEqual({ nc: '1', cnonce: 'c' });
    expect(parseDigest(header)?.username).toBe('u');
  });

  it('is read with bytes of any kind inside of quotes', () => {
    expect(parseDigest(`Digest ${NEEDED.replace('"u"', '"a\nb\\\n"')}`)?.username).toBe('a\nb\n');
  });

  it('is read with quotes and commas inside of values', () => {
    expect(parseDigest(`Digest ${NEEDED.replace('"u"', '"a \\"b\\", c=d"')}`)?.username).toBe('a "b", c=d');
  });

  it.each([
    '',
    'Digest',
    'Basic YTpi',
    'Digest username="u"',
    `x Digest ${NEEDED}`,
    `Digest "garbage" ${NEEDED}`,
    `Digest ${NEEDED.replace('username="u", ', '')}`,
    `Digest ${NEEDED.replace('uri="/x", ', '')}`,
    `Digest ${NEEDED.replace(', response="ABCD"', '')}`,
    `Digest ${NEEDED}, qop=auth, nc=1`,
    `Digest ${NEEDED.replace('realm="r", ', '')}`,
    `Digest ${NEEDED.replace('"n"', '""')}`,
    `Digest ${NEEDED}, algorithm=SHA-256`,
    `Digest ${NEEDED}, algorithm=MD5-sess`,
    `Digest ${NEEDED}, qop=auth-int, nc=1, cnonce=c`,
    `Digest ${NEEDED}, qop=auth`,
    `Digest ${NEEDED}, qop=auth, nc=xyz, cnonce=c`,
    `Digest ${NEEDED}, qop=auth, nc=123456789, cnonce=c`,
    `Digest ${NEEDED}, username="other"`,
    `Digest ${NEEDED}, uri="unclosed`,
    `Digest ${'a="'.repeat(1000)}`,
  ])('is refused: %s', (header) => {
    expect(parseDigest(header)).toBeNull();
  });
});

describe('a digest proof', () => {
  // The example of RFC 2617, section 3.5.
  const claim = {
    username: 'Mufasa',
    nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
    uri: '/dir/index.html',
    response: '6629fae49393a05397450978507c4ef1',
    use: { nc: '00000001', cnonce: '0a4f113b' },
  };
  const terms = { realm: 'testrealm@host.com', method: 'GET' };
  const credentials = { kind: 'secret', secret: 'Circle Of Life' } as const;

  it('is that of RFC 2617', () => {
    expect(verifyDigest(credentials, 'Mufasa', claim, terms)).toBe(true);
  });

  it('is that of RFC 2069 without qop', () => {
    const old = { ...claim, response: '670fd8c2df070c60b045671b8b24ff02', use: null };

    expect(verifyDigest(credentials, 'Mufasa', old, terms)).toBe(true);
    expect(verifyDigest(credentials, 'Mufasa', { ...old, nonce: 'x' }, terms)).toBe(false);
  });

  it.each([
    ['secret', { ...credentials, secret: 'circle of life' }, 'Mufasa', claim, terms],
    ['user', credentials, 'mufasa', claim, terms],
    ['method', credentials, 'Mufasa', claim, { ...terms, method: 'POST' }],
    ['realm', credentials, 'Mufasa', claim, { ...terms, realm: 'asterisk' }],
    ['uri', credentials, 'Mufasa', { ...claim, uri: '/' }, terms],
    ['nonce', credentials, 'Mufasa', { ...claim, nonce: 'x' }, terms],
    ['count', credentials, 'Mufasa', { ...claim, use: { nc: '00000002', cnonce: '0a4f113b' } }, terms],
  ] as const)('does not hold with another %s', (_what, given, user, changed, under) => {
    expect(verifyDigest(given, user, changed, under)).toBe(false);
  });

  it('proves nothing of an empty secret', () => {
    const empty = { ...claim, response: digestResponse('Mufasa', '', claim, terms) };

    expect(verifyDigest({ kind: 'secret', secret: '' }, 'Mufasa', empty, terms)).toBe(false);
  });
});
