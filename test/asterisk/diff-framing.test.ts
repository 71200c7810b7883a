/** What counts as one line, one header, one message: the same bytes, also in pieces, bring back the same answers. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { AmiClient } from './ami-client.mjs';
import { NOBODY, quietLoginOf, sectionsOf, writer } from './differential/accounts.js';
import { inParallel, type Talk, transcriptOf, transcriptToClose } from './differential/conversation.js';
import { FRAMING_CASES, type FramingCase, PIPELINE } from './differential/framing-cases.js';
import { Tally } from './differential/tally.js';
import { describeWithAsterisk } from './require-asterisk.js';
import { type SideBySide, sideBySide } from './side-by-side.js';

const LOGIN = quietLoginOf('may-all');
const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

/** How a client ends: it sends its half of the closing and reads on. */
const HALF_CLOSED: readonly FramingCase[] = [
  { title: 'nothing, then the end', bytes: '' },
  { title: 'a login, then the end', bytes: LOGIN },
  { title: 'a refused login, then the end', bytes: 'Action: Login\r\nUsername: may-all\r\nSecret: x\r\n\r\n' },
  { title: 'an action, then the end', bytes: `${LOGIN}Action: CoreSettings\r\nActionID: a\r\n\r\n` },
  { title: 'a pipeline, then the end', bytes: LOGIN + PIPELINE },
  { title: 'half a message, then the end', bytes: `${LOGIN}Action: CoreSettings\r\nActionID: a\r\n` },
  { title: 'half a line, then the end', bytes: `${LOGIN}Action: CoreSettings\r\n\r\nAction: CoreSt` },
  { title: 'a message without its last LF, then the end', bytes: `${LOGIN}Action: CoreSettings\r\n\r` },
];

for (const version of ['22', '16'] as const) {
  await describeWithAsterisk(version, `framing by Asterisk ${version}`, () => {
    const tally = new Tally('framing', version);
    let sides: SideBySide;
    beforeAll(async () => {
      sides = await sideBySide({ version, name: `frame${version}`, users: sectionsOf([writer('all'), NOBODY]) });
    });
    afterAll(() => sides?.stop());

    async function compare(title: string, talk: Talk, converse = transcriptOf): Promise<void> {
      const direct = await converse(sides.direct, talk);
      const gateway = await converse(sides.gateway, talk);
      tally.judge([{ title, as: null, direct, gateway }]);
    }

    it('of lines, headers and messages behind a login', async () => {
      const cells = await inParallel(FRAMING_CASES, async ({ title, bytes }) => ({
        title,
        as: null,
        direct: await transcriptOf(sides.direct, (client) => client.send(LOGIN + bytes)),
        gateway: await transcriptOf(sides.gateway, (client) => client.send(LOGIN + bytes)),
      }));

      tally.judge(cells);
    });

    it('of lines, headers and messages before a login', async () => {
      const cells = await inParallel(FRAMING_CASES, async ({ title, bytes }) => ({
        title,
        as: 'a stranger',
        direct: await transcriptOf(sides.direct, (client) => client.send(bytes)),
        gateway: await transcriptOf(sides.gateway, (client) => client.send(bytes)),
      }));

      tally.judge(cells);
    });

    describe('of a pipeline', () => {
      it('in one piece', () => compare('in one piece', (client) => client.send(LOGIN + PIPELINE)));

      it('byte by byte', () => compare('byte by byte', (client) => sendInPieces(client, () => 1)));

      it.each(SEEDS)('cut at random places, seed %i', (seed) =>
        compare(`cut at random, ${seed}`, (client) => sendInPieces(client, randomSizes(seed))),
      );

      it('a hundred times', () => compare('a hundred times', (client) => client.send(LOGIN + PIPELINE.repeat(100))));
    });

    describe('of what a client sends before it ends', () => {
      it.each(HALF_CLOSED)('$title', ({ title, bytes }) => {
        const talk = (client: AmiClient) => {
          client.send(bytes);
          client.end();
        };
        return compare(title, talk, transcriptToClose);
      });
    });

    it('is the same but for the listed exceptions', () => tally.close());
  });
}

/** Each piece is a write of its own, in a turn of its own. */
async function sendInPieces(client: AmiClient, nextSize: () => number): Promise<void> {
  const text = LOGIN + PIPELINE;
  for (let at = 0; at < text.length; ) {
    const end = at + nextSize();
    client.send(text.slice(at, end));
    at = end;
    await nextTurn();
  }
}

/** Sizes from 1 to 64 that are the same in every run. */
function randomSizes(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 1 + (state >>> 26);
  };
}
