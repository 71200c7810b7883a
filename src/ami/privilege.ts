/** Authorisation classes of AMI as bits, exactly Asterisk's EVENT_FLAG_ values. */

/** A set of classes: bit n is the class n of Asterisk. 0 is the empty set; bit 30 is the highest. */
export type ClassSet = number;

/** Label and bit of every class, in the order in which Asterisk writes them into a Privilege header. */
export const CLASS_BITS = {
  system: 1 << 0,
  call: 1 << 1,
  log: 1 << 2,
  verbose: 1 << 3,
  command: 1 << 4,
  agent: 1 << 5,
  user: 1 << 6,
  config: 1 << 7,
  dtmf: 1 << 8,
  reporting: 1 << 9,
  cdr: 1 << 10,
  dialplan: 1 << 11,
  originate: 1 << 12,
  agi: 1 << 13,
  cc: 1 << 15,
  aoc: 1 << 16,
  test: 1 << 17,
  security: 1 << 18,
  message: 1 << 30,
} as const satisfies Record<string, ClassSet>;

/** `all` of Asterisk: every bit from 0 to 30, so also classes that have no label yet. */
export const ALL_CLASSES: ClassSet = 0x7fffffff;
export const NO_CLASSES: ClassSet = 0;

/** True when at least one class is in both sets: Asterisk's rule for actions. */
export function holdsAny(held: ClassSet, needed: ClassSet): boolean {
  return (held & needed) !== 0;
}

/** True when every needed class is held: Asterisk's rule for events. */
export function holdsEvery(held: ClassSet, needed: ClassSet): boolean {
  return (held & needed) === needed;
}

const BITS: ReadonlyMap<string, ClassSet> = new Map(Object.entries(CLASS_BITS));

/** The labels of a set in table order; unlabelled bits have none. */
export function labelsOf(classes: ClassSet): readonly string[] {
  return [...BITS].filter(([, bit]) => (classes & bit) !== 0).map(([label]) => label);
}

/**
 * The class set of a `Privilege:` or `(Priv: …)` text such as `call,all` or `<none>`; the `all` that Asterisk always
 * appends is not a class. `null` when a label is unknown: who reads it must fail closed.
 */
export function decodePrivilege(text: string): ClassSet | null {
  if (text === '<none>') return NO_CLASSES;
  let classes = NO_CLASSES;
  for (const label of text.split(',')) {
    if (label === 'all') continue;
    const bit = BITS.get(label);
    if (bit === undefined) return null;
    classes |= bit;
  }
  return classes;
}
