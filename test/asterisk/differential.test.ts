/** The same bytes to Asterisk directly and through the gateway bring back the same bytes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectAmi } from './ami-client.mjs';
import { describeWithAsterisk } from './require-asterisk.js';
import { type Side, type SideBySide, sideBySide } from './side-by-side.js';
import { masked } from './volatile.js';

const USERS = `
[admin]
secret = secret-of-admin
read = all
write = all

[nobody]
secret = secret-of-nobody

[caller]
secret = secret-of-caller
read = call
write = call,originate

[reporter]
secret = secret-of-reporter
read = reporting,system
write = reporting

[lan]
secret = s
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.2/255.255.255.255
read = all
write = all

[single]
secret = s
read = system
write = system
allowmultiplelogin = no

[named]
secret = s
acl = office
read = call
write = call
`;
const ACL = '[office]\ndeny = 0.0.0.0/0\npermit = 127.0.0.0/29\ndeny = 127.0.0.4\n';

interface Exchange {
  readonly title: string;
  /** Set where the gateway follows the newest Asterisk whichever is behind it: what is stricter is not taken back. */
  readonly onlyOn?: '22';
  readonly bytes: string;
  readonly from?: string;
}

const login = (user: string, more = '') =>
  `Action: Login\r\nUsername: ${user}\r\nSecret: secret-of-${user}\r\n${more}\r\n`;

/** A login whose session gets no events: what other connections cause stays out of the comparison. */
const quiet = (user: string, more = '') => login(user, `Events: off\r\n${more}`);

