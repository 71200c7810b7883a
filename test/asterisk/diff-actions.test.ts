/** Every action that Asterisk lists, bare, as a user of each class: the whole answers of both sides are compared. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectAmi } from './ami-client.mjs';
import { type Account, CLASSES, NOBODY, quietLoginOf, sectionsOf, writer } from './differential/accounts.js';
import { answersTo, inParallel, transcriptOf } from './differential/conversation.js';
import { type Cell, Tally } from './differential/tally.js';
import { describeWithAsterisk } from './require-asterisk.js';
import { type Side, type SideBySide, sideBySide } from './side-by-side.js';

const EVERYTHING = writer('all');
const ACCOUNTS: readonly Account[] = [EVERYTHING, NOBODY, ...CLASSES.map(writer)];

/** Actions that change what the session is, or gets: each has a connection of its own. */
const ON_THE_SESSION: readonly string[] = ['Login', 'Logoff', 'Challenge', 'Events', 'Filter', 'WaitEvent'];

/** Actions that change what others answer: a reload turns the order of contexts around. Both sides come to them last. */
const UNSETTLING: readonly string[] = ['LoggerRotate', 'ModuleLoad', 'Reload'];

/** Bare, WaitEvent waits for ever. */
const ADDITIONS: ReadonlyMap<string, string> = new Map([['WaitEvent', 'Timeout: 0\r\n']]);

for (const version of ['22', '16'] as const) {
  await describeWithAsterisk(version, `every action of Asterisk ${version}, bare`, () => {
    const tally = new Tally('actions', version);
    let sides: SideBySide;
    let actions: readonly string[];
    beforeAll(async () => {
      sides = await sideBySide({ version, name: `bare${version}`, users: sectionsOf(ACCOUNTS) });
      actions = await listActions(sides.direct);
    });
    afterAll(() => sides?.stop());

    it('lists more than a hundred of them', () => {
      expect(actions.length).toBeGreaterThan(100);
    });

    it.each(ACCOUNTS)('as $name, $options', async ({ name }) => {
      const settled = actions.filter((action) => !UNSETTLING.includes(action));
      const direct = await askAll(sides.direct, name, settled);
      const gateway = await askAll(sides.gateway, name, settled);
      const directLast = await askAll(sides.direct, name, UNSETTLING);
      const gatewayLast = await askAll(sides.gateway, name, UNSETTLING);

      tally.judge(cellsOf(name, direct, gateway));
      tally.judge(cellsOf(name, directLast, gatewayLast));
    });

    it('before a login', async () => {
      const cells = await inParallel(actions, async (title) => ({
        title,
        as: 'a stranger',
        direct: await askStranger(sides.direct, title),
        gateway: await askStranger(sides.gateway, title),
      }));

      tally.judge(cells);
    });

    it('is the same but for the listed exceptions', () => tally.close());
  });
}

async function listActions(side: Side): Promise<readonly string[]> {
  const client = await connectAmi({ port: side.port });
  client.send(quietLoginOf(EVERYTHING.name));
  const answer = await client.action({ Action: 'ListCommands' });
  client.close();
  return [...answer.matchAll(/^(\w+): .*\(Priv: /gm)].map((match) => match[1] ?? '');
}

/** The answers to all of them, by name. */
async function askAll(side: Side, user: string, actions: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const login = quietLoginOf(user);
  const ordinary = actions.filter((action) => !ON_THE_SESSION.includes(action));
  const answers = await answersTo(side, login, ordinary.map(bare));
  const byName = new Map(ordinary.map((action, index) => [action, answers[index] ?? '']));
  for (const action of actions.filter((one) => ON_THE_SESSION.includes(one))) {
    byName.set(action, await transcriptOf(side, (client) => client.send(login + bare(action))));
  }
  return byName;
}

function cellsOf(as: string, direct: ReadonlyMap<string, string>, gateway: ReadonlyMap<string, string>) {
  return [...direct].map(([title, answer]): Cell => ({ title, as, direct: answer, gateway: gateway.get(title) ?? '' }));
}

function askStranger(side: Side, action: string): Promise<string> {
  return transcriptOf(side, (client) => client.send(bare(action)));
}

function bare(action: string): string {
  return `Action: ${action}\r\nActionID: of-${action}\r\n${ADDITIONS.get(action) ?? ''}\r\n`;
}
