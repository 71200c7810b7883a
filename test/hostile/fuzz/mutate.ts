/** Turns texts that mean something into texts that nearly do. */
import type { Random } from './random.js';

/** Longer texts find nothing that these do not, and take long. */
const LONGEST = 20_000;

type Mutation = (text: string, random: Random, dictionary: readonly string[]) => string;

const MUTATIONS: readonly Mutation[] = [
  (text, random, dictionary) => insert(text, random, random.pick(dictionary)),
  (text, random, dictionary) => insert(text, random, random.pick(dictionary)),
  (text, random) => insert(text, random, random.byte()),
  (text, random) => insert(text, random, random.pick(['\r', '\n', '\0', ' ', '\t', ':', '\xff', '\r\n'])),
  (text, random, dictionary) => replace(text, random, 1, random.pick(dictionary)),
  (text, random) => replace(text, random, 1, random.byte()),
  (text, random) => replace(text, random, 1 + random.below(8), ''),
  (text, random) => repeatSlice(text, random),
  (text, random) => swapLines(text, random),
  (text, random) => dropLine(text, random),
  (text, random) => flipCase(text, random),
  (text, random) =>
    insert(text, random, 'x'.repeat(random.pick([1, 2, 255, 1021, 1022, 1023, 1024, 1025, 2046, 8190]))),
];

/** One of the corpus, changed a few times; now and then as it is. */
export function mutated(corpus: readonly string[], random: Random, dictionary: readonly string[]): string {
  let text = random.pick(corpus);
  for (let left = random.below(6); left > 0; left--) text = random.pick(MUTATIONS)(text, random, dictionary);
  return text.length > LONGEST ? text.slice(0, LONGEST) : text;
}

/** Bytes and words one behind the other, without any plan. */
export function garbage(random: Random, dictionary: readonly string[], most: number): string {
  return random.several(most, () => (random.oneIn(3) ? random.byte() : random.pick(dictionary))).join('');
}

function insert(text: string, random: Random, piece: string): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + piece + text.slice(at);
}

function replace(text: string, random: Random, length: number, piece: string): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + piece + text.slice(at + length);
}

function repeatSlice(text: string, random: Random): string {
  const at = random.below(text.length + 1);
  const slice = text.slice(at, at + 1 + random.below(40));
  return text.slice(0, at) + slice.repeat(1 + random.below(4)) + text.slice(at);
}

function swapLines(text: string, random: Random): string {
  const lines = text.split('\n');
  const [one, other] = [random.below(lines.length), random.below(lines.length)];
  return lines.map((line, at) => (at === one ? lines[other] : at === other ? lines[one] : line)).join('\n');
}

function dropLine(text: string, random: Random): string {
  const lines = text.split('\n');
  const gone = random.below(lines.length);
  return lines.filter((_, at) => at !== gone).join('\n');
}

/** Of A to Z only: other letters may become what is no latin-1. */
function flipCase(text: string, random: Random): string {
  const at = random.below(text.length + 1);
  const word = text.slice(at, at + 1 + random.below(6));
  const flipped = word.replace(/[a-z]/gi, (letter) => String.fromCharCode(letter.charCodeAt(0) ^ 32));
  return text.slice(0, at) + flipped + text.slice(at + word.length);
}
