/** Patterns that Asterisk compiles with the C library, which writes every repetition out: a few nested counts take gigabytes. */

/**
 * What one pattern may grow to, in characters. `(a{1,255}){1,255}` takes 160 MB and a tenth of a second; one more level
 * fills any memory, and Asterisk is killed for it. No honest pattern comes near.
 */
const LARGEST_PATTERN = 16_384;

/** True when a pattern in this text could grow beyond that. Counts multiply when they are nested, so all are multiplied. */
export function mayExhaustMemory(text: string): boolean {
  // Quotes and backslashes may be gone by the time it is compiled.
  const plain = text.replace(/["'\\]/g, '');
  const counts = [...plain.matchAll(/\{(\d*),?(\d*)/g)].map(([, least, most]) =>
    Math.max(Number(least), Number(most), 1),
  );
  return counts.reduce((size, count) => size * count, plain.length) > LARGEST_PATTERN;
}
