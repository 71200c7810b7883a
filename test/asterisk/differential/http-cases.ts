/** Conversations over HTTP that Asterisk and gateway must answer alike. */
import { createHash } from 'node:crypto';
import { type Asked, post } from '../../gateway/raw-http.js';
import { authorization, type DigestAccount, nonceOf } from './digest-client.js';
import type { Known, Step } from './http-conversation.js';

export const HTTP_USERS = `
[admin]
secret = secret-of-admin
read = system,call,user
write = all

[nobody]
secret = secret-of-nobody

[user-events]
secret = secret-of-user-events
read = user
write = user
eventfilter = !UserEvent: hidden

[single]
secret = secret-of-single
read = user
write = user
allowmultiplelogin = no

[elsewhere]
secret = secret-of-elsewhere
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.2/255.255.255.255
read = user
write = user

[no-secret]
read = user
write = user
`;

export interface HttpCase {
  readonly title: string;
  readonly steps: readonly Step[];
}

const FORMATS = ['rawman', 'manager', 'mxml'] as const;

function login(uri: string, user: string, more = ''): Asked {
  return { target: `/${uri}?action=login&username=${user}&secret=secret-of-${user}${more}` };
}

/** With the cookie of the answers before. */
function get(target: string): Step {
  return ({ cookie }) => ({ target, headers: [cookie] });
}

function postWith(target: string, body: string): Step {
  return ({ cookie }: Known) => post(target, body, cookie);
}

const inEveryFormat: readonly HttpCase[] = FORMATS.flatMap((uri) => [
  {
    title: `/${uri}: a good login and what follows`,
    steps: [
      login(uri, 'admin', '&actionid=1'),
      get(`/${uri}?action=ping&actionid=2`),
      get(`/${uri}?action=login&username=nobody&secret=x`),
      get(`/${uri}?action=coreshowchannels&actionid=3`),
      get(`/${uri}?action=listcategories&filename=extensions.conf`),
      get(`/${uri}?action=command&command=core%20show%20hints&actionid=4`),
      get(`/${uri}?action=command&command=core+show+file+version+like+nothing`),
      get(`/${uri}?action=command&command=module%20show%20like%20res_timing`),
      get(`/${uri}?action=getvar&variable=NOTHING`),
      get(`/${uri}?action=getvar`),
      get(`/${uri}?action=nonsense&actionid=%3Ca%3E%26%22%27`),
      get(`/${uri}`),
      get(`/${uri}?actionid=5`),
      get(`/${uri}?action=events&eventmask=user&actionid=6`),
      get(`/${uri}?action=events&eventmask=bogus`),
      get(`/${uri}?action=events`),
      get(`/${uri}?action=logoff&actionid=7`),
      get(`/${uri}?action=ping`),
    ],
  },
  {
    title: `/${uri}: a good login by POST`,
    steps: [post(`/${uri}`, 'action=login&username=admin&secret=secret-of-admin')],
  },
  {
    title: `/${uri}: a wrong secret`,
    steps: [{ target: `/${uri}?action=login&username=admin&secret=wrong&actionid=5` }],
  },
  { title: `/${uri}: an unknown user`, steps: [{ target: `/${uri}?action=login&username=ghost&secret=wrong` }] },
  { title: `/${uri}: no user`, steps: [{ target: `/${uri}?action=login&secret=wrong` }] },
  { title: `/${uri}: no cookie`, steps: [{ target: `/${uri}?action=ping` }, { target: `/${uri}?action=nonsense` }] },
  {
    title: `/${uri}: cookies that name nothing`,
    steps: [
      { target: `/${uri}?action=ping`, headers: ['Cookie: mansession_id="deadbeef"'] },
      { target: `/${uri}?action=ping`, headers: ['Cookie: mansession_id=0'] },
      { target: `/${uri}?action=ping`, headers: ['Cookie: mansession_id'] },
      { target: `/${uri}?action=ping`, headers: [`Cookie: mansession_id="${'f'.repeat(3000)}"`] },
    ],
  },
  { title: `/${uri}: FullyBooted with a mask`, steps: [login(uri, 'admin', '&events=on')] },
  {
    title: `/${uri}: a refused action`,
    steps: [login(uri, 'nobody'), get(`/${uri}?action=command&command=core+show+hints`)],
  },
  {
    title: `/${uri}: events wait for WaitEvent`,
    steps: [
      login(uri, 'user-events'),
      get(`/${uri}?action=waitevent&timeout=0&actionid=1`),
      get(`/${uri}?action=userevent&userevent=first&key=a%3Cb%3E&actionid=2`),
      get(`/${uri}?action=userevent&userevent=second`),
      get(`/${uri}?action=waitevent&timeout=10&actionid=3`),
      get(`/${uri}?action=waitevent&timeout=1`),
    ],
  },
]);

