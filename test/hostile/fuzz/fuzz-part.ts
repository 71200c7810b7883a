/** A part of the hostile run that fuzzes these targets; one line of the table each. */
import type { Figure, HostileContext, Part } from '../part.js';
import { type FuzzResult, runTarget } from './run-target.js';
import type { FuzzTarget } from './target.js';

/** Caches with a bound may fill, and V8 keeps what it compiled; a leak of 100 bytes an input would be ten times as much. */
const MOST_HEAP_GROWTH = 8 << 20;

export function fuzzPart(name: string, targets: readonly FuzzTarget[]): Part {
  return { name, run: (context) => fuzz(targets, context) };
}

async function fuzz(targets: readonly FuzzTarget[], { seed, scale, say }: HostileContext): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const target of targets) {
    const result = await runTarget(target, Math.ceil(target.inputs * scale), seed);
    figures.push(figureOf(target, result));
    say(`${target.name}: ${figures.at(-1)?.figure ?? ''} in ${result.seconds.toFixed(1)} s`);
    for (const fault of result.faults) say(`FAULT ${fault}`);
  }
  return figures;
}

function figureOf({ name }: FuzzTarget, { inputs, faults, slowestMs, heapGrowth }: FuzzResult): Figure {
  const isFlat = heapGrowth <= MOST_HEAP_GROWTH;
  const heap = `heap ${heapGrowth < 0 ? '−' : '+'}${(Math.abs(heapGrowth) / 2 ** 20).toFixed(1)} MB`;
  const slowest = slowestMs < 5 ? 'slowest under 5 ms' : `slowest ${Math.round(slowestMs)} ms`;
  return {
    what: name,
    figure: `${inputs.toLocaleString('en')} inputs, ${faults.length} faults`,
    met: faults.length === 0 && isFlat,
    detail: [`${slowest}, ${heap}`, ...(faults[0] === undefined ? [] : [faults[0].slice(0, 200)])].join('; '),
  };
}
