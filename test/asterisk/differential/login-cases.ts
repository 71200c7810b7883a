/** Ways to log in, and not to: conversations, because a challenge has to be answered. */
import { createHash } from 'node:crypto';
import type { AmiClient } from '../ami-client.mjs';
import { type Account, loginOf } from './accounts.js';
import type { Talk } from './conversation.js';

export interface LoginCase {
  readonly title: string;
  readonly talk: Talk;
}

const LONG_NAME = 'n'.repeat(79);

export const ACCOUNTS: readonly Account[] = [
  { name: 'plain', options: ['read = system,user', 'write = all'] },
  { name: 'Mixed Case', options: ['read = all', 'write = system'] },
  { name: 'single', options: ['write = all', 'allowmultiplelogin = no'] },
  { name: LONG_NAME, options: ['write = call'] },
  { name: 'odd', options: ['secret = a=b\\;c "d" > e', 'write = call'] },
  { name: 'high', options: ['secret = s\xe4\xff', 'write = call'] },
  { name: 'm\xfcller', options: ['write = call'] },
  { name: 'twice', options: ['secret = the-second-one', 'write = call'] },
  { name: 'reader', options: ['read = call'] },
  { name: 'Security', options: ['read = security', 'write = none'] },
  { name: 'empty', options: ['secret ='] },
];

/** It has no secret at all, so it is not made as the others are. */
export const WITHOUT_SECRET = '[none]\nread = all\nwrite = all\n';

const ME = 'Username: plain\r\n';
const MY_SECRET = 'Secret: secret-of-plain\r\n';
const QUIET = 'Events: off\r\n';

const REQUESTS: readonly string[] = [
  ME + MY_SECRET,
  MY_SECRET + ME,
  ME,
  MY_SECRET,
  '',
  `Username:\r\n${MY_SECRET}`,
  `Username: PLAIN\r\n${MY_SECRET}`,
  `Username: plain \r\n${MY_SECRET}`,
  `Username:    plain\r\n${MY_SECRET}`,
  `Username: ghost\r\n${MY_SECRET}`,
  `Username: gh\xf6st\r\n${MY_SECRET}`,
  `Username: general\r\n${MY_SECRET}`,
  `Username: plain\r\nUsername: ghost\r\n${MY_SECRET}`,
  `Username:\r\nUsername: plain\r\n${MY_SECRET}`,
  `${ME}Secret:\r\n${MY_SECRET}`,
  `${ME}${MY_SECRET}Secret: wrong\r\n`,
  `${ME}Secret: SECRET-OF-PLAIN\r\n`,
  `${ME}Secret: secret-of-plain \r\n`,
  `${ME}Secret:secret-of-plain\r\n`,
  `${ME}Secret: secret-of-plai\r\n`,
  `${ME}Secret: secret-of-plainx\r\n`,
  `${ME}secret: secret-of-plain\r\n`,
  `${ME}Secret : secret-of-plain\r\n`,
  `${ME}Secret: secret-of-plain\0more\r\n`,
  `${ME}${MY_SECRET}AuthType:\r\n`,
  `${ME}${MY_SECRET}AuthType: plain\r\n`,
  `${ME}${MY_SECRET}AuthType: SHA1\r\n`,
  `${ME}${MY_SECRET}AuthType: MD5 \r\n`,
  `${ME}${MY_SECRET}AuthType: MD5\r\n`,
  `${ME}${MY_SECRET}AuthType: md5\r\nKey: 0\r\n`,
  `${ME}${MY_SECRET}AuthType: MD5\r\nKey:\r\n`,
  `${ME}${MY_SECRET}Key: 0\r\n`,
  'Username: mixed case\r\nSecret: secret-of-Mixed Case\r\n',
  `Username: ${LONG_NAME}\r\nSecret: secret-of-${LONG_NAME}\r\n`,
  `Username: ${LONG_NAME}n\r\nSecret: secret-of-${LONG_NAME}\r\n`,
  `Username: ${'x'.repeat(500)}\r\nSecret: y\r\n`,
  'Username: odd\r\nSecret: a=b;c "d" > e\r\n',
  'Username: odd\r\nSecret: secret-of-odd\r\n',
  'Username: high\r\nSecret: s\xe4\xff\r\n',
  'Username: m\xfcller\r\nSecret: secret-of-m\xfcller\r\n',
  'Username: M\xfcLLER\r\nSecret: secret-of-m\xfcller\r\n',
  'Username: M\xdcLLER\r\nSecret: secret-of-m\xfcller\r\n',
  'Username: twice\r\nSecret: secret-of-twice\r\n',
  'Username: twice\r\nSecret: the-second-one\r\n',
  'Username: empty\r\nSecret:\r\n',
  'Username: empty\r\n',
  'Username: empty\r\nSecret: x\r\n',
  'Username: none\r\nSecret:\r\n',
  'Username: none\r\n',
  'Username: none\r\nSecret: (null)\r\n',
];

const PLAIN: readonly LoginCase[] = REQUESTS.map((lines) => ({
  title: `Login with ${JSON.stringify(lines)}`,
  talk: (client) => client.send(`Action: Login\r\nActionID: in\r\n${QUIET}${lines}\r\nAction: CoreSettings\r\n\r\n`),
}));