const sessions: readonly HttpCase[] = [
  {
    title: 'events from before the first WaitEvent are delivered with it',
    steps: [
      login('rawman', 'user-events'),
      get('/rawman?action=userevent&userevent=early'),
      get('/rawman?action=waitevent&timeout=5'),
    ],
  },
  {
    title: 'Events: off does not keep WaitEvent from its events',
    steps: [
      login('rawman', 'user-events'),
      get('/rawman?action=events&eventmask=off'),
      get('/rawman?action=userevent&userevent=x'),
      get('/rawman?action=waitevent&timeout=5'),
    ],
  },
  {
    title: 'the filters of a user hold',
    steps: [
      login('rawman', 'user-events'),
      get('/rawman?action=waitevent&timeout=0'),
      get('/rawman?action=userevent&userevent=hidden'),
      get('/rawman?action=userevent&userevent=shown'),
      get('/rawman?action=waitevent&timeout=5'),
    ],
  },
  {
    title: 'a session is one through all formats',
    steps: [
      login('rawman', 'admin'),
      get('/mxml?action=ping'),
      get('/manager?action=ping'),
      get('/RAWMAN/?action=ping'),
    ],
  },
  {
    title: 'a challenge and its key',
    steps: [
      { target: '/rawman?action=challenge&authtype=MD5' },
      ({ cookie, last }) => {
        const challenge = /Challenge: (\d+)/.exec(last?.body ?? '')?.[1] ?? '';
        const key = createHash('md5').update(`${challenge}secret-of-admin`).digest('hex');
        return { target: `/rawman?action=login&authtype=MD5&username=admin&key=${key}`, headers: [cookie] };
      },
      get('/rawman?action=ping'),
    ],
  },
  { title: 'a challenge of another kind', steps: [{ target: '/rawman?action=challenge&authtype=SHA' }] },
  {
    title: 'a second login of a single user',
    steps: [
      login('rawman', 'single'),
      login('rawman', 'single', '&actionid=2'),
      { target: '/rawman?action=challenge&authtype=MD5&username=single' },
    ],
  },
  { title: 'an address that the ACL refuses', steps: [login('rawman', 'elsewhere')] },
  { title: 'an address that the ACL permits', steps: [{ ...login('rawman', 'elsewhere'), localAddress: '127.0.0.2' }] },
  { title: 'a user without a secret', steps: [{ target: '/rawman?action=login&username=no-secret&secret=' }] },
  { title: 'a logoff without a login', steps: [{ target: '/rawman?action=logoff' }] },
  {
    title: 'the last cookie of the last Cookie header counts',
    steps: [
      login('rawman', 'admin'),
      ({ cookie }) => ({
        target: '/rawman?action=ping',
        headers: [`${cookie.replace('Cookie: ', 'Cookie: a=b; mansession_id="12345678"; ')}`],
      }),
      ({ cookie }) => ({ target: '/rawman?action=ping', headers: ['Cookie: mansession_id="12345678"', cookie] }),
      ({ cookie }) => ({ target: '/rawman?action=ping', headers: [cookie, 'Cookie: other=1'] }),
      ({ cookie }) => ({
        target: '/rawman?action=ping',
        headers: [cookie.replaceAll('"', '').replace('mansession', 'MANSESSION')],
      }),
    ],
  },
];