const EXCHANGES: readonly Exchange[] = [
  { title: 'a good login', bytes: login('admin', 'ActionID: 1\r\nEvents: system\r\n') },
  { title: 'a good login without events', bytes: login('admin', 'Events: off\r\n') },
  {
    title: 'a login in another case',
    bytes: 'action: login\r\nUSERNAME: AdMiN\r\nsecret: secret-of-admin\r\nEVENTS: call\r\n\r\n',
  },
  { title: 'a second login', bytes: quiet('admin') + login('nobody', 'ActionID: 2\r\n') },
  { title: 'a wrong secret', bytes: 'Action: Login\r\nUsername: admin\r\nSecret: wrong\r\nActionID: 5\r\n\r\n' },
  {
    title: 'a secret with a blank behind it',
    bytes: 'Action: Login\r\nUsername: admin\r\nSecret: secret-of-admin \r\n\r\n',
  },
  { title: 'an unknown user', bytes: 'Action: Login\r\nUsername: ghost\r\nSecret: wrong\r\n\r\n' },
  { title: 'no user name', bytes: 'Action: Login\r\nSecret: wrong\r\n\r\n' },
  {
    title: 'an MD5 login without challenge',
    bytes: 'Action: Login\r\nAuthType: MD5\r\nUsername: admin\r\nKey: 00\r\n\r\n',
  },
  { title: 'a challenge of another kind', bytes: 'Action: Challenge\r\nAuthType: SHA\r\nActionID: c\r\n\r\n' },
  { title: 'Ping before login', bytes: 'Action: Ping\r\nActionID: p\r\n\r\n' },
  { title: 'an unknown action before login', bytes: 'Action: Nonsense\r\n\r\n' },
  { title: 'Logoff before login', bytes: 'Action: Logoff\r\nActionID: bye\r\n\r\nAction: Ping\r\n\r\n' },
  {
    title: 'login, action and logoff in one write',
    bytes: `${quiet('admin')}Action: CoreSettings\r\n\r\nAction: Logoff\r\n\r\n`,
  },
  {
    title: 'an address that the ACL refuses',
    bytes: 'Action: Login\r\nUsername: lan\r\nSecret: s\r\nEvents: system\r\n\r\n',
  },
  {
    title: 'an address that the ACL permits',
    bytes: 'Action: Login\r\nUsername: lan\r\nSecret: s\r\nEvents: system\r\n\r\n',
    from: '127.0.0.2',
  },
  {
    title: 'a named ACL that permits',
    bytes: 'Action: Login\r\nUsername: named\r\nSecret: s\r\n\r\n',
    from: '127.0.0.3',
  },
  {
    title: 'a named ACL whose last rule denies',
    bytes: 'Action: Login\r\nUsername: named\r\nSecret: s\r\n\r\n',
    from: '127.0.0.4',
  },
  {
    title: 'a named ACL without a rule for the address',
    bytes: 'Action: Login\r\nUsername: named\r\nSecret: s\r\n\r\n',
    from: '127.0.0.9',
  },
  { title: 'stray empty lines', bytes: `\r\n\n${login('nobody')}\r\n` },
  {
    title: 'LF alone',
    bytes:
      'Action: Login\nUsername: admin\nSecret: secret-of-admin\nEvents: call\n\nAction: CoreSettings\nActionID: lf\n\n',
  },
  { title: 'a message without action', bytes: `${quiet('admin')}ActionID: 9\r\nFoo: bar\r\n\r\n` },
  { title: 'an unknown action', bytes: `${quiet('admin')}Action: Nonsense\r\nActionID: 9\r\n\r\n` },
  { title: 'an unknown action with a long name', bytes: `${quiet('admin')}Action: ${'n'.repeat(900)}\r\n\r\n` },
  {
    title: 'a line that is too long',
    bytes: `${quiet('admin')}Action: Ping\r\nActionID: 3\r\nX: ${'x'.repeat(3000)}\r\n\r\n`,
  },
  { title: 'a line of 1,022 bytes', bytes: `${quiet('admin')}Action: CoreSettings\r\nX: ${'x'.repeat(1019)}\r\n\r\n` },
  { title: 'an LF line of 1,023 bytes', bytes: `${quiet('admin')}Action: CoreSettings\nX: ${'x'.repeat(1020)}\n\n` },
  { title: '128 headers', bytes: `${quiet('admin')}Action: CoreSettings\r\n${'X: y\r\n'.repeat(127)}\r\n` },
  {
    title: '129 headers',
    bytes: `${quiet('admin')}Action: CoreSettings\r\nActionID: h\r\n${'X: y\r\n'.repeat(127)}\r\n`,
  },
  {
    title: 'NUL inside and at the start of a line',
    bytes: `${quiet('admin')}Action: CoreSettings\0junk\r\nActionID: n\r\n\0more\r\n`,
  },
  {
    title: 'an ActionID with high bytes',
    bytes: `${quiet('admin')}Action: CoreSettings\r\nActionID: \xe4\xff\xfe\r\n\r\n`,
  },
  { title: 'a long ActionID', bytes: `${quiet('admin')}Action: CoreSettings\r\nActionID: ${'i'.repeat(300)}\r\n\r\n` },
  {
    title: 'blanks that count',
    bytes: `${quiet('admin')}Action: Ping \r\n\r\n Action: Ping\r\n\r\nAction : Ping\r\n\r\n`,
  },
  {
    title: 'duplicate headers',
    bytes: `${quiet('admin')}Action:\r\nAction: CoreSettings\r\nAction: Logoff\r\nActionID:\r\nActionID: 2\r\n\r\n`,
  },
  {
    title: 'events on, off, and nonsense',
    bytes: `${quiet('admin')}${['on', 'off', '', '1', 'call,system', 'bogus', 'all', '64', 'no'].map((mask) => `Action: Events\r\nEventMask: ${mask}\r\nActionID: e${mask}\r\n\r\n`).join('')}`,
  },
  {
    title: 'Filter refusals',
    onlyOn: '22',
    bytes: `${quiet('admin')}${['Operation: Remove\r\nFilter: x', 'Operation: Add\r\nFilter: (', 'Operation: Add\r\nFilter:', 'Operation: add\r\nFilter: Newchannel', 'Operation: Add\r\nMatchCriteria: bogus(x)\r\nFilter: x'].map((lines) => `Action: Filter\r\n${lines}\r\n\r\n`).join('')}`,
  },
  {
    title: 'a denied action',
    bytes: `${quiet('caller')}Action: Command\r\nCommand: core show uptime\r\nActionID: d\r\n\r\n`,
  },
  { title: 'ListCommands of a small account', bytes: `${quiet('caller')}Action: ListCommands\r\nActionID: l\r\n\r\n` },
  { title: 'ListCommands of everything', bytes: `${quiet('admin')}Action: ListCommands\r\n\r\n` },
  { title: 'a list action', bytes: `${quiet('admin')}Action: QueueStatus\r\nActionID: q\r\n\r\n` },
  {
    title: 'a list that ends in an error',
    bytes: `${quiet('admin')}Action: ShowDialPlan\r\nContext: test\r\nExtension: nowhere\r\nActionID: sd\r\n\r\n`,
  },
  { title: 'an answer with a lone LF', bytes: `${quiet('admin')}Action: PJSIPShowContacts\r\nActionID: pc\r\n\r\n` },
  { title: 'an answer without Response', bytes: `${quiet('admin')}Action: IAXnetstats\r\nActionID: in\r\n\r\n` },
  { title: 'an answer with two empty lines', bytes: `${quiet('admin')}Action: QueueRule\r\nActionID: qr\r\n\r\n` },
  { title: 'several answers to one action', bytes: `${quiet('admin')}Action: ModuleLoad\r\nActionID: ml\r\n\r\n` },
  {
    title: 'Command output',
    bytes: `${quiet('admin')}Action: Command\r\nCommand: dialplan show test\r\nActionID: c\r\n\r\n`,
  },
  {
    title: 'Command that fails',
    bytes: `${quiet('admin')}Action: Command\r\nCommand: no such thing\r\nActionID: c\r\n\r\n`,
  },
  { title: 'Command without output', bytes: `${quiet('admin')}Action: Command\r\nActionID: c\r\n\r\n` },
  {
    title: 'Getvar refusals',
    bytes: `${quiet('caller')}${['SHELL(id)', 'MYEVALX', '', 'PLAIN'].map((name) => `Action: Getvar\r\nVariable: ${name}\r\nActionID: g${name}\r\n\r\n`).join('')}`,
  },
  {
    title: 'Getvar with a channel that is not there',
    bytes: `${quiet('caller')}Action: Getvar\r\nChannel: Local/none\r\nVariable: X\r\n\r\n`,
  },
  {
    title: 'Originate refusals',
    onlyOn: '22',
    bytes: `${quiet('caller')}${['Application: System\r\nData: id', 'Application: Playback\r\nData: SHELL(id)', 'Application: xAGIx'].map((lines) => `Action: Originate\r\nChannel: Local/answer@test\r\n${lines}\r\nActionID: o\r\n\r\n`).join('')}`,
  },
  { title: 'Originate with nothing', bytes: `${quiet('caller')}Action: Originate\r\nActionID: o\r\n\r\n` },
  {
    title: 'a synchronous Originate that fails',
    bytes: `${quiet('caller')}Action: Originate\r\nChannel: Local/nowhere@test\r\nContext: test\r\nExten: answer\r\nPriority: 1\r\nActionID: o\r\n\r\n`,
  },
  {
    title: 'UserEvent with its event',
    bytes: `${login('admin', 'Events: user\r\n')}Action: UserEvent\r\nUserEvent: Mine\r\nActionID: u\r\nKey: value\r\nno colon\r\nPrivilege: call,all\r\n\r\n`,
  },
  {
    title: 'UserEvents in a pipeline with their events',
    bytes: `${login('admin', 'Events: user\r\n')}${[1, 2, 3, 4, 5].map((n) => `Action: UserEvent\r\nUserEvent: U${n}\r\nActionID: u${n}\r\n\r\n`).join('')}`,
  },
  {
    title: 'WaitEvent without events',
    bytes: `${login('admin', 'Events: user\r\n')}Action: WaitEvent\r\nTimeout: 1\r\nActionID: w\r\n\r\n`,
  },
];

