/** AMI over HTTP: the same requests to Asterisk directly and to the gateway bring back the same answers. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HTTP_CASES, HTTP_USERS } from './differential/http-cases.js';
import { httpTranscript } from './differential/http-conversation.js';
import { Tally } from './differential/tally.js';
import { describeWithAsterisk } from './require-asterisk.js';
import { type SideBySide, sideBySide } from './side-by-side.js';

await describeWithAsterisk('22', 'AMI over HTTP of Asterisk 22', () => {
  const tally = new Tally('http', '22');
  let sides: SideBySide;
  beforeAll(async () => {
    sides = await sideBySide({ version: '22', name: 'http', users: HTTP_USERS, httpConf: '' });
  });
  afterAll(() => sides?.stop());

  it.each(HTTP_CASES)('$title', async ({ title, steps }) => {
    const direct = await httpTranscript(sides.asterisk.httpPort, steps);
    const gateway = await httpTranscript(sides.app.httpPort ?? 0, steps);

    expect(direct).not.toBe('');
    tally.judge([{ title, as: null, direct, gateway }]);
  });

  it('is the same but for the listed exceptions', () => tally.close());
});