const parameters: readonly HttpCase[] = [
  {
    title: 'names and values as they are decoded',
    steps: [
      login('mxml', 'admin'),
      get('/mxml?ACTION=ping&ActionID=a+b%20c%zz%4'),
      get('/mxml?action=&action=ping'),
      get('/mxml?action=ping&'),
      get('/mxml?&&action=ping'),
      get('/mxml?action=ping&actionid'),
      get('/mxml?action=ping&actionid=a=b'),
      get('/mxml?action=ping;actionid=1'),
      get('/mxml?action=ping&actionid=%e9%ff'),
      get('/mxml?action=ping&ajaxdest=here&ajaxobjtype=thing'),
      get('/mxml?action=ping&AJAXDEST=first&ajaxdest=second&ajaxobjtype='),
      get('/mxml?action=userevent&userevent=x&1st=a&dash-ed=b&dash-ed=c'),
    ],
  },
  {
    title: 'of a POST only the form counts',
    steps: [
      login('rawman', 'admin'),
      postWith('/rawman?action=ping', 'action=nonsense'),
      postWith('/rawman?action=ping', 'x=y'),
      ({ cookie }) => ({
        method: 'POST',
        target: '/rawman?action=ping',
        headers: [cookie, 'Content-Type: text/plain'],
        body: 'action=ping',
      }),
      ({ cookie }) => ({ method: 'POST', target: '/rawman', headers: [cookie], body: 'action=ping' }),
      ({ cookie }) => ({ method: 'POST', target: '/rawman', headers: [cookie, 'Content-Length: 0'] }),
      ({ cookie }) => ({
        method: 'POST',
        target: '/rawman',
        headers: [cookie, 'Content-Type: Application/X-WWW-Form-URLencoded; charset=utf-8'],
        body: 'action=ping',
      }),
      ({ cookie }) => ({
        method: 'POST',
        target: '/rawman',
        headers: [
          cookie,
          'Content-Type: application/x-www-form-urlencoded',
          'Transfer-Encoding: chunked',
          '',
          'b',
          'action=ping',
          '0',
          '',
          '',
        ],
      }),
      ({ cookie }) => ({ target: '/rawman?action=ping', headers: [cookie], body: 'action=nonsense' }),
    ],
  },
];

/** A form of this length, of values that fit into lines. */
function bodyOf(length: number): string {
  return `action=ping${`&x=${'y'.repeat(997)}`.repeat(41)}`.slice(0, length);
}

const transport: readonly HttpCase[] = [
  {
    title: 'paths that are not there',
    steps: [
      { target: '/' },
      { target: '/rawman/x?action=ping' },
      { target: '/rawmanx?action=ping' },
      { target: '//rawman?action=ping' },
      { target: '/%72awman?action=ping' },
      { target: '/%zz' },
      { target: '/ajam/rawman' },
      { target: 'http://127.0.0.1/rawman?action=ping' },
      { target: '/rawman//?action=ping' },
      { target: '/amx?action=ping' },
    ],
  },
  {
    title: 'other methods',
    steps: [
      { method: 'PUT', target: '/rawman', body: 'action=ping' },
      { method: 'DELETE', target: '/mxml' },
      { method: 'OPTIONS', target: '/manager' },
      { method: 'PATCH', target: '/arawman' },
      { method: 'PUT', target: '/nothing' },
    ],
  },
  { title: 'a method that HTTP does not know', steps: [{ method: 'BREW', target: '/rawman' }] },
  { title: 'HEAD', steps: [{ method: 'HEAD', target: '/rawman?action=ping' }] },
  { title: 'Connection: close', steps: [{ target: '/rawman?action=ping', headers: ['Connection: CLOSE'] }] },
  {
    title: 'Connection: something else',
    steps: [{ target: '/rawman?action=ping', headers: ['Connection: close, x'] }],
  },
  { title: 'the longest request line', steps: [{ target: `/rawman?action=ping&x=${'x'.repeat(4095 - 36)}` }] },
  { title: 'a request line that is too long', steps: [{ target: `/rawman?action=ping&x=${'x'.repeat(4095 - 34)}` }] },
  { title: 'the longest header', steps: [{ target: '/rawman?action=ping', headers: [`X: ${'x'.repeat(4090)}`] }] },
  {
    title: 'a header that is too long',
    steps: [{ target: '/rawman?action=ping', headers: [`X: ${'x'.repeat(4091)}`] }],
  },
  {
    title: 'a hundred headers',
    steps: [{ target: '/rawman?action=ping', headers: Array.from({ length: 99 }, (_, n) => `X-${n}: x`) }],
  },
  {
    title: 'a hundred and one headers',
    steps: [{ target: '/rawman?action=ping', headers: Array.from({ length: 100 }, (_, n) => `X-${n}: x`) }],
  },
  { title: 'the largest body', steps: [post('/rawman', bodyOf(40_960))] },
  { title: 'a body that is too large', steps: [post('/rawman', bodyOf(40_961))] },
  {
    title: 'a Content-Length that is none',
    steps: [{ method: 'POST', target: '/rawman', headers: ['Content-Length: x'] }],
  },
  {
    title: 'a negative Content-Length',
    steps: [{ method: 'POST', target: '/rawman', headers: ['Content-Length: -1'] }],
  },
  {
    title: 'a Transfer-Encoding that is not known',
    steps: [{ method: 'POST', target: '/rawman', headers: ['Transfer-Encoding: gzip'] }],
  },
  {
    title: 'a Transfer-Encoding of identity',
    steps: [{ target: '/rawman?action=ping', headers: ['Transfer-Encoding: identity'] }],
  },
  {
    title: 'a chunk that is none',
    steps: [
      {
        method: 'POST',
        target: '/rawman',
        headers: ['Content-Type: application/x-www-form-urlencoded', 'Transfer-Encoding: chunked', '', 'zz', ''],
      },
    ],
  },
  {
    title: 'a body of two lengths',
    steps: [
      {
        method: 'POST',
        target: '/rawman',
        headers: [
          'Content-Type: application/x-www-form-urlencoded',
          'Content-Length: 5',
          'Transfer-Encoding: chunked',
          '',
          'b',
          'action=ping',
          '0',
          '',
          '',
        ],
      },
    ],
  },
  {
    title: 'two lengths',
    steps: [{ method: 'POST', target: '/rawman', headers: ['Content-Length: 5', 'Content-Length: 3', '', 'abcde'] }],
  },
];