/** Everything that comes back, up to the answer of a Ping sent behind it, or to the end of the connection. */
async function converse(side: Side, exchange: Exchange): Promise<string> {
  const client = await connectAmi({ port: side.port, ...(exchange.from ? { localAddress: exchange.from } : {}) });
  client.send(exchange.bytes);
  client.send('Action: Ping\r\nActionID: the-end\r\n\r\n');
  const last = /ActionID: the-end\r\n[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n/;
  const text = await client
    .readUntil(last)
    .catch((late) => (client.ended === null ? Promise.reject(late) : client.readToEnd()));
  client.close();
  return masked(`${client.banner}\n${text}`);
}

for (const version of ['22', '16'] as const) {
  await describeWithAsterisk(version, `the same bytes from Asterisk ${version}`, () => {
    let sides: SideBySide;
    beforeAll(async () => {
      sides = await sideBySide({ version, name: `diff${version}`, users: USERS, acl: ACL });
    });
    afterAll(() => sides?.stop());

    describe('one conversation each', () => {
      it.each(EXCHANGES.filter((exchange) => (exchange.onlyOn ?? version) === version))('$title', async (exchange) => {
        const direct = await converse(sides.direct, exchange);
        const gateway = await converse(sides.gateway, exchange);

        expect(gateway).toBe(direct);
      });
    });

    it('security events of a login and of a refusal, whatever their order', async () => {
      const direct = await readSecurityEvents(sides.direct);
      const gateway = await readSecurityEvents(sides.gateway);

      expect(gateway).toEqual(direct);
    });
  });
}

/** Asterisk raises these from another thread: their order to the answers is not fixed, their bytes are. */
async function readSecurityEvents(side: Side): Promise<readonly string[]> {
  const client = await connectAmi({ port: side.port });
  client.send(
    `${login('admin', 'Events: security\r\n')}Action: Nonsense\r\n\r\nAction: Ping\r\nActionID: the-end\r\n\r\n`,
  );
  const text = await client.readUntil((unread) => (unread.match(/\r\n\r\n/g)?.length ?? 0) >= 5);
  client.close();
  return masked(text).split('\r\n\r\n').sort();
}
