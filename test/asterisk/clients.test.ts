/** Real clients, unchanged: what their callbacks are told through the gateway is what Asterisk itself tells them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asteriskAmiClient } from './clients/asterisk-ami-client.js';
import { asteriskManager } from './clients/asterisk-manager.js';
import type { Told } from './clients/journal.js';
import { type Conversation, describeClient, type RealClient } from './clients/real-client.js';
import { telephonyAsteriskAmi } from './clients/telephony-asterisk-ami.js';
import { yana } from './clients/yana.js';
import { describeWithAsterisk } from './require-asterisk.js';
import { type SideBySide, sideBySide } from './side-by-side.js';
import { masked } from './volatile.js';

const CLIENTS: readonly RealClient[] = [asteriskManager, asteriskAmiClient, yana, telephonyAsteriskAmi];

/** What threads of their own raise, in an order to the call's events that is chance, is filtered out. */
const USERS = `
[operator]
secret = secret-of-operator
read = system,call,dialplan,user
write = call,originate,command,system
eventfilter = !Event: CEL
eventfilter = !Event: DeviceStateChange

[narrow]
secret = secret-of-narrow
read = user
write = call
`;
const OPERATOR = { username: 'operator', secret: 'secret-of-operator' };
const NARROW = { username: 'narrow', secret: 'secret-of-narrow' };

/**
 * One half of the call ends it while the other is still in its Answer, which waits half a second for media: so what
 * happens to each is in one order only.
 */
const DIALPLAN = 'exten => brief,1,Answer()\n same => n,Wait(0.1)\n same => n,Hangup()\n';
const CALL = { Action: 'Originate', Channel: 'Local/wait@test', Context: 'test', Exten: 'brief', Priority: '1' };

type Scene = (conversation: Conversation) => Promise<void>;

for (const version of ['22', '16'] as const) {
  await describeWithAsterisk(version, `real clients before Asterisk ${version}`, () => {
    let sides: SideBySide;
    beforeAll(async () => {
      sides = await sideBySide({ version, name: `clients${version}`, users: USERS, dialplan: DIALPLAN });
    });
    afterAll(() => sides?.stop());

    for (const client of CLIENTS) {
      describeClient(client, () => {
        const play = async (login: { readonly username: string; readonly secret: string }, scene: Scene) => {
          const direct = await client.connect({ port: sides.direct.port, ...login });
          await scene(direct);
          const gateway = await client.connect({ port: sides.gateway.port, ...login });
          await scene(gateway);
          return { direct: outcomeOf(direct.told), gateway: outcomeOf(gateway.told) };
        };

        it('pings and reads the uptime', async () => {
          const { direct, gateway } = await play(OPERATOR, async (conversation) => {
            await conversation.act({ Action: 'Ping' });
            await conversation.act({ Action: 'Command', Command: 'core show uptime' });
            await conversation.leave();
          });

          expect(gateway).toEqual(direct);
          expect(answersOf(direct)).toMatch(/ping: Pong[\s\S]*message: Command output follows\noutput: /i);
        });

        it('originates a call, waits for the answer and sees its events', async () => {
          const { direct, gateway } = await play(OPERATOR, async (conversation) => {
            await conversation.act(CALL);
            await conversation.until(sawBothHangups);
            await conversation.leave();
          });

          expect(gateway).toEqual(direct);
          expect(answersOf(direct)).toMatch(/message: Originate successfully queued[\s\S]*<the call>/i);
        });

        it('originates a call asynchronously and sees its events', async () => {
          const { direct, gateway } = await play(OPERATOR, async (conversation) => {
            await conversation.act({ ...CALL, Async: 'true' });
            await conversation.until(sawBothHangups);
            await conversation.leave();
          });

          expect(gateway).toEqual(direct);
          expect(direct.events['OriginateResponse of Local/wait@test-<id>;1']?.[0]).toMatch(/response: Success/i);
        });

        it('originates a call that fails', async () => {
          const { direct, gateway } = await play(OPERATOR, async (conversation) => {
            await conversation.act({ ...CALL, Channel: 'Local/nowhere@test' });
            await conversation.until(sawBothHangups);
            await conversation.leave();
          });

          expect(gateway).toEqual(direct);
          expect(answersOf(direct)).toMatch(/message: Originate failed/i);
        });

        it('is told that the secret is wrong', async () => {
          const { direct, gateway } = await play({ ...OPERATOR, secret: 'wrong' }, async () => {});

          expect(gateway).toEqual(direct);
          expect(answersOf(direct)).toMatch(/Authentication failed/);
        });

        it('is told that actions are refused', async () => {
          const { direct, gateway } = await play(NARROW, async (conversation) => {
            await conversation.act({ Action: 'Command', Command: 'core show uptime' });
            await conversation.act({ Action: 'Nonsense' });
            await conversation.leave();
          });

          expect(gateway).toEqual(direct);
          expect(answersOf(direct)).toMatch(/Permission denied[\s\S]*Invalid\/unknown command: Nonsense/);
        });
      });
    }
  });
}

/** Two threads make the events of the two halves of a call: each half has an order, both together have none. */
interface Outcome {
  /** Everything else in its order, and where the events of the call began in it. */
  readonly others: readonly string[];
  readonly events: Readonly<Record<string, readonly string[]>>;
}

function outcomeOf(told: readonly Told[]): Outcome {
  const others: string[] = [];
  const events: Record<string, string[]> = {};
  for (const { callback, text } of told) {
    const line = `${callback}: ${masked(text).replace(OWN_ACTION_ID, '$1<id>')}`;
    const group = groupOf(masked(text));
    if (group === null) others.push(line);
    else if (Object.keys(events).length === 0) others.push('<the call>');
    if (group !== null) events[group] = [...(events[group] ?? []), line];
  }
  return { others, events };
}

/** ActionIDs of the clients' own making: clocks and random numbers. */
const OWN_ACTION_ID = /^(ActionID: )(?:--spec_)?\d{3,}$/gim;

/** The half of the call that an event is about, or null. A third thread raises OriginateResponse. */
function groupOf(text: string): string | null {
  const event = /^Event: (.*)$/im.exec(text)?.[1];
  const channel = /^(?:Dest|LocalOne)?Channel: (.*)$/im.exec(text)?.[1];
  if (event === undefined || channel === undefined) return null;
  return event === 'OriginateResponse' ? `OriginateResponse of ${channel}` : channel;
}

function sawBothHangups(told: readonly Told[]): boolean {
  return told.filter(({ callback, text }) => callback.endsWith('event') && /^Event: Hangup$/im.test(text)).length === 2;
}

function answersOf({ others }: Outcome): string {
  return others.join('\n');
}
