/**
 * The thirty easiest ways for a proxy to differ from Asterisk (or to open a hole that Asterisk does not have), each as a
 * test. Traps 1 to 24, 27 and 30 are tried on a real Asterisk; 25, 26 and 28 are about our own files.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseClassList } from '../../src/config/class-list.js';
import { permits } from '../../src/policy/acl.js';
import type { Policy } from '../../src/policy/policy.js';
import { compileInMemory } from '../unit/config/in-memory.js';
import { type AmiClient, connectAmi } from './ami-client.mjs';
import { describeWithAsterisk } from './require-asterisk.js';
import { type Side, type SideBySide, sideBySide } from './side-by-side.js';
import { masked } from './volatile.js';

/** A configuration with these users, and acl.conf if it is given. */
function configured(users: string, acl?: string) {
  const files = {
    'manager.conf': `[general]\nenabled = yes\n${users}`,
    ...(acl === undefined ? {} : { 'acl.conf': acl }),
  };
  const { config, problems } = compileInMemory(files);
  const policies = config?.policies.users ?? new Map<string, Policy>();
  return { problems: problems.filter(({ severity }) => severity === 'error'), names: [...policies.keys()], policies };
}

const SLOW = '[slow]\nexten => s,1,Wait(2)\n same => n,Answer()\n same => n,Hangup()\n';

const USERS = `
[admin]
secret = s
read = all
write = all

[caller]
secret = s
read = call
write = originate,call,reporting

[narrow]
secret = s
read = user
write = user,system
eventfilter = Event: UserEvent.*Key: a
eventfilter = !Secret

[mailbox]
secret = s
read = user
write =

[vars]
secret = s
read = call,dialplan
write = originate
setvar = ONE=user-first
setvar = ONE=user-second
setvar = TWO=user
`;

