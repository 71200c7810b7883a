/**
 * Finds which of many plain texts a text contains, in one pass whatever their number (Aho and Corasick's automaton with
 * every transition written out). Latin-1 only: one character is one byte.
 */

/** Calls back with the index of each needle that `text` contains; more than once where it stands more than once. */
export type TextFinder = (text: string, found: (needle: number) => void) => void;

const BYTES = 256;
/** 16 MiB of transitions. More needles than fit are searched one by one, which is slower and not wrong. */
const MOST_STATES = 16_384;

export function compileFinder(needles: readonly string[]): TextFinder {
  const states = needles.reduce((sum, needle) => sum + needle.length, 1);
  const isNarrow = needles.every((needle) => !/[^\x00-\xff]/.test(needle));
  return states > MOST_STATES || needles.length < 4 || !isNarrow ? findEach(needles) : runAutomaton(needles, states);
}

function findEach(needles: readonly string[]): TextFinder {
  return (text, found) => {
    for (let needle = 0; needle < needles.length; needle++) if (text.includes(needles[needle] ?? '')) found(needle);
  };
}

interface Trie {
  /** `next[state * 256 + byte]`; 0 is the root, and where there is no edge. */
  readonly next: Int32Array;
  /** The needles that end in a state, those of its suffixes included. */
  readonly ends: (readonly number[])[];
  readonly size: number;
}

function runAutomaton(needles: readonly string[], states: number): TextFinder {
  const { next, ends } = linkSuffixes(plantTrie(needles, states));
  const always = needles.flatMap((needle, index) => (needle === '' ? [index] : []));
  return (text, found) => {
    for (const needle of always) found(needle);
    let state = 0;
    for (let at = 0; at < text.length; at++) {
      state = next[(state << 8) | (text.charCodeAt(at) & 255)] ?? 0;
      const ending = ends[state];
      if (ending !== undefined) for (const needle of ending) found(needle);
    }
  };
}

function plantTrie(needles: readonly string[], states: number): Trie {
  const next = new Int32Array(states * BYTES);
  const ends: (readonly number[])[] = [];
  let size = 1;
  needles.forEach((needle, index) => {
    let state = 0;
    for (let at = 0; at < needle.length; at++) {
      const edge = (state << 8) | needle.charCodeAt(at);
      if (next[edge] === 0) next[edge] = size++;
      state = next[edge] ?? 0;
    }
    if (needle !== '') ends[state] = [...(ends[state] ?? []), index];
  });
  return { next, ends, size };
}

/** Breadth first: where a state has no edge, it takes the one of its longest proper suffix. */
function linkSuffixes(trie: Trie): Trie {
  const { next, ends, size } = trie;
  const suffix = new Int32Array(size);
  const queue: number[] = [];
  for (let byte = 0; byte < BYTES; byte++) {
    const child = next[byte] ?? 0;
    if (child !== 0) queue.push(child);
  }
  for (let state = queue.shift(); state !== undefined; state = queue.shift()) {
    const shorter = suffix[state] ?? 0;
    const inherited = ends[shorter];
    if (inherited !== undefined) ends[state] = [...(ends[state] ?? []), ...inherited];
    for (let byte = 0; byte < BYTES; byte++) {
      const edge = (state << 8) | byte;
      const child = next[edge] ?? 0;
      const fallback = next[(shorter << 8) | byte] ?? 0;
      if (child === 0) next[edge] = fallback;
      else {
        suffix[child] = fallback;
        queue.push(child);
      }
    }
  }
  return trie;
}
