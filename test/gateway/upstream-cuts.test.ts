/** Asterisk's bytes end anywhere: each action has one end, and no client hears a part of anything. All cuts: npm run hostile. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Cutter, LIST, SHAPES } from '../hostile/faults/cuts.js';

let cutter: Cutter;
beforeEach(async () => {
  cutter = await Cutter.start();
});
afterEach(() => cutter.stop());

describe('an upstream that breaks', () => {
  it.each(SHAPES)(
    'in $what, or behind it, leaves one end of the action and the next answer in its place',
    async (shape) => {
      const { cuts, wrong } = await cutter.cutAnswers(shape, { ids: 'nameless', next: 'behind' }, 'end', 3);

      expect(wrong).toEqual([]);
      expect(cuts).toBeGreaterThan(40);
    },
  );

  it('by a reset leaves one end of the action, too', async () => {
    const { wrong } = await cutter.cutAnswers(LIST, { ids: 'named', next: 'behind' }, 'reset', 7);

    expect(wrong).toEqual([]);
  });

  it('in the first of two that were sent together leaves one end of each', async () => {
    const { wrong } = await cutter.cutAnswers(LIST, { ids: 'nameless', next: 'pipelined' }, 'end', 7);

    expect(wrong).toEqual([]);
  });

  it('in the login for actions has not been sent the action that waited', async () => {
    expect((await cutter.cutActionLogins('end', 11)).wrong).toEqual([]);
  });

  it('in the login for events is heard of once, when it is back', async () => {
    expect((await cutter.cutEventLogins('end', 97)).wrong).toEqual([]);
  });

  it('in its events has sent those that were whole', async () => {
    expect((await cutter.cutEvents(29)).wrong).toEqual([]);
  });
});
