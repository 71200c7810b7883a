// Says what survived and whether that is known.
import { describeChange, entryFor, justifies, readJustified } from './justified.mjs';

/** @typedef {import('./breaks.mjs').Break} Break */
/** @typedef {{ caught: ReadonlySet<number>, refused: ReadonlySet<number>, reached: ReadonlySet<number> }} Outcome */

/** True when everything was caught or is justified, and everything justified survives. @param {readonly Break[]} breaks @param {Outcome} outcome */
export function report(breaks, { caught, refused, reached }) {
  const survivors = breaks.filter(({ id }) => !caught.has(id));
  const justified = readJustified();
  const alive = survivors.filter((one) => !justified.some((entry) => justifies(entry, one)));
  for (const one of alive) {
    const why = reached.has(one.id) ? '' : '  (no test runs it)';
    console.log(`survived  ${one.file}:${one.line}:${one.column}  ${describeChange(one)}${why}`);
    console.log(`          ${entryFor(one)}`);
  }
  const tried = new Set(breaks.map(({ file }) => file));
  const stale = justified.filter((entry) => tried.has(entry.file) && !survivors.some((one) => justifies(entry, one)));
  for (const { place, source, change } of stale) {
    console.log(`justified.txt:${place}: this break is caught or gone, delete the line: ${source}: ${change}`);
  }
  const byTests = caught.size - refused.size;
  const equivalent = survivors.length - alive.length;
  console.log(
    `${breaks.length} tried: ${byTests} caught by tests, ${refused.size} by the compiler, ${equivalent} justified, ${alive.length} survived`,
  );
  return alive.length + stale.length === 0;
}
