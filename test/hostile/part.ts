/**
 * A part of the hostile run: something is done to the gateway, and figures come out of it.
 *
 *     fuzz-wire.part.ts ──► declarePart({ name, run }) ──► one test ──► results/fuzz-wire.json ──► the table at the end
 *
 * Each part is a file `<name>.part.ts` in this folder, is run in a process of its own, and knows no other part.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** One line of the table. */
export interface Figure {
  /** What was done, or what must hold: `400 kB lines`, `action decoder at random splits`. */
  readonly what: string;
  /** What was measured, with its unit: `120,000 inputs`, `0 lost`. */
  readonly figure: string;
  /** Whether it is as it must be; one that is not fails the run. */
  readonly met: boolean;
  /** What else a reader wants to know; where `met` is false, why. Empty for nothing. */
  readonly detail: string;
}

export interface HostileContext {
  /** Where random series begin: the same seed makes the same run. */
  readonly seed: number;
  /** Share of the full amount of work: 1 in a full run, 0.02 with --quick. */
  readonly scale: number;
  /** How long the parts take that run by the clock. */
  readonly minutes: number;
  /** Tells who waits how far it is. */
  say(text: string): void;
}

export interface Part {
  readonly name: string;
  run(context: HostileContext): Promise<readonly Figure[]>;
}

const RESULTS = process.env.HOSTILE_RESULTS ?? fileURLToPath(new URL('results/', import.meta.url));

/** Makes a part the one test of its file. It has all the time it needs: what must not take long has deadlines inside. */
export function declarePart(part: Part): void {
  it(part.name, { timeout: 0 }, async () => {
    const figures = await part.run(contextOf(part.name));
    mkdirSync(RESULTS, { recursive: true });
    writeFileSync(path.join(RESULTS, `${part.name}.json`), JSON.stringify(figures, null, 2));

    expect(figures.filter((figure) => !figure.met)).toEqual([]);
    expect(figures.length).toBeGreaterThan(0);
  });
}

function contextOf(name: string): HostileContext {
  return {
    seed: Number(process.env.HOSTILE_SEED ?? 1),
    scale: Number(process.env.HOSTILE_SCALE ?? 1),
    minutes: Number(process.env.HOSTILE_MINUTES ?? 10),
    say: (text) => process.stderr.write(`${name}: ${text}\n`),
  };
}
