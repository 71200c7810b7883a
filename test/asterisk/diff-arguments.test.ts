/** Arguments of actions, good, wrong and wicked, as users of several classes: the whole answers are compared. */
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type AmiClient, connectAmi } from './ami-client.mjs';
import { type Account, NOBODY, quietLoginOf, sectionsOf, writer } from './differential/accounts.js';
import { type ArgumentCase, fillIn } from './differential/argument-case.js';
import { COMMAND_CASES } from './differential/command-cases.js';
import { answersTo } from './differential/conversation.js';
import { FILE_CASES, FILES } from './differential/file-cases.js';
import { CHANGING_CASES, READING_CASES } from './differential/live-cases.js';
import { ORIGINATE_CASES, RINGING } from './differential/originate-cases.js';
import { STATE_CASES } from './differential/state-cases.js';
import { Tally } from './differential/tally.js';
import { VARIABLE_CASES } from './differential/variable-cases.js';
import { poll } from './processes.mjs';
import { describeWithAsterisk } from './require-asterisk.js';
import { type Side, type SideBySide, sideBySide } from './side-by-side.js';

const ACCOUNTS: readonly Account[] = [
  writer('all'),
  NOBODY,
  ...['system', 'call', 'config', 'reporting', 'command', 'agent', 'user', 'message', 'originate', 'agi'].map(writer),
  ...['originate,agi', 'originate,system', 'call,reporting,originate', 'config,command'].map(writer),
];

/** A call for each of them takes its second: those to whom the actions on calls make a difference. */
const CHANGERS: readonly Account[] = [
  NOBODY,
  ...['all', 'system', 'call', 'agi', 'config', 'call,reporting,originate'].map(writer),
];

interface Stage {
  readonly sides: SideBySide;
  /** Logged in at Asterisk itself; makes and ends calls. */
  readonly controller: AmiClient;
}

interface Group {
  readonly what: string;
  readonly cases: readonly ArgumentCase[];
  /** All, unless it says otherwise. */
  readonly accounts?: readonly Account[];
  /** Where calls are made, they are ended before the next ones. */
  readonly makes?: 'calls';
  readonly prepare?: (stage: Stage) => Promise<void>;
  readonly prepared?: 'once' | 'for each side';
}

for (const version of ['22', '16'] as const) {
  await describeWithAsterisk(version, `arguments of actions of Asterisk ${version}`, () => {
    const tally = new Tally('arguments', version);
    let stage: Stage;
    let etc: string;
    beforeAll(async () => {
      const texts = { users: sectionsOf(ACCOUNTS), dialplan: RINGING, files: FILES };
      const sides = await sideBySide({ version, name: `arg${version}`, ...texts });
      const settings = await sides.asterisk.cli('core show settings');
      etc = /Configuration directory:\s+(\S+)/.exec(settings)?.[1] ?? '';
      const controller = await connectAmi({ port: sides.direct.port });
      controller.send(quietLoginOf('may-all'));
      stage = { sides, controller };
    });
    afterAll(async () => {
      stage?.controller.close();
      await stage?.sides.stop();
    });

    async function compare(user: string, { cases, prepare, prepared, makes }: Group): Promise<void> {
      await prepare?.(stage);
      const direct = await answersOf(stage.sides.direct, user, cases);
      if (makes === 'calls' && prepared !== 'once') await endCalls(stage);
      if (prepared !== 'once') await prepare?.(stage);
      const gateway = await answersOf(stage.sides.gateway, user, cases);
      if (makes === 'calls') await endCalls(stage);
      tally.judge(
        cases.map(({ title }, index) => ({
          title,
          as: user,
          direct: direct[index] ?? '',
          gateway: gateway[index] ?? '',
        })),
      );
    }

    function answersOf(side: Side, user: string, cases: readonly ArgumentCase[]): Promise<readonly string[]> {
      const messages = cases.map(({ text }) => fillIn(text, { side: side.name, user, etc }));
      return answersTo(side, quietLoginOf(user), messages);
    }

    describe.each([
      { what: 'variables and functions', cases: VARIABLE_CASES },
      { what: 'files and modules', cases: FILE_CASES, prepare: restoreFiles },
      { what: 'CLI commands', cases: COMMAND_CASES },
      { what: 'queues, database, devices and what is not there', cases: STATE_CASES },
      { what: 'reading a call', cases: READING_CASES, makes: 'calls', prepare: startLiveCall, prepared: 'once' },
      { what: 'changing a call', cases: CHANGING_CASES, accounts: CHANGERS, makes: 'calls', prepare: startLiveCall },
      { what: 'Originate', cases: ORIGINATE_CASES, makes: 'calls' },
    ] satisfies readonly Group[])('$what', (group) => {
      it.each(group.accounts ?? ACCOUNTS)('as $name', ({ name }) => compare(name, group));
    });

    it('is the same but for the listed exceptions', () => tally.close());
  });
}

/** Hangs up the call that lives, and waits for the others to end. */
async function endCalls({ controller }: Stage): Promise<void> {
  await controller.action({ Action: 'Command', Command: 'channel request hangup live' });
  await untilChannels(controller, (channels) => !channels.includes('!'));
}

/** Both ends of the call are in Wait then, and stay there. */
async function startLiveCall({ controller }: Stage): Promise<void> {
  const call = { Channel: 'Local/wait@test/n', ChannelId: 'live', OtherChannelId: 'live-too' };
  await controller.action({ Action: 'Originate', ...call, Application: 'Wait', Data: '600' });
  await untilChannels(controller, (channels) => channels.split('!Wait!').length === 3);
}

async function untilChannels(controller: AmiClient, areSo: (channels: string) => boolean): Promise<void> {
  const look = async () => {
    const channels = await controller.action({ Action: 'Command', Command: 'core show channels concise' });
    return areSo(channels) ? true : null;
  };
  if ((await poll(look, 20_000)) === null) throw new Error('the channels are not as they should be');
}

async function restoreFiles({ sides: { asterisk } }: Stage): Promise<void> {
  for (const [name, text] of Object.entries(FILES)) writeFileSync(path.join(asterisk.configDir, name), text);
  rmSync(path.join(asterisk.configDir, 'manager.d/x.conf'), { force: true });
}
