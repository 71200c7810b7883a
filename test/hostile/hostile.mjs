// Fuzzes, smuggles, floods and breaks: every part of the hostile run, and a table of what came of it.
//   npm run hostile -- --only fuzz-wire,load --seed 7 --quick
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOptions, usage } from './options.mjs';

/** @typedef {import('./part.js').Figure} Figure */

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const ENDING = '.part.ts';
/** What --quick leaves of the work. */
const QUICK_SCALE = 0.02;

process.exitCode = await main();

async function main() {
  const names = readdirSync(FOLDER)
    .filter((file) => file.endsWith(ENDING))
    .map((file) => file.slice(0, -ENDING.length));
  const options = readOptions(process.argv.slice(2), names);
  if (options === null) {
    process.stderr.write(`${usage}\nparts: ${names.join(', ')}\n`);
    return 2;
  }
  const results = mkdtempSync(path.join(tmpdir(), 'ami-gateway-hostile-'));
  const exitCode = await runParts(options.only ?? names, options, results);
  const rows = (options.only ?? names).flatMap((name) => rowsOf(name, results));
  rmSync(results, { recursive: true });
  process.stdout.write(`\n${formatTable(rows)}\n\n${describeRun(options)}\n`);
  const failed = rows.filter((row) => row.at(-2) === 'NO').length;
  process.stdout.write(
    failed === 0 && exitCode === 0 ? 'nothing was lost\n' : `FAILED: ${failed} figures, see above\n`,
  );
  return failed === 0 ? exitCode : 1;
}

/** @param {readonly string[]} names @param {import('./options.mjs').Options} options @param {string} results */
async function runParts(names, { seed, quick, minutes }, results) {
  const files = names.map((name) => path.join(FOLDER, `${name}${ENDING}`));
  const child = spawn(process.execPath, [VITEST, 'run', '--config', path.join(FOLDER, 'vitest.config.ts'), ...files], {
    stdio: 'inherit',
    env: {
      ...process.env,
      HOSTILE_RESULTS: results,
      HOSTILE_SEED: String(seed),
      HOSTILE_SCALE: String(quick ? QUICK_SCALE : 1),
      HOSTILE_MINUTES: String(minutes),
    },
  });
  const [code] = await once(child, 'close');
  return typeof code === 'number' ? code : 1;
}

/** A part without a file of figures did not come to its end. @param {string} name @param {string} results @returns {readonly (readonly string[])[]} */
function rowsOf(name, results) {
  const figures = readFigures(path.join(results, `${name}.json`));
  if (figures === null) return [[name, 'the whole part', 'did not end', 'NO', 'see the output above']];
  return figures.map(({ what, figure, met, detail }) => [name, what, figure, met ? 'yes' : 'NO', detail]);
}

/** @param {string} file @returns {readonly Figure[] | null} */
function readFigures(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** In Markdown, so that the README can hold it as it is. @param {readonly (readonly string[])[]} rows */
function formatTable(rows) {
  const head = ['part', 'what', 'figure', 'held', 'detail'];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const rule = widths.map((width) => '-'.repeat(width));
  const lines = [head, rule, ...rows].map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** @param {import('./options.mjs').Options} options */
function describeRun({ seed, quick }) {
  const cpu = `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown CPU'}`;
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const date = new Date().toISOString().slice(0, 10);
  return `${date}; ${cpu}, ${memory}, Node ${process.version}; --seed ${seed}${quick ? ' --quick: not to quote' : ''}`;
}
