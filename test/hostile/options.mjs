// The command line of the hostile run.
import { parseArgs } from 'node:util';

/**
 * @typedef {{
 *   readonly only: readonly string[] | null, readonly seed: number, readonly quick: boolean, readonly minutes: number
 * }} Options
 */

export const usage = `usage: npm run hostile -- [--only NAME,NAME] [--seed N] [--quick] [--minutes N]

  --only      some parts only (default: all)
  --seed      where the random series begin (default: drawn, and printed)
  --quick     a fiftieth of the work: to see that it runs, not to quote
  --minutes   how long the soak takes (default: 10)
`;

/** Null when the arguments make no sense. @param {readonly string[]} args @param {readonly string[]} names @returns {Options | null} */
export function readOptions(args, names) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
        quick: { type: 'boolean', default: false },
        minutes: { type: 'string', default: '10' },
      },
    });
    const only = values.only?.split(',') ?? null;
    const seed = Number(values.seed);
    const minutes = Number(values.minutes);
    if (!Number.isInteger(seed) || !(minutes > 0) || only?.some((name) => !names.includes(name))) return null;
    return { only, seed, quick: values.quick, minutes };
  } catch {
    return null;
  }
}
