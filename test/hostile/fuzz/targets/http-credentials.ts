/** Cookies, digests and targets: an id of ours or none, a claim that says what is written, and one of six routes. */
import { cookieIdIn } from '../../../../src/http/cookie.js';
import { findRoute } from '../../../../src/http/routes.js';
import { type DigestClaim, parseDigest } from '../../../../src/policy/digest.js';
import { mutated } from '../mutate.js';
import type { FuzzTarget } from '../target.js';

const ID = '0123456789abcdef0123456789abcdef';
const DIGEST =
  'Digest username="u", realm="asterisk", nonce="n1", uri="/amxml?action=ping", algorithm=MD5, ' +
  'response="0123456789abcdef0123456789abcdef", qop=auth, nc=00000001, cnonce="c"';
const TEXTS = [
  `mansession_id="${ID}"`,
  `a=b; mansession_id=${ID}; c="d;e"`,
  DIGEST,
  '/asterisk/rawman?action=ping',
  '/mxml/',
];
const WORDS = [
  ...[
    '"',
    ';',
    '=',
    ',',
    ' ',
    '\\',
    '\\"',
    '\t',
    '\0',
    'mansession_id=',
    ID,
    'MANSESSION_ID',
    'username="x"',
    'uri="/"',
  ],
  ...[
    'qop=',
    'auth-int',
    'nc=0',
    'algorithm=SHA-256',
    'digest ',
    '//',
    '..',
    '%2e',
    '/',
    '?',
    '#',
    'amanager',
    'arawman',
  ],
];
const PATH = /^\/(?:rawman|manager|mxml|arawman|amanager|amxml)\/?$/i;

export const httpCredentials: FuzzTarget = {
  name: 'HTTP cookies, digests and paths: ours, as written, or none',
  inputs: 150_000,
  make: (random) => mutated(TEXTS, random, WORDS),
  judge: (input) => {
    const id = cookieIdIn(['Cookie', input]);
    if (id !== null && !(id.length === 32 && input.includes(id))) return `the id is ${id}`;
    const route = findRoute('', input);
    if ((route !== null) !== PATH.test(input.split('?', 1)[0] ?? '')) return `the route is ${JSON.stringify(route)}`;
    const claim = parseDigest(input);
    return claim === null ? null : judgeClaim(claim, input);
  },
};

/** What the claim says stands in the header, and it says it once. */
function judgeClaim(claim: DigestClaim, header: string): string | null {
  const again = parseDigest(formatDigest(claim));
  if (JSON.stringify(again) !== JSON.stringify(claim))
    return `${JSON.stringify(claim)} becomes ${JSON.stringify(again)}`;
  const plain = header.replace(/\\(.)/gs, '$1');
  const missing = [claim.username, claim.nonce, claim.uri].find((text) => !plain.includes(text));
  return missing === undefined ? null : `${JSON.stringify(missing)} is not there`;
}

function formatDigest({ username, nonce, uri, response, use }: DigestClaim): string {
  const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
  const count = use === null ? '' : `, qop=auth, nc=${use.nc}, cnonce=${quoted(use.cnonce)}`;
  const fields = `username=${quoted(username)}, realm="r", nonce=${quoted(nonce)}, uri=${quoted(uri)}`;
  return `Digest ${fields}, response=${quoted(response)}${count}`;
}
