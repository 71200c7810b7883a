/** Counts what was compared, and fails on every difference that exceptions.ts does not name, and on names of none. */
import { expect } from 'vitest';
import type { AsteriskVersion } from '../installation.mjs';
import { EXCEPTIONS, type ExceptionalCase, type Suite } from './exceptions.js';

/** One case as one user: what Asterisk sent and what the gateway did. */
export interface Cell {
  readonly title: string;
  /** The user of the case, where several go through it. */
  readonly as: string | null;
  readonly direct: string;
  readonly gateway: string;
}

/** As many differences as one failure shows. */
const MOST_SHOWN = 12;

export class Tally {
  readonly #suite: Suite;
  readonly #version: AsteriskVersion;
  readonly #expected: ReadonlyMap<string, ExceptionalCase>;
  readonly #met = new Set<string>();
  #compared = 0;
  #same = 0;

  constructor(suite: Suite, version: AsteriskVersion) {
    this.#suite = suite;
    this.#version = version;
    this.#expected = expectedOf(suite, version);
  }

  /** Asserts that these are the same, each but for what is expected of it. */
  judge(cells: readonly Cell[]): void {
    const faults = cells.flatMap((cell) => this.#faultOf(cell) ?? []);
    const more = faults.length > MOST_SHOWN ? [`… and ${faults.length - MOST_SHOWN} more`] : [];
    expect(faults.length, `${[...faults.slice(0, MOST_SHOWN), ...more].join('\n\n')}\n`).toBe(0);
  }

  /** Asserts that cases were compared and that every listed exception was one of them; prints the counts. */
  close(): void {
    const expected = this.#compared - this.#same;
    const counts = `${this.#compared} cases compared, ${this.#same} the same, ${expected} as listed in exceptions.ts`;
    console.info(`${this.#suite}, Asterisk ${this.#version}: ${counts}`);
    expect(this.#compared).toBeGreaterThan(0);
    expect([...this.#expected.keys()].filter((key) => !this.#met.has(key))).toEqual([]);
  }

  #faultOf(cell: Cell): string | null {
    this.#compared += 1;
    const key = keyOf(cell.title, cell.as);
    const exception = this.#expected.get(key);
    if (cell.direct === cell.gateway) this.#same += 1;
    if (exception === undefined) return cell.direct === cell.gateway ? null : `${key}\n${differenceIn(cell)}`;
    this.#met.add(key);
    if (cell.direct === cell.gateway) return `${key}: no exception any more, both sides say\n${cell.direct}`;
    const isAsSaid = cell.direct.includes(exception.asterisk) && cell.gateway.includes(exception.gateway);
    return isAsSaid ? null : `${key}: not as exceptions.ts says\n${differenceIn(cell)}`;
  }
}

function expectedOf(suite: Suite, version: AsteriskVersion): ReadonlyMap<string, ExceptionalCase> {
  const ours = EXCEPTIONS.filter((exception) => exception.suite === suite && exception.on.includes(version));
  const cases = ours.flatMap((exception) => exception.cases);
  return new Map(cases.flatMap((one) => (one.as ?? [null]).map((user) => [keyOf(one.title, user), one] as const)));
}

function keyOf(title: string, as: string | null): string {
  return as === null ? title : `${title}, as ${as}`;
}

/** Both texts from the line on in which they begin to differ. */
function differenceIn({ direct, gateway }: Cell): string {
  const [ours, theirs] = [gateway.split('\n'), direct.split('\n')];
  const at = Math.max(
    0,
    theirs.findIndex((line, index) => line !== ours[index]),
  );
  const from = at < 0 ? theirs.length : at;
  const show = (lines: readonly string[]) => JSON.stringify(lines.slice(Math.max(0, from - 1), from + 6).join('\n'));
  return `  line ${from + 1}\n  Asterisk: ${show(theirs)}\n  gateway:  ${show(ours)}`;
}