const ADMIN: DigestAccount = { username: 'admin', secret: 'secret-of-admin' };

/** Asks for a nonce and comes back with it. */
function digest(
  target: string,
  account: DigestAccount,
  more: Partial<Parameters<typeof authorization>[1]> = {},
): Step[] {
  const withProof: Step = ({ last }) => ({
    target,
    headers: [authorization(account, { method: 'GET', uri: target, nonce: nonceOf(last), ...more })],
  });
  return [{ target }, withProof];
}

const digests: readonly HttpCase[] = [
  ...['arawman', 'amanager', 'amxml'].map((uri) => ({
    title: `/${uri}: a good proof`,
    steps: digest(`/${uri}?action=ping&actionid=1`, ADMIN),
  })),
  { title: 'digest: a list', steps: digest('/arawman?action=coreshowchannels', ADMIN) },
  { title: 'digest: a Command', steps: digest('/amxml?action=command&command=core%20show%20hints', ADMIN) },
  { title: 'digest: a missing action', steps: digest('/arawman', ADMIN) },
  { title: 'digest: an unknown action', steps: digest('/arawman?action=nonsense', ADMIN) },
  { title: 'digest: a login', steps: digest('/arawman?action=login', ADMIN) },
  { title: 'digest: a logoff', steps: digest('/arawman?action=logoff', ADMIN) },
  {
    title: 'digest: WaitEvent',
    steps: digest('/arawman?action=waitevent&timeout=1', { username: 'user-events', secret: 'secret-of-user-events' }),
  },
  {
    title: 'digest: a refused action',
    steps: digest('/arawman?action=command&command=x', { username: 'nobody', secret: 'secret-of-nobody' }),
  },
  { title: 'digest: a wrong secret', steps: digest('/arawman?action=ping', { username: 'admin', secret: 'wrong' }) },
  { title: 'digest: an unknown user', steps: digest('/arawman?action=ping', { username: 'ghost', secret: 'wrong' }) },
  {
    title: 'digest: a name in another case',
    steps: digest('/arawman?action=ping', { username: 'ADMIN', secret: 'secret-of-admin' }),
  },
  {
    title: 'digest: an address that the ACL refuses',
    steps: digest('/arawman?action=ping', { username: 'elsewhere', secret: 'secret-of-elsewhere' }),
  },
  { title: 'digest: without qop', steps: digest('/arawman?action=ping', ADMIN, { qop: 'none' }) },
  { title: 'digest: another realm', steps: digest('/arawman?action=ping', ADMIN, { realm: 'other' }) },
  { title: 'digest: Basic', steps: [{ target: '/arawman?action=ping', headers: ['Authorization: Basic YTpi'] }] },
  {
    title: 'digest: half a header',
    steps: [{ target: '/arawman?action=ping', headers: ['Authorization: Digest username="admin", realm="asterisk"'] }],
  },
  {
    title: 'digest: by POST',
    steps: [
      { target: '/arawman' },
      ({ last }) =>
        post(
          '/arawman',
          'action=ping',
          authorization(ADMIN, { method: 'POST', uri: '/arawman', nonce: nonceOf(last) }),
        ),
    ],
  },
  {
    title: 'digest: a session goes on with its nonce',
    steps: [
      { target: '/arawman' },
      ...['userevent&userevent=x', 'waitevent&timeout=5', 'waitevent&timeout=1'].map((action, index): Step => {
        const target = `/arawman?action=${action}`;
        let nonce = '';
        return ({ last }) => {
          nonce = index === 0 ? nonceOf(last) : shared.nonce;
          shared.nonce = nonce;
          const account = { username: 'user-events', secret: 'secret-of-user-events' };
          return {
            target,
            headers: [authorization(account, { method: 'GET', uri: target, nonce, nc: `0000000${index + 1}` })],
          };
        };
      }),
    ],
  },
  {
    title: 'digest: a user without a secret',
    steps: digest('/arawman?action=ping', { username: 'no-secret', secret: '(null)' }),
  },
  {
    title: 'digest: a nonce that the client made up',
    steps: digest('/arawman?action=ping', ADMIN, { nonce: 'cafe0001' }),
  },
  {
    title: 'digest: a proof for another request',
    steps: digest('/arawman?action=ping', ADMIN, { uri: '/arawman?action=logoff' }),
  },
  {
    title: 'digest: the same proof twice',
    steps: (() => {
      const [first, second] = digest('/arawman?action=ping', ADMIN);
      let asked: Asked = { target: '/' };
      if (first === undefined || typeof second !== 'function') throw new Error('no proof');
      const keep: Step = (known) => {
        asked = second(known);
        return asked;
      };
      return [first, keep, () => asked];
    })(),
  },
  {
    title: 'a nonce as a cookie',
    steps: [
      ...digest('/arawman?action=userevent&userevent=x', ADMIN, { nonce: 'cafe0002' }),
      { target: '/rawman?action=ping', headers: ['Cookie: mansession_id="cafe0002"'] },
    ],
  },
];

