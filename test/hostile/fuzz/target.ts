import type { Random } from './random.js';

/** Something that reads what others wrote, and what must hold whatever that is. */
export interface FuzzTarget {
  readonly name: string;
  /** Inputs in a full run. */
  readonly inputs: number;
  /** The next input, latin-1: one character is one byte. */
  readonly make: (random: Random) => string;
  /** What is wrong with how this input was read; `null` when all is well. Says the same each time. */
  readonly judge: (input: string) => string | null;
}

/** Where two lists first differ, for people. */
export function difference(one: readonly string[], other: readonly string[]): string | null {
  const at = Array.from({ length: Math.max(one.length, other.length) }, (_, index) => index).find(
    (index) => one[index] !== other[index],
  );
  return at === undefined ? null : `at ${at}: ${JSON.stringify(one[at])} is not ${JSON.stringify(other[at])}`;
}
