/** Steps of UpdateConfig that end a real Asterisk, whoever may do it: through the gateway each is an error, and it lives. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AmiClient, connectAmi } from './ami-client.mjs';
import { describeWithAsterisk } from './require-asterisk.js';
import { type Side, type SideBySide, sideBySide } from './side-by-side.js';

const USERS = '[keeper]\nsecret = s\nwrite = config\n';
const FILE = '[empty]\n[one]\na = 1\n[template](!)\nx = 1\n[heir](template)\ny = 2\n';

type Steps = readonly Readonly<Record<string, string>>[];

/** It is freed with the category, and put where the category's lines were expected. */
const FILLER = 'p'.repeat(170);

const CRASHES: readonly (readonly [title: string, refusal: string, steps: Steps])[] = [
  [
    'Insert into a category without lines',
    'Problem with category, value, or line',
    [{ Action: 'Insert', Cat: 'empty', Var: 'v', Value: '1', Line: '1' }],
  ],
  [
    'Insert before the first line by a negative number',
    'Problem with category, value, or line',
    [{ Action: 'Insert', Cat: 'empty', Var: 'v', Value: '1', Line: '-1' }],
  ],
  [
    'Insert behind the last line',
    'Problem with category, value, or line',
    [{ Action: 'Insert', Cat: 'one', Var: 'v', Value: '1', Line: '2' }],
  ],
  [
    'NewCat with a missing template before another',
    'Template category not found',
    [{ Action: 'NewCat', Cat: 'new', Options: 'inherit="missing,template"' }],
  ],
  [
    'DelCat of a template that another category inherits from',
    'Delete category did not complete successfully',
    [
      { Action: 'DelCat', Cat: 'template', Options: 'catfilter="TEMPLATES=restrict"' },
      ...Array.from({ length: 20 }, () => ({
        Action: 'Append',
        Cat: 'one',
        Var: 'v',
        Value: FILLER,
        Options: `inherit=${FILLER}`,
      })),
    ],
  ],
];

function updateOf(steps: Steps): [string, string][] {
  const numbered = steps.flatMap((step, at) =>
    Object.entries(step).map(([name, value]): [string, string] => [`${name}-${String(at).padStart(6, '0')}`, value]),
  );
  return [['Action', 'UpdateConfig'], ['SrcFilename', 'crash.conf'], ['DstFilename', 'crash.conf'], ...numbered];
}

for (const version of ['22', '16'] as const) {
  await describeWithAsterisk(version, `what ends Asterisk ${version}`, () => {
    let sides: SideBySide;
    const open: AmiClient[] = [];
    beforeAll(async () => {
      sides = await sideBySide({ version, name: `crashes-${version}`, users: USERS });
    });
    afterEach(() => {
      for (const client of open.splice(0)) client.close();
    });
    afterAll(() => sides?.stop());

    async function logIn({ port }: Side): Promise<AmiClient> {
      const client = await connectAmi({ port });
      open.push(client);
      expect(await client.login('keeper', 's', { Events: 'off' })).toContain('Authentication accepted');
      return client;
    }

    describe('is refused by the gateway', () => {
      it.each(CRASHES)('%s', async (_title, refusal, steps) => {
        writeFileSync(path.join(sides.asterisk.configDir, 'crash.conf'), FILE);
        const [gateway, direct] = [await logIn(sides.gateway), await logIn(sides.direct)];
        const update = updateOf(steps);

        expect(await gateway.action(update)).toContain(refusal);
        expect(await gateway.action({ Action: 'ListCategories', Filename: 'crash.conf' })).toContain('heir');
        direct.sendAction(update);
        expect(await direct.readToEnd()).not.toContain('Response:');

        await expect.poll(() => sides.asterisk.pid, { timeout: 10_000 }).toBe(0);
        await sides.asterisk.start();
        await expect.poll(() => sides.app.isReady, { timeout: 20_000 }).toBe(true);
      });
    });

    it('what is like it and harms nobody is done', async () => {
      writeFileSync(path.join(sides.asterisk.configDir, 'crash.conf'), FILE);
      const gateway = await logIn(sides.gateway);

      const answer = await gateway.action(
        updateOf([
          { Action: 'Insert', Cat: 'empty', Var: 'v', Value: '1', Line: '0' },
          { Action: 'NewCat', Cat: 'new', Options: 'inherit="template"' },
          { Action: 'DelCat', Cat: 'one' },
        ]),
      );

      expect(answer).toContain('Response: Success');
      const written = await gateway.action({ Action: 'GetConfig', Filename: 'crash.conf', Category: 'new' });
      expect(written).toContain('Templates-000000: template');
    });
  });
}
