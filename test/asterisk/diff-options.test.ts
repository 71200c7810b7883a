/**
 * The options of [general] that change the text of events, against Asterisk itself:
 *
 *     Asterisk, option set ──► direct client                                    what it should be
 *     Asterisk, option set ──► gateway that takes it out ──► gateway that puts it in ──► client
 *
 * Both clients see the same calls, so the same bytes have to arrive, and in between nothing of the option was left.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../src/app.js';
import { type AmiClient, connectAmi } from './ami-client.mjs';
import type { RealAsterisk } from './instance.mjs';
import { provideAsterisk } from './provide.mjs';
import { describeWithAsterisk } from './require-asterisk.js';
import { startGateway } from './side-by-side.js';

const USERS = `
[gateway-account]
secret = upstream-secret
read = all
write = all

[admin]
secret = s
read = all
write = all
`;

const DIALPLAN = `
exten => vars,1,Set(FOO=one)
 same => n,Set(__BAR=two "quoted" it's \\\\ back?)
 same => n,Set(_LOW=low)
 same => n,MSet(FOO=three,OTHER=x)
 same => n,Set(FOO=)
 same => n,Set(GLOBAL(EVERY)=global)
 same => n,UserEvent(Probe,Linkedid: mine,Text: hello)
 same => n,Set(ODD=line\${NEWLINE}end)
 same => n,Hangup()
exten => dial,1,Set(__BAR=inherited)
 same => n,Set(_LOW=once)
 same => n,Dial(Local/answer-fast@test)
 same => n,NoOp(\${DIALSTATUS})
 same => n,Hangup()
exten => dial-busy,1,Dial(Local/busy@test&Local/vars@test)
 same => n,Hangup()
exten => ring,1,Ringing()
 same => n,Wait(60)
`;

const CHANNEL_VARS = 'FOO,BAR,LOW,EVERY,DIALSTATUS,BRIDGEPEER,DIALEDPEERNUMBER,DIALEDPEERNAME,ODD,ANSWEREDTIME';
const OPTIONS = `timestampevents = yes\nchannelvars = ${CHANNEL_VARS}\n`;
const WITHOUT = 'timestampevents = no\nchannelvars =\n';
const EVENTS = 'call,dialplan,user,agent,dtmf,cdr,reporting,agi,test';

await describeWithAsterisk('22', 'options of [general] on Asterisk 22', () => {
  let asterisk: RealAsterisk;
  const apps: App[] = [];
  let direct: AmiClient;
  let between: AmiClient;
  let behind: AmiClient;
  let control: AmiClient;

  beforeAll(async () => {
    asterisk = await provideAsterisk({
      version: '22',
      name: 'options',
      users: USERS,
      general: OPTIONS,
      dialplan: DIALPLAN,
    });
    apps.push(await startGateway(asterisk.port, { users: USERS, general: WITHOUT }));
    apps.push(await startGateway(portOf(apps, 0), { users: USERS, general: OPTIONS }));
    direct = await logIn(asterisk.port, EVENTS);
    between = await logIn(portOf(apps, 0), EVENTS);
    behind = await logIn(portOf(apps, 1), EVENTS);
    control = await logIn(asterisk.port, 'call');
  });
  afterAll(async () => {
    for (const app of apps.toReversed()) await app.stop();
    await asterisk?.stop();
  });

  /** Places the call and waits until every channel of it has hung up. */
  async function call(headers: Readonly<Record<string, string>>, during: () => Promise<void> = async () => undefined) {
    await control.barrier();
    control.sendAction({ Action: 'Originate', Async: 'true', ...headers });
    await during();
    await allGone();
  }

  async function allGone() {
    for (;;) {
      const answer = await control.list({ Action: 'CoreShowChannels' });
      if (answer.includes('ListItems: 0')) break;
    }
    await control.barrier();
    // OriginateResponse comes from a thread of its own.
    await control.barrier();
  }

  async function sameEvents(): Promise<readonly string[]> {
    const [wanted, bare, got] = await Promise.all([direct.barrier(), between.barrier(), behind.barrier()]);
    expect(bare).not.toMatch(/ChanVariable|^Timestamp: /m);
    expect(got.split('\r\n\r\n').map(masked)).toEqual(wanted.split('\r\n\r\n').map(masked));
    return wanted.split('\r\n\r\n');
  }

  it('shows the same variables in every event of a call that sets them', async () => {
    await call({ Channel: 'Local/vars@test', Application: 'Wait', Data: '1' });

    expect((await sameEvents()).filter((event) => event.includes('ChanVariable: FOO=three')).length).toBeGreaterThan(1);
  });

  it('dial', async () => {
    await call({ Channel: 'Local/dial@test', Application: 'Wait', Data: '1' });
    await sameEvents();
  });
  it('dial-busy', async () => {
    await call({ Channel: 'Local/dial-busy@test', Application: 'Wait', Data: '1', Variable: 'FOO=o,__BAR=p' });
    await sameEvents();
  });
  it('queue', async () => {
    await call({ Channel: 'Local/queue@test', Application: 'Wait', Data: '1', Variable: 'FOO=o,__BAR=p' }, async () => { await direct.readUntil('Event: AgentCalled', 20000); await control.action({Action: 'Hangup', Channel: '/^Local/'}) });
    await sameEvents();
  });
  it('park', async () => {
    await call({ Channel: 'Local/park@test', Application: 'Wait', Data: '1', Variable: 'FOO=o,__BAR=p' });
    await sameEvents();
  });
  it('conf', async () => {
    await call({ Channel: 'Local/conference@test', Application: 'Wait', Data: '1', Variable: 'FOO=o,__BAR=p' });
    await sameEvents();
  });
  it('fail', async () => {
    await call({ Channel: 'Local/busy@test', Application: 'Wait', Data: '1', Variable: 'FOO=o,__BAR=p', ChannelId: 'mine' });
    await sameEvents();
  });
  it('odd', async () => {
    await call({ Channel: 'Local/answer@test', Application: 'Wait', Data: '1', Variable: 'FOO="it\'s, ""a?',  ChannelId: 'mine' });
    const e = await sameEvents();
    console.log(e.filter((x) => x.startsWith('Event: OriginateResponse')));
  });
});

function portOf(apps: readonly App[], index: number): number {
  const port = apps[index]?.port;
  if (port === undefined) throw new Error('not started');
  return port;
}

async function logIn(port: number, events: string): Promise<AmiClient> {
  const client = await connectAmi({ port });
  await client.login('admin', 's', { Events: events });
  await client.barrier();
  return client;
}

function masked(event: string): string {
  return event.replace(/^(Timestamp: )\d+\.\d{6}$/m, '$1<time>').replace(/^(Timestamp: )\d+\.\d{6}\r$/m, '$1<time>\r');
}
