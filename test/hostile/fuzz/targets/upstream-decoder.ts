/** What Asterisk sends: the same blocks wherever the bytes are split, no byte lost, and no class but the second line's. */
import { UpstreamDecoder } from '../../../../src/ami/decoder.js';
import { decodePrivilege } from '../../../../src/ami/privilege.js';
import { garbage, mutated } from '../mutate.js';
import { Random, seedOf } from '../random.js';
import { difference, type FuzzTarget } from '../target.js';
import { inPieces, UPSTREAM_TEXTS, UPSTREAM_WORDS } from '../wire-texts.js';

export const upstreamDecoder: FuzzTarget = {
  name: 'upstream decoder: any splits, no byte lost, classes of line 2',
  inputs: 150_000,
  make: (random) =>
    random.oneIn(8) ? garbage(random, UPSTREAM_WORDS, 60) : mutated(UPSTREAM_TEXTS, random, UPSTREAM_WORDS),
  judge: (input) => {
    const wire = Buffer.from(input, 'latin1');
    const whole = decode([wire]);
    const pieces = decode(inPieces(wire, new Random(seedOf(input))));
    // Line ends behind a block belong to it when they come with it, and to nothing when they come later.
    const isSame = difference(whole.map(shown), pieces.map(shown));
    if (isSame !== null) return `in pieces, ${isSame}`;
    const lost = input.replace(/^(?:\r\n)+/, '').startsWith(whole.map(({ text }) => text).join(''));
    if (!lost) return 'the blocks are not what came';
    return whole.map(judgeHead).find((fault) => fault !== null) ?? null;
  },
};

interface Decoded {
  readonly kind: 'event' | 'other';
  readonly name: string;
  readonly classes: number | null;
  readonly text: string;
}

function decode(chunks: readonly Buffer[]): readonly Decoded[] {
  const decoder = new UpstreamDecoder();
  return chunks.flatMap((chunk) => {
    const { buffer, blocks } = decoder.push(chunk);
    return blocks.map((block): Decoded => {
      if (block.kind === 'other') return { kind: 'other', name: '', classes: null, text: block.text };
      const { name, classes, start, end } = block.event;
      return { kind: 'event', name, classes, text: buffer.toString('latin1', start, end) };
    });
  });
}

function shown({ kind, name, classes, text }: Decoded): string {
  return JSON.stringify([kind, name, classes, text.replace(/(?:\r\n)+$/, '')]);
}

function judgeHead({ kind, name, classes, text }: Decoded): string | null {
  const [first = '', second = ''] = text.split('\n', 2);
  const isEvent = /^Event: [^\r]*\r$/.test(first) && /^Privilege: [^\r]*\r$/.test(second);
  if (isEvent !== (kind === 'event')) return `${JSON.stringify(text.slice(0, 200))} is taken for ${kind}`;
  if (kind === 'other') return null;
  if (first !== `Event: ${name}\r`) return `the name is not ${name}`;
  return classes === decodePrivilege(second.slice('Privilege: '.length, -1)) ? null : `the classes are not ${classes}`;
}