/** The nonce of a conversation: conversations go one after the other. */
const shared = { nonce: '' };

const injections: readonly HttpCase[] = [
  {
    title: 'line ends and NUL in a value',
    steps: [
      login('rawman', 'admin'),
      get('/rawman?action=ping&actionid=1%0d%0aX:%20y'),
      get('/rawman?action=ping&actionid=1%0aX'),
      get('/rawman?action=ping&actionid=1%00X'),
    ],
  },
  { title: 'a colon in a name', steps: [login('rawman', 'admin'), get('/rawman?action:x=ping')] },
  { title: 'a blank in a name', steps: [login('rawman', 'admin'), get('/rawman?action+=ping')] },
  { title: 'markup in ajaxdest', steps: [login('mxml', 'admin'), get(`/mxml?action=ping&ajaxdest=d'x`)] },
  { title: 'markup in ajaxobjtype', steps: [login('mxml', 'admin'), get('/mxml?action=ping&ajaxobjtype=a/%3E%3Cb')] },
  {
    title: 'a hundred and twenty-nine parameters',
    steps: [login('rawman', 'admin'), get(`/rawman?action=ping${'&x=y'.repeat(128)}`)],
  },
  {
    title: 'a value that fits into no line',
    steps: [login('rawman', 'admin'), get(`/rawman?action=ping&x=${'y'.repeat(1022)}`)],
  },
];

export const HTTP_CASES: readonly HttpCase[] = [
  ...inEveryFormat,
  ...sessions,
  ...parameters,
  ...transport,
  ...digests,
  ...injections,
];
