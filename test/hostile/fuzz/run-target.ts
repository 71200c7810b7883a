/** Feeds a target: input after input, each with a deadline, and watches that no memory stays behind. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Random, seedOf } from './random.js';
import type { FuzzTarget } from './target.js';
import { Watchdog } from './watchdog.js';

export interface FuzzResult {
  readonly inputs: number;
  /** At most `MOST_FAULTS`, each with the shortest input that was found for it. */
  readonly faults: readonly string[];
  readonly seconds: number;
  /** What the slowest input took, in milliseconds of an undisturbed try. */
  readonly slowestMs: number;
  /** Heap after the last input less the heap after the first tenth, both after a collection, in bytes. */
  readonly heapGrowth: number;
}

const MOST_FAULTS = 3;
/** Where one input takes this long, something hangs. */
const HANG_MS = 20_000;
/** An input that takes longer, three times in a row, is a fault: nobody sends one, and one client must not stop all. */
const SLOW_MS = 1000;
const SHRINK_TRIES = 3000;

export async function runTarget(target: FuzzTarget, inputs: number, seed: number): Promise<FuzzResult> {
  const random = new Random(seed ^ seedOf(target.name));
  const watchdog = new Watchdog(HANG_MS);
  const faults: string[] = [];
  const start = performance.now();
  let slowestMs = 0;
  let heapBefore = 0;
  for (let count = 0; count < inputs && faults.length < MOST_FAULTS; count++) {
    if (count === Math.floor(inputs / 10)) heapBefore = heapAfterCollection();
    const input = target.make(random);
    watchdog.begin(input);
    const begun = performance.now();
    const fault = judge(target, input);
    const tookMs = performance.now() - begun;
    if (fault !== null) faults.push(describe(target, input, fault));
    if (tookMs > Math.max(slowestMs, 5)) {
      const ms = leastMs(target, input, tookMs);
      slowestMs = Math.max(slowestMs, ms);
      if (ms > SLOW_MS) faults.push(describe(target, input, `takes ${Math.round(ms)} ms`));
    }
    watchdog.done();
  }
  await watchdog.stop();
  const heapGrowth = heapAfterCollection() - heapBefore;
  return { inputs, faults, seconds: (performance.now() - start) / 1000, slowestMs, heapGrowth };
}

/** The least of three: a machine with other work, or a collection, is no fault of the input. */
function leastMs(target: FuzzTarget, input: string, firstMs: number): number {
  const more = [1, 2].map(() => {
    const begun = performance.now();
    judge(target, input);
    return performance.now() - begun;
  });
  return Math.min(firstMs, ...more);
}

function judge(target: FuzzTarget, input: string): string | null {
  try {
    return target.judge(input);
  } catch (error) {
    return `threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
}

function describe(target: FuzzTarget, input: string, fault: string): string {
  if (fault.startsWith('takes')) return `${target.name}: ${fault} on ${shown(input)}`;
  const shortest = shrink(target, input);
  return `${target.name}: ${judge(target, shortest) ?? fault} on ${shown(shortest)}`;
}

function shown(input: string): string {
  return JSON.stringify(input.length > 3000 ? `${input.slice(0, 3000)}…` : input);
}

/** Leaves out whatever can be left out while there is still a fault. */
function shrink(target: FuzzTarget, input: string): string {
  let shortest = input;
  let tries = 0;
  for (let length = Math.ceil(input.length / 2); length >= 1 && tries < SHRINK_TRIES; ) {
    let isShorter = false;
    for (let at = 0; at < shortest.length && tries < SHRINK_TRIES; tries++) {
      const without = shortest.slice(0, at) + shortest.slice(at + length);
      if (judge(target, without) === null) at += length;
      else [shortest, isShorter] = [without, true];
    }
    if (!isShorter || length > 1) length = Math.floor(length / 2);
  }
  return shortest;
}

function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
  return process.memoryUsage().heapUsed;
}
