/**
 * timestampevents and channelvars against Asterisk itself:
 *
 *     Asterisk, options set ──► direct client                                              what it should be
 *     Asterisk, options set ──► gateway, options off ──► gateway, options set ──► client   made from nothing
 *
 * Both clients see the same calls, so the same bytes have to arrive, and in between nothing of the options was left.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { App } from '../../src/app.js';
import { type AmiClient, connectAmi } from './ami-client.mjs';
import type { RealAsterisk } from './instance.mjs';
import { provideAsterisk } from './provide.mjs';
import { describeWithAsterisk } from './require-asterisk.js';
import { ADMIN_SECTION, startGateway, UPSTREAM_ACCOUNT } from './side-by-side.js';

const USERS = `${UPSTREAM_ACCOUNT}\n${ADMIN_SECTION}`;

const DIALPLAN = `
exten => vars,1,Set(FOO=one)
 same => n,Set(__BAR=two "quoted" it's \\\\ back?)
 same => n,Set(_LOW=low)
 same => n,MSet(FOO=three,OTHER=x)
 same => n,Set(FOO=)
 same => n,Set(GLOBAL(EVERY)=global)
 same => n,UserEvent(Probe,Linkedid: mine,Text: hello)
 same => n,Hangup()

exten => dial,1,Set(__BAR=inherited)
 same => n,Set(_LOW=once)
 same => n,Dial(Local/answer-fast@test)
 same => n,NoOp(\${DIALSTATUS})
 same => n,Hangup()

exten => busy-or-vars,1,Dial(Local/busy@test&Local/vars@test)
 same => n,Hangup()

exten => slow,1,Wait(0.5)
 same => n,Answer()
 same => n,Wait(0.5)
 same => n,Hangup()

exten => slow-queue,1,Wait(0.5)
 same => n,Answer()
 same => n,Queue(support,,,,10)

exten => slow-park,1,Wait(0.5)
 same => n,Answer()
 same => n,Park()
`;

const OPTIONS =
  'timestampevents = yes\nchannelvars = FOO,BAR,LOW,EVERY,DIALSTATUS,BRIDGEPEER,DIALEDPEERNAME,ANSWEREDTIME\n';
const WITHOUT = 'timestampevents = no\nchannelvars =\n';
const EVENTS = 'call,dialplan,user,agent,dtmf,cdr,agi,aoc,cc';
const CONTROL_EVENTS = 'call,agent';

const CALLS = [
  { title: 'a call that sets variables', channel: 'Local/vars@test' },
  { title: 'a call that dials, with variables inherited', channel: 'Local/dial@test' },
  { title: 'a call that dials two', channel: 'Local/busy-or-vars@test', variable: 'FOO=o,__BAR=p' },
  { title: 'a call that is refused', channel: 'Local/busy@test', variable: 'FOO=o,__BAR=p' },
  { title: 'a call that is answered late', channel: 'Local/slow@test', variable: 'FOO="it\'s, so",BAR=a\\?' },
  { title: 'a queue', channel: 'Local/slow-queue@test', variable: 'FOO=o,__BAR=p', hangUpAt: 'Event: AgentCalled' },
  {
    title: 'a parked call',
    channel: 'Local/slow-park@test',
    variable: '_FOO=o,__BAR=p',
    hangUpAt: 'Event: ParkedCall\r',
  },
] as const satisfies readonly Call[];

interface Call {
  readonly title: string;
  readonly channel: string;
  readonly variable?: string;
  /** Everything is hung up when this was seen; else the call ends by itself. */
  readonly hangUpAt?: string;
}

