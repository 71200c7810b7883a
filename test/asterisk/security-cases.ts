/** Conversations that raise security events or leave lines in a security log; the same for Asterisk and for the gateway. */
import { type AmiClient, connectAmi } from './ami-client.mjs';

export const SECURITY_USERS = `
[admin]
secret = secret-of-admin
read = all
write = all

[watcher]
secret = secret-of-watcher
read = security

[nobody]
secret = secret-of-nobody

[lan]
secret = secret-of-lan
deny = 0.0.0.0/0
deny = ::/0
permit = 192.0.2.0/24
read = all

[single]
secret = secret-of-single
allowmultiplelogin = no

[d\xc3\xa9nis]
secret = secret-of-denis

[bad\xff]
secret = secret-of-bad
`;

export interface SecurityCase {
  readonly title: string;
  readonly host?: string;
  readonly talk: (client: AmiClient, port: number) => Promise<unknown>;
}

const login = (user: string, secret = `secret-of-${user}`) =>
  `Action: Login\r\nUsername: ${user}\r\nSecret: ${secret}\r\nEvents: off\r\n\r\n`;
const LOGOFF = 'Action: Logoff\r\n\r\n';

/** Sends everything at once and reads until the other side closes. */
const says = (bytes: string) => (client: AmiClient) => {
  client.send(bytes);
  return client.readToEnd();
};

async function answersChallenge(client: AmiClient, key: string): Promise<void> {
  client.send('Action: Challenge\r\nAuthType: MD5\r\n\r\n');
  await client.readBlock();
  client.send(`Action: Login\r\nAuthType: MD5\r\nUsername: admin\r\nKey: ${key}\r\n\r\n`);
  await client.readToEnd();
}

/** Names and keys that any log can show as they are. */
export const PLAIN_CASES: readonly SecurityCase[] = [
  { title: 'a good login', talk: says(login('admin') + LOGOFF) },
  { title: 'a good login over IPv6', host: '::1', talk: says(login('admin') + LOGOFF) },
  {
    title: 'a login in another spelling, which is shown from then on',
    talk: says(`${login('AdMin', 'secret-of-admin')}Action: Nonsense\r\n\r\n${LOGOFF}`),
  },
  { title: 'a wrong secret', talk: says(login('admin', 'wrong')) },
  { title: 'a wrong secret over IPv6', host: '::1', talk: says(login('admin', 'wrong')) },
  { title: 'no secret', talk: says('Action: Login\r\nUsername: admin\r\n\r\n') },
  { title: 'an unknown user', talk: says(login('ghost')) },
  { title: 'an unknown user over IPv6', host: '::1', talk: says(login('ghost')) },
  { title: 'an unknown user with a name of 200 bytes', talk: says(login('x'.repeat(200))) },
  { title: 'a refused address', talk: says(login('lan')) },
  { title: 'a refused address over IPv6', host: '::1', talk: says(login('lan')) },
  { title: 'no user name', talk: says('Action: Login\r\nSecret: s\r\n\r\n') },
  { title: 'a wrong key', talk: (client) => answersChallenge(client, '0123456789abcdef') },
  { title: 'a wrong key over IPv6', host: '::1', talk: (client) => answersChallenge(client, '00') },
  { title: 'no key', talk: (client) => answersChallenge(client, '') },
  {
    title: 'a key without challenge',
    talk: says('Action: Login\r\nAuthType: MD5\r\nUsername: admin\r\nKey: 0\r\n\r\n'),
  },
  {
    title: 'a second session of a user who may have one',
    talk: async (client, port) => {
      client.send(login('single'));
      await client.readBlock();
      const second = await connectAmi({ port });
      await says(login('single'))(second);
      second.close();
    },
  },
  { title: 'an action before the login', talk: says(`Action: CoreStatus\r\n\r\n${LOGOFF}`) },
  { title: 'a message without action before the login', talk: says(`X: y\r\n\r\n${LOGOFF}`) },
  { title: 'an action name that is too long to be shown', talk: says(`Action: ${'z'.repeat(300)}\r\n\r\n${LOGOFF}`) },
  {
    title: 'refused, unknown and missing actions, then a second login',
    talk: says(
      `${login('nobody')}Action: CoreStatus\r\n\r\nAction: Nonsense\r\n\r\nX: y\r\n\r\n${login('admin')}${LOGOFF}`,
    ),
  },
  {
    title: 'an unknown user behind a refused action, who is shown with another session',
    talk: says(`Action: CoreStatus\r\n\r\n${login('ghost')}`),
  },
];

/** What from the wire a log must not show as it is. */
export const ODD_CASES: readonly SecurityCase[] = [
  ...['d\xc3\xa9nis', 'bad\xff', 'nobody\xfe', 'q"uote', "apo'strophe", 'a\x01b', 'tab\there', 'back\\slash'].map(
    (user) => ({ title: `a failed login as ${JSON.stringify(user)}`, talk: says(login(user, 'wrong')) }),
  ),
  { title: 'a login with a name that is not UTF-8', talk: says(login('bad\xff', 'secret-of-bad') + LOGOFF) },
  { title: 'a key with quotes', talk: (client) => answersChallenge(client, '0" "1') },
  { title: 'a key that is not UTF-8', talk: (client) => answersChallenge(client, '\xff') },
  { title: 'an action that is not UTF-8', talk: says(`Action: caf\xe9\r\n\r\n${LOGOFF}`) },
  { title: 'an action cut within a character', talk: says(`Action: ${'z'.repeat(54)}\xc3\xa9\r\n\r\n${LOGOFF}`) },
  { title: 'an action cut behind a character', talk: says(`Action: ${'z'.repeat(53)}\xc3\xa9\r\n\r\n${LOGOFF}`) },
];

/** Plays the cases one after the other; the last line of the log and the last event are about `the-end`. */
export async function playCases(cases: readonly SecurityCase[], port: number): Promise<void> {
  const end: SecurityCase = { title: 'the end', talk: says(login('the-end')) };
  for (const { host = '127.0.0.1', talk } of [...cases, end]) {
    const client = await connectAmi({ port, host });
    await talk(client, port);
    client.close();
  }
}
