// The command line of the bench.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ownBuild = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/**
 * `main` is the gateway to measure; `profile` writes a .cpuprofile of each loaded gateway into results/.
 * @typedef {{
 *   readonly only: readonly string[] | null, readonly rounds: number, readonly quick: boolean,
 *   readonly main: string, readonly profile: boolean
 * }} Options
 */

export const usage = `usage: npm run bench -- [--only NAME,NAME] [--rounds N] [--quick] [--profile] [--main FILE]

  --only      some benches only (default: all)
  --rounds    how often each side is measured (default: 3)
  --quick     short measurements: to see that it works, not to quote
  --profile   a .cpuprofile of the gateway for each bench that loads it, into test/bench/results
  --main      another build of the gateway: its main.js (default: dist/main.js)
`;

/** Null when the arguments make no sense. @param {readonly string[]} args @param {readonly string[]} names @returns {Options | null} */
export function readOptions(args, names) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        rounds: { type: 'string', default: '3' },
        quick: { type: 'boolean', default: false },
        profile: { type: 'boolean', default: false },
        main: { type: 'string', default: ownBuild },
      },
    });
    const only = values.only?.split(',') ?? null;
    const rounds = Number(values.rounds);
    if (!Number.isInteger(rounds) || rounds < 1 || only?.some((name) => !names.includes(name))) return null;
    return { only, rounds, quick: values.quick, profile: values.profile, main: path.resolve(values.main) };
  } catch {
    return null;
  }
}
