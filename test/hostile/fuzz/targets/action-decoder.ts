/** What clients send: read the same wherever the bytes are split, and as Asterisk would read it. */
import { ActionDecoder, type DecodedInput } from '../../../../src/ami/action-decoder.js';
import { readAsAsterisk, valueForAsterisk } from '../asterisk-reading.js';
import { garbage, mutated } from '../mutate.js';
import { Random, seedOf } from '../random.js';
import { difference, type FuzzTarget } from '../target.js';
import { CLIENT_TEXTS, CLIENT_WORDS, inPieces } from '../wire-texts.js';

export const actionDecoder: FuzzTarget = {
  name: 'action decoder: any splits, and Asterisk’s reading',
  inputs: 200_000,
  make: (random) => (random.oneIn(8) ? garbage(random, CLIENT_WORDS, 60) : mutated(CLIENT_TEXTS, random, CLIENT_WORDS)),
  judge: (input) => {
    const wire = Buffer.from(input, 'latin1');
    const expected = readAsAsterisk(input).map(({ kind, lines }) => {
      const actionId = valueForAsterisk(lines, 'actionid');
      return JSON.stringify(kind === 'action' ? { kind, lines, actionId } : { kind, actionId });
    });
    const random = new Random(seedOf(input));
    return (
      differing('whole', expected, [wire]) ??
      differing('in pieces', expected, inPieces(wire, random)) ??
      differing('in other pieces', expected, inPieces(wire, random))
    );
  },
};

function differing(how: string, expected: readonly string[], chunks: readonly Buffer[]): string | null {
  const found = difference(decodeAll(chunks).map(summary), expected);
  return found === null ? null : `${how}, ${found}`;
}

/** Pushes everything in pieces and pulls after each of them. */
export function decodeAll(chunks: readonly Buffer[]): readonly DecodedInput[] {
  const decoder = new ActionDecoder();
  return chunks.flatMap((chunk) => {
    decoder.push(chunk);
    const decoded: DecodedInput[] = [];
    for (let input = decoder.next(); input !== null; input = decoder.next()) decoded.push(input);
    return decoded;
  });
}

function summary(input: DecodedInput): string {
  if (input.kind !== 'action') return JSON.stringify(input);
  const { headers, actionId } = input.action;
  return JSON.stringify({ kind: input.kind, lines: headers.map(({ line }) => line), actionId });
}
