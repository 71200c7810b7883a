/**
 * The events of calls: sessions of Asterisk and of the gateway watch the same calls at the same time, and must see the
 * same bytes in the same order. Nothing is masked here.
 */
import { afterAll, beforeAll, it } from 'vitest';
import { connectAmi } from './ami-client.mjs';
import { type Account, loginOf, sectionsOf } from './differential/accounts.js';
import { type Audience, seat } from './differential/audience.js';
import { Conductor, SCENARIOS } from './differential/scenarios.js';
import { Tally } from './differential/tally.js';
import { WATCHERS } from './differential/watchers.js';
import { describeWithAsterisk } from './require-asterisk.js';
import { type SideBySide, sideBySide } from './side-by-side.js';

const CONDUCTOR: Account = {
  name: 'conductor',
  options: ['read = call', 'eventfilter = OriginateResponse', 'write = all'],
};

for (const version of ['22', '16'] as const) {
  await describeWithAsterisk(version, `the events of Asterisk ${version}`, () => {
    const tally = new Tally('events', version);
    const watchers = WATCHERS[version];
    let sides: SideBySide;
    let conductor: Conductor;
    let audience: Audience;
    beforeAll(async () => {
      const users = sectionsOf([...watchers.map(({ account }) => account), CONDUCTOR]);
      sides = await sideBySide({ version, name: `event${version}`, users });
      const client = await connectAmi({ port: sides.direct.port });
      client.send(loginOf(CONDUCTOR.name));
      conductor = new Conductor(client);
      audience = await seat(sides, watchers);
    });
    afterAll(async () => {
      audience?.close();
      await sides?.stop();
    });

    it.each(SCENARIOS)('of $title', async (scenario) => {
      tally.judge(await audience.watch(scenario, conductor));
    });

    it('are the same but for the listed exceptions', () => tally.close());
  });
}