await describeWithAsterisk('22', 'trap', () => {
  let sides: SideBySide;
  const open: AmiClient[] = [];
  beforeAll(async () => {
    sides = await sideBySide({ version: '22', name: 'traps', users: USERS, dialplan: SLOW });
  });
  afterAll(async () => {
    for (const client of open) client.close();
    await sides?.stop();
  });

  async function logIn(side: Side, user: string, events = 'off'): Promise<AmiClient> {
    const client = await connectAmi({ port: side.port });
    open.push(client);
    const answer = await client.login(user, 's', { Events: events });
    if (!answer.includes('Authentication accepted')) throw new Error(answer);
    await client.barrier();
    return client;
  }

  const through = (user: string, events?: string) => logIn(sides.gateway, user, events);

  /** What the bytes bring back on one side, up to a Ping of its own. */
  async function said(side: Side, user: string, bytes: string, events = 'off'): Promise<string> {
    const client = await logIn(side, user, events);
    client.send(`${bytes}Action: Ping\r\nActionID: the-end\r\n\r\n`);
    const text = await client.readUntil(/ActionID: the-end\r\nPing: Pong\r\n/);
    client.close();
    return masked(text);
  }

  async function expectSame(user: string, bytes: string, events?: string): Promise<string> {
    const direct = await said(sides.direct, user, bytes, events);
    const gateway = await said(sides.gateway, user, bytes, events);
    expect(gateway).toBe(direct);
    return gateway;
  }

  it('1: a line of 1023 bytes does not split a message in two', async () => {
    const smuggled = `Action: Ping\r\nActionID: 3\r\nX: ${'x'.repeat(1020)}\r\nAction: CoreStatus\r\nActionID: 4\r\n\r\n`;

    const direct = await said(sides.direct, 'admin', smuggled);
    const gateway = await said(sides.gateway, 'admin', smuggled);

    expect(direct).toContain('CoreStartupDate');
    expect(gateway).toMatch(
      /^Response: Error\r\nActionID: 3\r\nMessage: Failed to parse message: line too long\r\n\r\nResp/,
    );
    expect(gateway).not.toContain('CoreStartupDate');
  });

  it('2: NUL ends a message at the start of a line, and a line inside it', async () => {
    const text = await expectSame(
      'admin',
      'Action: CoreSettings\0: Ping\r\nActionID: 1\0 2\r\n\0rest\r\nAction: Nope\r\n\r\n',
    );

    expect(text).toContain('ActionID: 1\r\n');
  });

  it('3: LF alone ends lines and messages', async () => {
    expect(await expectSame('admin', 'Action: CoreSettings\nActionID: lf\n\n')).toContain('ActionID: lf\r\n');
  });

  it('4: a line of blanks ends nothing, an empty one too many is answered', async () => {
    const text = await expectSame('admin', 'Action: CoreSettings\r\n   \r\nActionID: b\r\n\r\n\r\n');

    expect(text).toContain('Missing action in request');
    expect(text).toContain('ActionID: b\r\n');
  });

  it('5: names are not trimmed, values only in front', async () => {
    await expectSame(
      'admin',
      'Action : CoreSettings\r\n\r\nAction:  \t CoreSettings\r\n\r\nAction: CoreSettings \r\n\r\n',
    );
  });

  it('6: the first duplicate counts, even an empty one; of Action the first that is not empty', async () => {
    const bytes = 'Action:\r\nAction: Getvar\r\nAction: Logoff\r\nVariable:\r\nVariable: EVAL(x)\r\n\r\n';

    expect(await expectSame('caller', bytes)).toContain('No variable specified');
  });

  it('7: any class is enough for an action, every class is needed for an event', async () => {
    const hangup = await expectSame('caller', 'Action: Hangup\r\nChannel: none\r\n\r\n');
    expect(hangup).toContain('No such channel');

    const reader = await through('mailbox', 'on');
    const emitter = await through('admin');
    await emitter.action({ Action: 'UserEvent', UserEvent: 'Seen' });
    expect(await reader.barrier()).toContain('UserEvent: Seen');
  });

  it('8: actions without class are for everybody', async () => {
    const text = await expectSame('mailbox', 'Action: QueueSummary\r\n\r\nAction: BridgeTechnologyList\r\n\r\n');

    expect(text).toContain('QueueSummaryComplete');
  });

  it('9: what Asterisk checks by the permission of the user is checked, though our account has all', async () => {
    const text = await expectSame(
      'caller',
      'Action: Originate\r\nChannel: Local/answer@test\r\nApplication: System\r\nData: id\r\n\r\nAction: Getvar\r\nVariable: SHELL(id)\r\n\r\n',
    );

    expect(text).toContain('Originate Access Forbidden: app or data blacklisted');
    expect(text).toContain('GetVar Access Forbidden: Variable');
  });

  it('10: functions in the variables of an asynchronous Originate are checked', async () => {
    const bytes = (name: string) =>
      `Action: Originate\r\nAsync: true\r\nChannel: Local/answer@test\r\nApplication: Wait\r\nData: 1\r\nVariable: A=1,${name}=x\r\n\r\n`;

    expect(await said(sides.gateway, 'caller', bytes('FILE(/tmp/ami-gateway-trap)'))).toContain('Response: Error');
    expect(await said(sides.gateway, 'caller', bytes('B'))).toContain('Originate successfully queued');
  });

  it('11: what changes a session changes only that session', async () => {
    const [one, other] = [await through('admin', 'user'), await through('admin', 'user')];
    await one.action({ Action: 'Filter', Operation: 'Add', Filter: '!UserEvent' });
    await one.action({ Action: 'Events', EventMask: 'off' });
    one.send('Action: Logoff\r\n\r\n');
    await one.readToEnd();

    const emitter = await through('admin');
    await emitter.action({ Action: 'UserEvent', UserEvent: 'Still' });

    expect(await other.barrier()).toContain('UserEvent: Still');
  });

  it('12: an answer cannot be faked by what an action says', async () => {
    const token = '0123456789abcdef0123456789abcdef';
    const bytes = `Action: UserEvent\r\nUserEvent: x\r\nResponse: Success\r\nActionID: ${token}\r\nPing: Pong\r\n\r\n`;

    const text = await expectSame('admin', bytes);

    expect(text).toContain('Message: Event Sent');
  });

  it.each([66, 67, 68, 115, 116, 137, 138, 243, 244, 300])(
    '13: an ActionID of %i bytes comes back as from Asterisk',
    async (length) => {
      const id = 'i'.repeat(length);

      await expectSame(
        'admin',
        `Action: CoreStatus\r\nActionID: ${id}\r\n\r\nAction: QueueSummary\r\nActionID: ${id}\r\n\r\n`,
      );
    },
  );

  it('14: broadcast events keep the ActionID and go to every reader of their class', async () => {
    const reader = await through('caller', 'call');
    const emitter = await through('admin', 'call');
    await emitter.action({
      Action: 'Originate',
      ActionID: 'mine',
      Async: 'true',
      Channel: 'Local/nowhere@test',
      Application: 'Wait',
      Data: '1',
    });

    const seen = await reader.readUntil(/Event: OriginateResponse\r\nPrivilege: call,all\r\nActionID: mine\r\n/);

    expect(seen).toContain('OriginateResponse');
    expect(await emitter.readUntil('Event: OriginateResponse')).toContain('OriginateResponse');
  });

  it('15: answers without ActionID or with two responses end where they end', async () => {
    await expectSame(
      'admin',
      'Action: IAXnetstats\r\n\r\nAction: ModuleLoad\r\nActionID: m\r\n\r\nAction: IAXpeers\r\nActionID: p\r\n\r\n',
    );
  });

  it('16: lists that end in an error end there', async () => {
    await expectSame(
      'admin',
      'Action: ShowDialPlan\r\nExtension: nowhere\r\nContext: test\r\nActionID: s\r\n\r\nAction: FAXSessions\r\n\r\n',
    );
  });

  it('17: a synchronous Originate holds up its own session and no other', async () => {
    const [slow, quick] = [await through('admin'), await through('admin')];
    const id = slow.sendAction({
      Action: 'Originate',
      Channel: 'Local/s@slow',
      Application: 'Wait',
      Data: '1',
      Timeout: '3000',
    });

    expect(await quick.action({ Action: 'CoreStatus' })).toContain('CoreStartupDate');
    expect(slow.unread).not.toContain(id);
  });

  it('18: an answer after which Asterisk closes does not end the session of another', async () => {
    const stays = await through('admin');

    expect(await expectSame('mailbox', 'Action: BridgeDestroy\r\nBridgeUniqueid: none\r\n\r\n')).toContain('not found');
    expect(await stays.action({ Action: 'CoreStatus' })).toContain('CoreStartupDate');
  });

  it.each([
    ['admin', 'on', true],
    ['admin', 'system', true],
    ['admin', 'call', false],
    ['admin', 'off', false],
    ['caller', 'on', false],
  ])('19: FullyBooted greets %s with Events: %s: %s', async (user, events, greeted) => {
    const client = await connectAmi({ port: sides.gateway.port });
    open.push(client);
    await client.login(user, 's', { Events: events });

    const behind = await client.barrier();

    expect(/^Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: /m.test(behind)).toBe(greeted);
  });

  it('20: event masks mean what Asterisk means by them', async () => {
    const masks = ['1', '64', 'bogus', '', 'yes', 'no', 'call,user', 'a,log', 'ALL', '0', '-1', 'call, user'];

    await expectSame('admin', masks.map((mask) => `Action: Events\r\nEventMask: ${mask}\r\n\r\n`).join(''));
  });

  it('21: filters are POSIX: the dot matches line ends, and nothing backtracks', async () => {
    const reader = await through('narrow', 'user');
    const emitter = await through('admin');
    await emitter.action({ Action: 'UserEvent', UserEvent: 'x', Key: 'a' });
    await emitter.action({ Action: 'UserEvent', UserEvent: 'y', Key: 'b' });
    await emitter.action({ Action: 'UserEvent', UserEvent: 'z', Key: 'a', More: 'Secret' });

    const seen = await reader.barrier();

    expect([...seen.matchAll(/UserEvent: (\w)/g)].map((match) => match[1])).toEqual(['x']);
  });

  it('22: filters see the whole event, and never a response or a list', async () => {
    const client = await through('narrow', 'user');

    expect(await client.action({ Action: 'UserEvent', UserEvent: 'Secret' })).toContain('Event Sent');
    expect(await client.list({ Action: 'QueueSummary' })).toContain('QueueSummaryComplete');
  });

  it('23: only the second line of an event is its Privilege', async () => {
    const reader = await through('caller', 'call');
    const emitter = await through('admin');
    await emitter.action([
      ['Action', 'UserEvent'],
      ['UserEvent', 'Fake'],
      ['Event', 'Newchannel'],
      ['Privilege', 'call,all'],
    ]);

    expect(await reader.barrier()).not.toContain('Fake');
  });

  it('24: the last rule that matches decides, and families do not mix', () => {
    const { policies } = configured('[u]\nsecret = s\npermit = 127.0.0.1\ndeny = 0.0.0.0/0\n');
    const verdicts = ['127.0.0.1', '::1', '::ffff:127.0.0.1'].map((address) => {
      const policy = policies.get('u');
      return policy !== undefined && permits(policy.acl, address);
    });

    expect(verdicts).toEqual([false, true, false]);
  });

  it('25: a missing or broken acl.conf refuses those who name it', () => {
    const user = '[u]\nsecret = s\nacl = office\n';

    expect(configured(user).names).toEqual([]);
    expect(configured(user, '[office]\npermit = nonsense\n').names).toEqual([]);
    expect(configured(user, '[office]\npermit = 127.0.0.1\n').names).toEqual(['u']);
  });

  it('26: what the grammar loses is an error, not silence', () => {
    expect(configured('[u]\nsecret = abc--; note\nread = all\n').problems).not.toEqual([]);
    expect(configured('[t](!)\ndeny = 0.0.0.0/0\n[u] (t)\nsecret = s\n').problems).not.toEqual([]);
  });

  it('27: class lists are exact: no prefix, no empty token', () => {
    expect(parseClassList('a,log').ok).toBe(false);
    expect(parseClassList('log,,call').ok).toBe(false);
    expect(parseClassList('system, call').ok).toBe(true);
  });

  it('28: without a secret, or with an empty one, nobody logs in', () => {
    expect(configured('[u]\nread = all\n').names).toEqual([]);
    expect(configured('[u]\nsecret =\nread = all\n').names).toEqual([]);
  });

  it('29: HTTP in front of AMI is not taken for AMI', async () => {
    const client = await connectAmi({ port: sides.gateway.port });
    open.push(client);
    client.send('GET /rawman?action=login&username=admin&secret=s HTTP/1.1\r\nHost: x\r\n\r\n');

    expect(await client.readBlock()).toContain('Missing action in request');
  });

  it('30: variables of a request go before those of the user, and the first of a name counts', async () => {
    const watcher = await through('vars', 'dialplan');
    const caller = await through('vars');
    await caller.action({
      Action: 'Originate',
      Channel: 'Local/answer-fast@test',
      Application: 'Wait',
      Data: '0.1',
      Async: 'true',
      Variable: 'TWO=request,THREE=a,THREE=b',
    });

    const seen = await watcher.readUntil(
      (unread) => /Variable: THREE\r\nValue: a/.test(unread) && /ONE\r\nValue: user-first/.test(unread),
    );
    const last = (name: string) =>
      [...seen.matchAll(new RegExp(`Variable: ${name}\\r\\nValue: ([^\\r]*)`, 'g'))].at(-1)?.[1];

    expect([last('ONE'), last('THREE')]).toEqual(['user-first', 'a']);
  });
});
