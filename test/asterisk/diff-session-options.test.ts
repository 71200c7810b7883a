/**
 * An Asterisk with the options and a direct client, beside an Asterisk without them and a gateway that has them: the
 * client behind the gateway must not notice.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { App } from '../../src/app.js';
import { type AmiClient, connectAmi } from './ami-client.mjs';
import type { RealAsterisk } from './instance.mjs';
import { provideAsterisk } from './provide.mjs';
import { describeWithAsterisk } from './require-asterisk.js';
import { ADMIN_SECTION, startGateway, UPSTREAM_ACCOUNT } from './side-by-side.js';
import { masked } from './volatile.js';

const OPTIONS = `
timestampevents = yes
debug = yes
channelvars = FOO,BAR
disabledevents = Newexten, DeviceStateChange,hangup
brokeneventsaction = yes
`;
const USERS = `${UPSTREAM_ACCOUNT}
${ADMIN_SECTION}
setvar = FOO=from the user
setvar = FOO=again
setvar = ODD=a,b(c)[d]"e"\\f
setvar = BAR=x=y
`;
/** Answered late: OriginateResponse does not wait for the events before it in Asterisk. */
const DIALPLAN = `
exten => late,1,Wait(0.5)
 same => n,Answer()
 same => n,Wait(60)
`;
const DEBUG_LINES = /^SequenceNumber: \d+\r\nFile: .*\r\nLine: \d+\r\nFunc: .*\r\n/gm;

await describeWithAsterisk('22', 'options of [general] and of users, on two Asterisks 22', () => {
  let configured: RealAsterisk;
  let plain: RealAsterisk;
  const apps: App[] = [];
  const ports = { direct: 0, gateway: 0, passing: 0, without: 0 };

  beforeAll(async () => {
    const common = { version: '22', dialplan: DIALPLAN } as const;
    configured = await provideAsterisk({ ...common, name: 'configured', users: USERS, general: OPTIONS });
    plain = await provideAsterisk({ ...common, name: 'plain', users: USERS.replace(/^setvar.*\n/gm, '') });
    ports.direct = configured.port;
    ports.gateway = await gateway(plain, OPTIONS);
    ports.passing = await gateway(configured, '');
    ports.without = await gateway(configured, 'debug = no\n');
  });
  afterAll(async () => {
    for (const app of apps) await app.stop();
    await configured?.stop();
    await plain?.stop();
  });

  async function gateway(asterisk: RealAsterisk, general: string): Promise<number> {
    const app = await startGateway(asterisk.port, { users: USERS, general });
    apps.push(app);
    return app.port;
  }

  /** The same to both; what came back up to the answer of a Ping, masked. */
  async function onBoth(converse: (client: AmiClient) => Promise<string>): Promise<readonly [string, string]> {
    const [direct, behind] = await Promise.all([logIn(ports.direct), logIn(ports.gateway)]);
    return [await converse(direct), await converse(behind)];
  }

  it('gives an event the same head, but for the places in the source', async () => {
    const [direct, behind] = await onBoth(async (client) => {
      await client.action({ Action: 'UserEvent', UserEvent: 'Head', Text: 'x' });
      return client.barrier();
    });

    expect(direct).toMatch(DEBUG_LINES);
    expect(behind).toMatch(
      /^Event: UserEvent\r\nPrivilege: user,all\r\nTimestamp: \d+\.\d{6}\r\nSequenceNumber: \d+\r\nUserEvent: Head\r\n/,
    );
    expect(masked(behind).replace(/^SequenceNumber: .*\r\n/m, '')).toBe(masked(direct).replace(DEBUG_LINES, ''));
  });

  it('passes the head through where no option is set, and takes debug out where it says no', async () => {
    const clients = await Promise.all([ports.direct, ports.passing, ports.without].map((port) => logIn(port)));
    await clients[0]?.action({ Action: 'UserEvent', UserEvent: 'Head' });

    const [direct = '', passed, without] = await Promise.all(clients.map((client) => client.barrier()));

    expect(direct).toMatch(DEBUG_LINES);
    expect(passed).toBe(direct);
    expect(without).toBe(direct.replace(DEBUG_LINES, ''));
  });

  it('numbers events without a gap', async () => {
    const client = await logIn(ports.gateway);
    for (const name of ['One', 'Two', 'Three']) await client.action({ Action: 'UserEvent', UserEvent: name });

    const numbers = [...(await client.barrier()).matchAll(/^SequenceNumber: (\d+)\r$/gm)].map(([, text]) =>
      Number(text),
    );

    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
    expect(numbers).toHaveLength(3);
  });

  it.each(['on', 'all', '2147483647', '', 'call', 'off', 'bogus', '0', '64'])(
    'answers Events %j the same, or not at all',
    async (mask) => {
      const [direct, behind] = await onBoth((client) => {
        client.send(`Action: Events\r\nEventMask: ${mask}\r\nActionID: 1\r\n\r\n`);
        return client.barrier();
      });

      expect(behind).toBe(direct);
    },
  );

  it('goes on behind an Events action without an answer', async () => {
    const [direct, behind] = await onBoth((client) => {
      client.send(
        'Action: Events\r\n\r\nAction: Events\r\nEventMask: on\r\n\r\nAction: Events\r\nEventMask: 0\r\n\r\n',
      );
      return client.barrier();
    });

    expect(direct).toBe('Response: Success\r\nEvents: Off\r\n\r\n');
    expect(behind).toBe(direct);
  });

  it('disables the same events, and sends the same of the others', async () => {
    const [direct, behind] = await onBoth(placeCall);

    expect(direct).toContain('ChanVariable: FOO=from the request\r\n');
    expect(direct).not.toMatch(/^Event: (Newexten|DeviceStateChange)\r$/m);
    expect(direct).toMatch(/^Event: Hangup\r$/m);
    expect(eventsOf(behind)).toEqual(eventsOf(direct));
  });

  it('sets the same variables, in the same order, of setvar and of the request', async () => {
    const [direct, behind] = await onBoth(placeCall);

    const assignments = (text: string) =>
      [...text.matchAll(/;1\r\n(?:.+\r\n)+Variable: (.*)\r\nValue: (.*)\r\n/g)].map(String);
    const short = (text: string) => assignments(text).map((match) => match.replace(/^[\s\S]*Value: /, ''));
    expect(short(direct)).toContain('from the request\r\n,FOO,from the request');
    expect(short(behind)).toEqual(short(direct));
  });

  it('ends a client that does not read, in the middle of an event', async () => {
    const endings = await Promise.all([ports.direct, ports.gateway].map(endOfADeafClient));

    expect(endings.map((text) => text.endsWith('\r\n\r\n'))).toEqual([false, false]);
  });
});

