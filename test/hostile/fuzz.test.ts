/**
 * Every fuzz target with a few thousand inputs, always the same ones. `npm run hostile` runs them with hundreds of
 * thousands; HOSTILE_SEED and HOSTILE_INPUTS make this one other or longer.
 */
import { expect, it } from 'vitest';
import { runTarget } from './fuzz/run-target.js';
import { FUZZ_TARGETS } from './fuzz/targets.js';

const INPUTS = Number(process.env.HOSTILE_INPUTS ?? 2000);
const SEED = Number(process.env.HOSTILE_SEED ?? 1);

it.each(FUZZ_TARGETS)('holds on mutated inputs: $name', { timeout: 0 }, async (target) => {
  const { faults } = await runTarget(target, INPUTS, SEED);

  expect(faults).toEqual([]);
});
