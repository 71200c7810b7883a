/** Logging in: every check, its answer and its second, what security readers are told, and the limits before it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AmiClient, connectAmi } from './ami-client.mjs';
import { loginOf, sectionsOf } from './differential/accounts.js';
import { inParallel, transcriptOf, transcriptToClose } from './differential/conversation.js';
import { ACCOUNTS, LOGIN_CASES, MASKS, WITHOUT_SECRET } from './differential/login-cases.js';
import { Tally } from './differential/tally.js';
import { poll } from './processes.mjs';
import { describeWithAsterisk } from './require-asterisk.js';
import { type Side, type SideBySide, sideBySide } from './side-by-side.js';
import { masked } from './volatile.js';

const USERS = `${sectionsOf(ACCOUNTS)}\n${WITHOUT_SECRET}`;

for (const version of ['22', '16'] as const) {
  await describeWithAsterisk(version, `logging in to Asterisk ${version}`, () => {
    const tally = new Tally('authentication', version);
    let sides: SideBySide;
    beforeAll(async () => {
      sides = await sideBySide({ version, name: `auth${version}`, users: USERS });
    });
    afterAll(() => sides?.stop());

    it('with all that a client may say', async () => {
      const cells = await inParallel(LOGIN_CASES, async ({ title, talk }) => {
        const [direct, gateway] = await Promise.all([
          transcriptOf(sides.direct, talk),
          transcriptOf(sides.gateway, talk),
        ]);
        return { title, as: null, direct, gateway };
      });

      tally.judge(cells);
    });

    it.each(MASKS)('with the event mask %j', async (mask) => {
      const talk = (client: AmiClient) => client.send(raiseEvents(loginOf('plain', `Events: ${mask}\r\n`)));
      const direct = await transcriptOf(sides.direct, talk);
      const gateway = await transcriptOf(sides.gateway, talk);

      tally.judge([{ title: `Login with Events: ${mask}`, as: null, direct, gateway }]);
    });

    it.each(MASKS)('and then the Events action with %j', async (mask) => {
      const events = `Action: Events\r\nEventMask: ${mask}\r\nActionID: e\r\n\r\n`;
      const talk = (client: AmiClient) => client.send(raiseEvents(loginOf('plain', 'Events: system\r\n') + events));
      const direct = await transcriptOf(sides.direct, talk);
      const gateway = await transcriptOf(sides.gateway, talk);

      tally.judge([{ title: `Events with EventMask: ${mask}`, as: null, direct, gateway }]);
    });

    it('waits a second before it refuses, not before it accepts', async () => {
      const times = await Promise.all(
        [sides.direct, sides.gateway].flatMap((side) => [timeOf(side, 'ghost'), timeOf(side, 'plain')]),
      );

      const [refusedDirect = 0, acceptedDirect = 0, refused = 0, accepted = 0] = times;
      expect(Math.min(refusedDirect, refused)).toBeGreaterThan(990);
      expect(Math.max(acceptedDirect, accepted)).toBeLessThan(900);
      expect(Math.abs(refusedDirect - refused)).toBeLessThan(900);
    });

    it('one session at a time', async () => {
      const [direct, gateway] = await Promise.all([loginInUse(sides.direct), loginInUse(sides.gateway)]);

      tally.judge([{ title: 'allowmultiplelogin = no', as: null, direct, gateway }]);
    });

    it('tells the readers of security events', async () => {
      // One behind the other: what Asterisk tells of the clients of its own passes through the gateway too.
      const direct = await securityEvents(sides.direct, NOTED);
      const gateway = await securityEvents(sides.gateway, NOTED);

      tally.judge([{ title: 'security events', as: null, direct, gateway }]);
    });

    it('tells the readers of security events of a user without a secret', async () => {
      const direct = await securityEvents(sides.direct, WITHOUT);
      const gateway = await securityEvents(sides.gateway, WITHOUT);

      tally.judge([{ title: 'security events of a user without a secret', as: null, direct, gateway }]);
    });

    it('is the same but for the listed exceptions', () => tally.close());
  });

  await describeWithAsterisk(version, `limits before a login to Asterisk ${version}`, () => {
    const general = 'authtimeout = 2\nauthlimit = 3\nallowmultiplelogin = no\n';
    let sides: SideBySide;
    beforeAll(async () => {
      // The share of one address is the gateway's own, and not what is compared here.
      const gatewayConf = '[limits]\nauth_per_address = 3\n';
      sides = await sideBySide({ version, name: `limit${version}`, users: USERS, general, gatewayConf });
    });
    afterAll(() => sides?.stop());

    describe('the same on both sides:', () => {
      it('authtimeout ends a session that does not log in, and no other', async () => {
        const [direct, gateway] = await Promise.all([idleTime(sides.direct), idleTime(sides.gateway)]);

        expect(gateway.text).toBe(direct.text);
        expect(Math.min(direct.ms, gateway.ms)).toBeGreaterThan(1900);
        expect(Math.max(direct.ms, gateway.ms)).toBeLessThan(4000);
      });

      it('authlimit closes the fourth without a banner, and not when one has logged in', async () => {
        const direct = await bannersOver(sides.direct);
        const gateway = await bannersOver(sides.gateway);

        expect(gateway).toEqual(direct);
        expect(direct).toEqual([true, true, true, false, true]);
      });

      it('allowmultiplelogin of [general] holds for users without their own', async () => {
        const [direct, gateway] = await Promise.all([
          loginInUse(sides.direct, 'plain'),
          loginInUse(sides.gateway, 'plain'),
        ]);

        expect(gateway).toBe(direct);
        expect(direct).toContain('Login Already In Use');
      });
    });
  });
}

/** Three events of its own, one behind a change of the mask, tell what mask a session has. */
function raiseEvents(login: string): string {
  const raise = (name: string) => `Action: UserEvent\r\nUserEvent: ${name}\r\nActionID: u\r\n\r\n`;
  const call = 'Action: Events\r\nEventMask: call\r\n\r\n';
  return `${login}${raise('One')}Action: DBGet\r\n\r\n${raise('Two')}${call}${raise('Three')}`;
}