const CHALLENGES = [
  'AuthType: MD5',
  'AuthType: md5',
  'authtype: MD5',
  'AuthType: MD5 ',
  'AuthType:',
  'X: y',
  'AuthType: SHA',
];

const CHALLENGED: readonly LoginCase[] = [
  ...CHALLENGES.map((line) => ({
    title: `Challenge with ${line}`,
    talk: (client: AmiClient) => client.send(`Action: Challenge\r\nActionID: ch\r\n${line}\r\n\r\n`),
  })),
  { title: 'Challenge as somebody', talk: (client) => client.send(`Action: Challenge\r\nAuthType: MD5\r\n${ME}\r\n`) },
  {
    title: 'Challenge behind a login',
    talk: (client) => client.send(`${loginOf('plain', QUIET)}Action: Challenge\r\nAuthType: MD5\r\n\r\n`),
  },
  { title: 'the right key', talk: byKey((key) => key) },
  { title: 'the right key, upper case', talk: byKey((key) => key.toUpperCase()) },
  { title: 'the right key and a blank', talk: byKey((key) => `${key} `) },
  { title: 'the right key and more', talk: byKey((key) => `${key}0`) },
  { title: 'half of the right key', talk: byKey((key) => key.slice(0, 16)) },
  { title: 'a wrong key', talk: byKey(() => '0'.repeat(32)) },
  { title: 'an empty key', talk: byKey(() => '') },
  { title: 'the secret as key', talk: byKey(() => 'secret-of-plain') },
  { title: 'the right key in a login of any case', talk: byKey((key) => key, 'authtype: md5\r\n') },
  { title: 'the right key and a wrong secret', talk: byKey((key) => key, 'AuthType: MD5\r\nSecret: x\r\n') },
  { title: 'the right key without AuthType', talk: byKey((key) => key, '') },
  { title: 'a secret in place of the key', talk: byKey(() => '', `AuthType: x\r\n${MY_SECRET}`) },
  { title: 'the key over the second of two challenges', talk: byKeyOver((texts) => texts[1] ?? '') },
  { title: 'the key over the first of two challenges', talk: byKeyOver((texts) => texts[0] ?? '') },
  { title: 'the key over no challenge', talk: byKeyOver(() => '') },
];

const AGAIN = loginOf('reader', 'ActionID: again\r\n');

const SEQUENCES: readonly LoginCase[] = [
  { title: 'a second login', talk: (client) => client.send(loginOf('plain', QUIET) + AGAIN) },
  {
    title: 'a second login that is wrong',
    talk: (client) => client.send(`${loginOf('plain', QUIET)}Action: Login\r\nUsername: x\r\n\r\n`),
  },
  { title: 'a login behind a wrong one', talk: (client) => client.send(loginOf('ghost') + loginOf('plain')) },
  { title: 'Logoff', talk: (client) => client.send('Action: Logoff\r\nActionID: off\r\n\r\n') },
  {
    title: 'logoff behind a login',
    talk: (client) => client.send(`${loginOf('plain', QUIET)}action: logoff\r\n\r\nAction: CoreSettings\r\n\r\n`),
  },
  {
    title: 'actions before a login',
    talk: (client) =>
      client.send(`Action: Ping\r\n\r\nAction: Nonsense\r\nActionID: n\r\n\r\n${loginOf('plain', QUIET)}`),
  },
  { title: 'no actions, then a login', talk: (client) => client.send(`\r\nX: y\r\n\r\n${loginOf('plain', QUIET)}`) },
];

export const LOGIN_CASES: readonly LoginCase[] = [...PLAIN, ...CHALLENGED, ...SEQUENCES];

/** What `Events:` of a login may say, and the Events action. */
export const MASKS: readonly string[] = [
  '',
  'on',
  'off',
  'yes',
  'no',
  'true',
  'false',
  'y',
  'n',
  't',
  'f',
  'ON',
  'Off',
  '0',
  '1',
  '64',
  '65',
  '128',
  '2147483647',
  '064',
  '0x40',
  '-1',
  '-64',
  '64 ',
  '6 4',
  'user',
  'User',
  'user,call',
  'call,user',
  'call, user',
  'user ',
  'call',
  'bogus',
  'bogus,user',
  'user,',
  'all',
  'none',
  'all,none',
  'system',
  'system,user',
  'x\xe4',
];

function byKey(makeKey: (right: string) => string, more = 'AuthType: MD5\r\n'): Talk {
  return async (client) => {
    const text = await askChallenge(client);
    client.send(`Action: Login\r\nActionID: in\r\n${more}${ME}${QUIET}Key: ${makeKey(keyOver(text))}\r\n\r\n`);
  };
}

function byKeyOver(choose: (texts: readonly string[]) => string): Talk {
  return async (client) => {
    const texts = [await askChallenge(client), await askChallenge(client)];
    client.send(`Action: Login\r\nAuthType: MD5\r\n${ME}${QUIET}Key: ${keyOver(choose(texts))}\r\n\r\n`);
  };
}

async function askChallenge(client: AmiClient): Promise<string> {
  const answer = await client.action({ Action: 'Challenge', AuthType: 'MD5', ActionID: 'ch' });
  return /^Challenge: (\d+)\r$/m.exec(answer)?.[1] ?? '';
}

function keyOver(text: string): string {
  return createHash('md5').update(`${text}secret-of-plain`, 'latin1').digest('hex');
}
