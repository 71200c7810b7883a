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
  readonly #expected: readonly ExceptionalCase[];
  readonly #met = new Set<ExceptionalCase>();
  #compared = 0;
  #same = 0;

  constructor(suite: Suite, version: AsteriskVersion) {
    this.#suite = suite;
    this.#version = version;
    const ours = EXCEPTIONS.filter((exception) => exception.suite === suite && exception.on.includes(version));
    this.#expected = ours.flatMap((exception) => exception.cases);
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
    expect(this.#expected.filter((exception) => !this.#met.has(exception))).toEqual([]);
  }

  #faultOf(cell: Cell): string | null {
    this.#compared += 1;
    const isSame = cell.direct === cell.gateway;
    if (isSame) this.#same += 1;
    const name = cell.as === null ? cell.title : `${cell.title}, as ${cell.as}`;
    const exception = this.#expected.find((one) => isAbout(one, cell));
    if (exception === undefined) return isSame ? null : `${name}\n${differenceIn(cell)}`;
    this.#met.add(exception);
    if (isSame) return `${name}: no exception any more, both sides say\n${cell.direct}`;
    const isAsSaid = holds(cell.direct, exception.asterisk) && cell.gateway.includes(exception.gateway);
    return isAsSaid ? null : `${name}: not as exceptions.ts says\n${differenceIn(cell)}`;
  }
}

function isAbout({ title, as }: ExceptionalCase, cell: Cell): boolean {
  const isOfUser = as === undefined ? cell.as === null : cell.as !== null && as.includes(cell.as);
  return isOfUser && (typeof title === 'string' ? title === cell.title : title.test(cell.title));
}

function holds(answer: string, wanted: string | RegExp): boolean {
  return typeof wanted === 'string' ? answer.includes(wanted) : wanted.test(answer);
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