async function timeOf(side: Side, user: string): Promise<number> {
  const client = await connectAmi({ port: side.port });
  const start = performance.now();
  client.send(loginOf(user, 'ActionID: in\r\nEvents: off\r\n'));
  await client.readUntil('ActionID: in\r\n');
  client.close();
  return performance.now() - start;
}

/** What others are told while one is logged in, and what the next is told when it has left. */
async function loginInUse(side: Side, user = 'single'): Promise<string> {
  const first = await connectAmi({ port: side.port });
  await first.login(user, `secret-of-${user}`, { Events: 'off' });
  const say = (bytes: string) => transcriptOf(side, (client) => client.send(bytes));
  const answers = [
    ...(await Promise.all([say(loginOf(user)), say(loginOf(user.toUpperCase()))])),
    await say(`Action: Login\r\nUsername: ${user}\r\nSecret: wrong\r\n\r\n`),
    ...(await Promise.all([
      say(`Action: Challenge\r\nAuthType: MD5\r\nUsername: ${user}\r\n\r\n`),
      say('Action: Challenge\r\nAuthType: MD5\r\n\r\n'),
    ])),
    await say(`Action: Logoff\r\nUsername: ${user}\r\n\r\n`),
    await say(`Action: Login\r\nUsername: ${user} \r\nSecret: x\r\n\r\n`),
  ];
  first.send('Action: Logoff\r\n\r\n');
  await first.readToEnd();
  // Asterisk closes the connection a moment before it forgets the session.
  const enter = async () => ((await say(loginOf(user, 'Events: off\r\n'))).includes('accepted') ? true : null);
  expect(await poll(enter, 10_000)).toBe(true);
  return answers.join('\n');
}