await describeWithAsterisk('22', 'options of [general] that shape events, on Asterisk 22', () => {
  let asterisk: RealAsterisk;
  const apps: App[] = [];
  const clients: AmiClient[] = [];
  let control: AmiClient;

  beforeAll(async () => {
    asterisk = await provideAsterisk({
      version: '22',
      name: 'options',
      users: USERS,
      general: OPTIONS,
      dialplan: DIALPLAN,
    });
    const without = await startGateway(asterisk.port, { users: USERS, general: WITHOUT });
    apps.push(without);
    const rebuilding = await startGateway(without.port, { users: USERS, general: OPTIONS });
    apps.push(rebuilding);
    for (const port of [asterisk.port, without.port, rebuilding.port]) clients.push(await logIn(port, EVENTS));
    control = await logIn(asterisk.port, CONTROL_EVENTS);
  });
  afterAll(async () => {
    for (const app of apps.toReversed()) await app.stop();
    await asterisk?.stop();
  });

  /** Places the call and waits until it was answered or not, and every channel has hung up. */
  async function place({ channel, variable = '', hangUpAt = '' }: Call): Promise<void> {
    const far = { Application: 'Wait', Data: '1', Variable: variable };
    control.sendAction({ Action: 'Originate', Channel: channel, Async: 'true', ...far });
    await control.readUntil(
      (unread) => unread.includes('Event: OriginateResponse\r\n') && unread.includes(hangUpAt),
      20_000,
    );
    if (hangUpAt !== '') await control.action({ Action: 'Hangup', Channel: '/./' });
    for (;;) if ((await control.list({ Action: 'CoreShowChannels' })).includes('ListItems: 0\r\n')) break;
  }

  /** What each client got up to a mark; both gateways keep Asterisk's order. */
  async function received(of: readonly AmiClient[] = clients): Promise<readonly string[]> {
    const mark = `Mark-${performance.now()}`;
    await control.action({ Action: 'UserEvent', UserEvent: mark });
    return Promise.all(of.map((client) => client.readUntil(new RegExp(`${mark}\r\n(?:[^\r\n]+\r\n)*\r\n`))));
  }

  it.each(CALLS)('makes the same bytes of $title', async (call) => {
    await place(call);

    const [direct = '', between = '', rebuilt = ''] = await received();
    expect(direct.split('ChanVariable').length).toBeGreaterThan(20);
    expect(between).not.toMatch(/ChanVariable|^Timestamp: /m);
    expect(eventsOf(rebuilt)).toEqual(eventsOf(direct));
  });

  it('knows variables of calls that were up before the gateway came', async () => {
    const waiting = { Channel: 'Local/wait@test', Application: 'Wait', Data: '60', Variable: "FOO=it's,__BAR=before" };
    await control.action({ Action: 'Originate', ...waiting });
    await control.action({ Action: 'Setvar', Variable: 'EVERY', Value: 'a "global" one' });
    const late = await startGateway(apps[0]?.port ?? 0, { users: USERS, general: OPTIONS });
    apps.push(late);
    const behind = await logIn(late.port, EVENTS);
    await received([...clients, behind]);

    await control.action({ Action: 'Hangup', Channel: '/./' });
    await control.readUntil((unread) => unread.split('Event: Hangup\r\n').length > 2);

    const [direct = '', seen = ''] = await received([...clients.slice(0, 1), behind]);
    expect(hangupsOf(direct).join('')).toContain("FOO=it\\'s\r\nChanVariable: BAR=before\r\n");
    expect(hangupsOf(seen)).toEqual(hangupsOf(direct));
  });
});

async function logIn(port: number, events: string): Promise<AmiClient> {
  const client = await connectAmi({ port });
  await client.login('admin', 's', { Events: events });
  await client.barrier();
  return client;
}

/** With the clock in the head masked: between Asterisk's reading of it and the gateway's, time passes. */
function eventsOf(text: string): readonly string[] {
  const masked = text.replace(/^(Event: .*\r\nPrivilege: .*\r\nTimestamp: )\d+\.\d{6}\r$/gm, '$1<time>\r');
  return masked.split(/(?<=\r\n\r\n)/);
}

function hangupsOf(text: string): readonly string[] {
  return eventsOf(text).filter((event) => event.startsWith('Event: Hangup\r\n'));
}
