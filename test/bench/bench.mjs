// Measures the gateway against Asterisk, against HAProxy and against itself; prints goal and figure beside each other.
//   npm run bench -- --only fan-out,latency --rounds 3 --quick
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Context } from './context.mjs';
import { describeMachine, isBusy } from './machine.mjs';
import { readOptions, usage } from './options.mjs';
import { benchActions } from './rows/actions.mjs';
import { benchAudiences } from './rows/audiences.mjs';
import { benchBroadcast } from './rows/broadcast.mjs';
import { benchFanOut } from './rows/fan-out.mjs';
import { benchLatency } from './rows/latency.mjs';
import { benchLogins } from './rows/logins.mjs';
import { benchMemory } from './rows/memory.mjs';
import { benchPatterns } from './rows/patterns.mjs';
import { benchSlowConsumer } from './rows/slow-consumer.mjs';
import { benchThousand } from './rows/thousand.mjs';
import { benchViews } from './rows/views.mjs';
import { formatTable } from './table.mjs';

/** @typedef {import('./row.mjs').Row} Row */

/** @type {ReadonlyMap<string, (context: Context) => Promise<readonly Row[]>>} */
const benches = new Map([
  ['fan-out', benchFanOut],
  ['views', benchViews],
  ['broadcast', benchBroadcast],
  ['audiences', benchAudiences],
  ['latency', benchLatency],
  ['thousand', benchThousand],
  ['actions', benchActions],
  ['logins', benchLogins],
  ['memory', benchMemory],
  ['slow-consumer', benchSlowConsumer],
  ['patterns', benchPatterns],
]);

process.exitCode = await main();

async function main() {
  const names = [...benches.keys()];
  const options = readOptions(process.argv.slice(2), names);
  if (options === null) {
    process.stderr.write(`${usage}\nbenches: ${names.join(', ')}\n`);
    return 2;
  }
  const machine = describeMachine(options.main);
  const context = new Context(options);
  const { rows, failures } = await run(context, options.only ?? names);
  await context.stop();
  const file = store({ machine, options, rows, failures });
  process.stdout.write(`\n${formatTable(rows)}\n\n`);
  process.stdout.write(`median (minimum–maximum) of ${options.rounds} rounds; ${machine.cores} × ${machine.cpu}, `);
  process.stdout.write(`Node ${machine.node}, ${machine.date.slice(0, 10)}; everything measured: ${file}\n`);
  if (isBusy(machine))
    process.stdout.write(`the machine was busy (load ${machine.loadAverage[0]}): figures are only indicative\n`);
  for (const failure of failures) process.stdout.write(`\nFAILED ${failure}\n`);
  return failures.length === 0 ? 0 : 1;
}

/** @param {Context} context @param {readonly string[]} names */
async function run(context, names) {
  /** @type {Row[]} */
  const rows = [];
  /** @type {string[]} */
  const failures = [];
  for (const name of names) {
    context.say(`${name} …`);
    try {
      rows.push(...((await benches.get(name)?.(context)) ?? []));
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.stack : String(error)}`);
      context.say(failures.at(-1) ?? '');
    }
  }
  return { rows, failures };
}

/** @param {{ readonly machine: ReturnType<typeof describeMachine>, readonly [part: string]: unknown }} result */
function store(result) {
  const folder = fileURLToPath(new URL('results/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${result.machine.date.replaceAll(':', '-').slice(0, 19)}.json`);
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  return path.relative(process.cwd(), file);
}