async function placeCall(client: AmiClient): Promise<string> {
  const variable = 'FOO=from the request,OTHER=o';
  const far = { Application: 'Wait', Data: '0.2', Variable: variable };
  await client.action({ Action: 'Originate', Channel: 'Local/late@test', Async: 'true', ...far });
  return client.readUntil((unread) => (unread.match(/^Event: Hangup\r$/gm)?.length ?? 0) === 2, 20_000);
}

/** Stops reading, is sent more than all buffers hold, and then reads what there is. */
async function endOfADeafClient(port: number): Promise<string> {
  const [deaf, loud] = await Promise.all([logIn(port), logIn(port, 'off')]);
  deaf.pause();
  const text = Array.from({ length: 100 }, (_, index): [string, string] => [`Text${index}`, 'x'.repeat(900)]);
  for (let count = 0; count < 250; count++)
    await loud.action([['Action', 'UserEvent'], ['UserEvent', 'Loud'], ...text]);
  deaf.resume();
  return deaf.readToEnd(20_000);
}

async function logIn(port: number, events = 'call,user,dialplan'): Promise<AmiClient> {
  const client = await connectAmi({ port });
  await client.login('admin', 's', { Events: events });
  await client.barrier();
  return client;
}

/** Threads of Asterisk raise these in no fixed order, CEL late: compared is which there are, and every byte of them. */
function eventsOf(text: string): readonly string[] {
  const events = masked(text).replace(/^SequenceNumber: .*\r\n(File: .*\r\nLine: .*\r\nFunc: .*\r\n)?/gm, '');
  return events
    .split(/(?<=\r\n\r\n)/)
    .filter((event) => event.startsWith('Event: ') && !event.startsWith('Event: CEL\r\n'))
    .sort();
}