interface Noted {
  readonly bytes: string;
  /** How many security events it causes, at once: the answer to a refused login is a second behind them. */
  readonly events: number;
}

const LAST: Noted = { bytes: loginOf('the-last'), events: 1 };

/** One refusal of each kind, and a last one to know the end by. */
const NOTED: readonly Noted[] = [
  { bytes: loginOf('ghost'), events: 1 },
  { bytes: 'Action: Login\r\nUsername: plain\r\nSecret: wrong\r\n\r\n', events: 1 },
  {
    bytes:
      'Action: Challenge\r\nAuthType: MD5\r\n\r\nAction: Login\r\nAuthType: MD5\r\nUsername: plain\r\nKey: 00\r\n\r\n',
    events: 1,
  },
  { bytes: 'Action: Login\r\nAuthType: MD5\r\nUsername: plain\r\nKey: 00\r\n\r\n', events: 0 },
  {
    bytes: `${loginOf('reader')}Action: Command\r\nCommand: x\r\n\r\nAction: Nonsense\r\n\r\nX: y\r\n\r\nAction: Logoff\r\n\r\n`,
    events: 4,
  },
  { bytes: 'Action: Ping\r\n\r\n\r\nAction: Logoff\r\n\r\n', events: 2 },
  {
    bytes: `Action: ${'x'.repeat(200)}\r\n\r\nAction: Login\r\nUsername: PLAIN\r\nSecret: secret-of-plain\r\nEvents: off\r\n\r\nAction: ${'y'.repeat(200)}\r\n\r\nAction: Logoff\r\n\r\n`,
    events: 3,
  },
  { bytes: 'Action: Login\r\nUsername: \r\n\r\n', events: 0 },
  { bytes: 'Action: Login\r\nUsername: gh\xf6st\r\n\r\n', events: 0 },
  LAST,
];

const WITHOUT: readonly Noted[] = [
  { bytes: 'Action: Login\r\nUsername: none\r\nSecret: wrong\r\n\r\n', events: 0 },
  LAST,
];

async function securityEvents(side: Side, noted: readonly Noted[]): Promise<string> {
  const reader = await connectAmi({ port: side.port });
  await reader.login('Security', 'secret-of-Security');
  await reader.readUntil(/AccountID: Security\r\n(?:[^\r\n]+\r\n)*\r\n/);
  const texts: string[] = [];
  for (const { bytes, events } of noted) {
    const client = await connectAmi({ port: side.port });
    client.send(bytes);
    texts.push(await reader.readUntil((unread) => unread.split('\r\n\r\n').length > events));
    if (events !== 1) await client.readToEnd();
    client.close();
  }
  const text = texts.join('');
  const rest = text.includes('AccountID: the-last') ? '' : await reader.readUntil(/AccountID: the-last\r\n/);
  reader.close();
  return masked(text + rest);
}

async function idleTime(side: Side): Promise<{ readonly text: string; readonly ms: number }> {
  const member = await connectAmi({ port: side.port });
  await member.login('reader', 'secret-of-reader', { Events: 'off' });
  const start = performance.now();
  const text = await transcriptToClose(side, () => undefined);
  const ms = performance.now() - start;
  expect(await member.action({ Action: 'Ping' })).toContain('Pong');
  member.close();
  return { text, ms };
}

/** Whether each of five connections is greeted: the third logs in before the last. */
async function bannersOver(side: Side): Promise<readonly boolean[]> {
  const clients: AmiClient[] = [];
  for (let count = 0; count < 4; count++) clients.push(await connectAmi({ port: side.port }));
  await clients[2]?.login('reader', 'secret-of-reader', { Events: 'off' });
  clients.push(await connectAmi({ port: side.port }));
  for (const client of clients) client.close();
  return clients.map((client) => client.banner !== '');
}
