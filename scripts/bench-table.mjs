// Writes the table of measurements into README.md: node scripts/bench-table.mjs RESULT.json …, the files that `npm run
// bench` names at its end. With several, each bench is taken from the last file that has it.
import { readFileSync, writeFileSync } from 'node:fs';

/** @typedef {{ readonly what: string, readonly against: string, readonly goal: string, readonly figure: string, readonly met: string | null }} Row */
/** @typedef {{ readonly machine: { readonly date: string, readonly cpu: string, readonly cores: number, readonly memoryGiB: number, readonly node: string }, readonly options: { readonly rounds: number, readonly quick: boolean }, readonly rows: readonly Row[] }} Result */

const files = process.argv.slice(2);
if (files.length === 0) {
  process.stderr.write('usage: node scripts/bench-table.mjs RESULT.json …\n');
  process.exit(2);
}
/** @type {readonly Result[]} */
const results = files.map((file) => JSON.parse(readFileSync(file, 'utf8')));
/** @type {Map<string, Row>} */
const rows = new Map(results.flatMap((result) => result.rows.map((row) => [`${row.what} ${row.against}`, row])));
const lines = [...rows.values()].map(
  ({ what, against, goal, figure, met }) => `| ${what} | ${against} | ${goal} | ${figure} | ${met ?? '–'} |`,
);
const machines = results.map(({ machine, options }) => {
  const { cores, cpu, memoryGiB, node, date } = machine;
  const length = options.quick ? 'short rounds (`--quick`)' : 'rounds';
  return `${date.slice(0, 10)}, ${cores} × ${cpu}, ${memoryGiB} GiB, Node ${node}, Asterisk 22.10.1; ${options.rounds} ${length}: median (minimum–maximum).`;
});
const readme = new URL('../README.md', import.meta.url);
const text = readFileSync(readme, 'utf8');
const [head = '', rest = ''] = text.split(/<!-- bench -->\n/);
const tail = rest.slice(rest.indexOf('<!-- /bench -->'));
const header = '| What | Against | Goal | Figure | Met |\n|---|---|---|---|---|';
writeFileSync(
  readme,
  `${head}<!-- bench -->\n\n${[...new Set(machines)].join('\n')}\n\n${header}\n${lines.join('\n')}\n\n${tail}`,
);
