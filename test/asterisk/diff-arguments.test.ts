/** Arguments of actions, good, wrong and wicked, as users of several classes: the whole answers are compared. */
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { connectAmi } from './ami-client.mjs';
import { type Account, NOBODY, quietLoginOf, sectionsOf, writer } from './differential/accounts.js';
import { type ArgumentCase, fillIn } from './differential/argument-case.js';
import { COMMAND_CASES } from './differential/command-cases.js';
import { answersTo } from './differential/conversation.js';
import { FILE_CASES, FILES } from './differential/file-cases.js';
import { LIVE_CASES } from './differential/live-cases.js';
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

interface Group {
  readonly what: string;
  readonly cases: readonly ArgumentCase[];
  /** Done before each side. */
  readonly prepare?: (sides: SideBySide) => Promise<void>;
}

for (const version of ['22', '16'] as const) {
  await describeWithAsterisk(version, `arguments of actions of Asterisk ${version}`, () => {
    const tally = new Tally('arguments', version);
    let sides: SideBySide;
    let etc: string;
    beforeAll(async () => {
      const texts = { users: sectionsOf(ACCOUNTS), dialplan: RINGING, files: FILES };
      sides = await sideBySide({ version, name: `arg${version}`, ...texts });
      const settings = await sides.asterisk.cli('core show settings');
      etc = /Configuration directory:\s+(\S+)/.exec(settings)?.[1] ?? '';
    });
    afterAll(() => sides?.stop());

    async function compare(user: string, { cases, prepare }: Group): Promise<void> {
      await prepare?.(sides);
      const direct = await answersOf(sides.direct, user, cases);
      await prepare?.(sides);
      const gateway = await answersOf(sides.gateway, user, cases);
      tally.judge(
        cases.map(({ title }, index) => ({
          title,
          as: user,
          direct: direct[index] ?? '',
          gateway: gateway[index] ?? '',
        })),
      );
    }

    async function answersOf(side: Side, user: string, cases: readonly ArgumentCase[]): Promise<readonly string[]> {
      const messages = cases.map(({ text }) => fillIn(text, { side: side.name, user, etc }));
      const answers = await answersTo(side, quietLoginOf(user), messages);
      await untilNoCall(sides);
      return answers;
    }

    describe.each([
      { what: 'variables and functions', cases: VARIABLE_CASES },
      { what: 'files and modules', cases: FILE_CASES, prepare: restoreFiles },
      { what: 'CLI commands', cases: COMMAND_CASES },
      { what: 'queues, database, devices and what is not there', cases: STATE_CASES },
      { what: 'a channel that lives', cases: LIVE_CASES, prepare: startLiveCall },
      { what: 'Originate', cases: ORIGINATE_CASES },
    ] satisfies readonly Group[])('$what', (group) => {
      it.each(ACCOUNTS)('as $name', ({ name }) => compare(name, group));
    });

    it('is the same but for the listed exceptions', () => tally.close());
  });
}

/** Ends when every call has, so that no case sees those of another. */
async function untilNoCall({ asterisk }: SideBySide): Promise<void> {
  await asterisk.cli('channel request hangup live');
  const isOver = async () => ((await asterisk.cli('core show channels concise')).includes('!') ? null : true);
  if ((await poll(isOver, 20_000)) === null) throw new Error('a call does not end');
}

async function startLiveCall({ direct }: SideBySide): Promise<void> {
  const client = await connectAmi({ port: direct.port });
  client.send(quietLoginOf('may-all'));
  const call = { Channel: 'Local/wait@test/n', ChannelId: 'live', OtherChannelId: 'live-too' };
  await client.action({ Action: 'Originate', ...call, Application: 'Wait', Data: '600' });
  client.close();
}

async function restoreFiles({ asterisk }: SideBySide): Promise<void> {
  for (const [name, text] of Object.entries(FILES)) writeFileSync(path.join(asterisk.configDir, name), text);
  rmSync(path.join(asterisk.configDir, 'manager.d/x.conf'), { force: true });
}
