import { describe, expect, it } from 'vitest';
import { UpstreamDecoder } from '../../../src/ami/decoder.js';
import { labelsOf } from '../../../src/ami/privilege.js';
import { namesOfTranscripts, readTranscript } from './transcript.js';

interface Decoded {
  readonly summary: string;
  /** The bytes of the block, latin-1. */
  readonly text: string;
}

function decodeAll(chunks: readonly Buffer[]): readonly Decoded[] {
  const decoder = new UpstreamDecoder();
  return chunks.flatMap((chunk) => {
    const { buffer, blocks } = decoder.push(chunk);
    return blocks.map((block) => {
      if (block.kind === 'other') return { text: block.text, summary: `other ${block.text.split('\r\n')[0]}` };
      const { name, classes, start, end } = block.event;
      const labels = classes === null ? 'unknown' : labelsOf(classes).join() || 'none';
      return { text: buffer.toString('latin1', start, end), summary: `event ${name} ${labels}` };
    });
  });
}

/** As the expectations of a transcript are written. */
function shown(decoded: readonly Decoded[]): readonly string[] {
  return decoded.map(({ summary, text }) => escaped(`${summary} bytes=${text.length}`));
}

const escaped = (text: string) =>
  text.replaceAll('\n', '\\n').replace(/[\x80-\xff]/g, (char) => `\\x${char.charCodeAt(0).toString(16)}`);

const names = namesOfTranscripts('.upstream');

describe.each(names)('transcript %s', (name) => {
  const { wire, expected } = readTranscript(name);
  const whole = decodeAll([wire]);

  it('is read as expected', () => {
    expect(shown(whole)).toEqual(expected);
  });

  it('loses no byte', () => {
    const text = whole.map((block) => block.text).join('');

    expect(wire.toString('latin1').startsWith(text)).toBe(true);
    expect(wire.length - text.length).toBeLessThan(60);
  });

  it('is read the same at every split point', () => {
    const differing = Array.from({ length: wire.length + 1 }, (_, at) => at).filter((at) => {
      const decoded = decodeAll([wire.subarray(0, at), wire.subarray(at)]);
      return JSON.stringify(decoded) !== JSON.stringify(whole);
    });

    expect(differing).toEqual([]);
  });

  it('is read the same byte by byte', () => {
    expect(decodeAll(Array.from(wire, (byte) => Buffer.from([byte])))).toEqual(whole);
  });
});

it('finds the transcripts', () => {
  expect(names).toContain('asterisk-22.upstream');
});

describe('an empty line between two events', () => {
  const wire = Buffer.from(
    'Event: One\r\nPrivilege: user,all\r\n\r\n\r\nEvent: Two\r\nPrivilege: call,all\r\n\r\n',
    'latin1',
  );

  it('does not hide the second of them, wherever the bytes are split', () => {
    const splits = Array.from({ length: wire.length }, (_, at) => [wire.subarray(0, at), wire.subarray(at)]);

    const read = new Set(
      splits.map((chunks) =>
        decodeAll(chunks)
          .map(({ summary }) => summary)
          .join('; '),
      ),
    );

    expect([...read]).toEqual(['event One user; event Two call']);
  });
});

describe('memory', () => {
  it('is measured by the bytes of the block that has begun', () => {
    const decoder = new UpstreamDecoder();

    decoder.push(Buffer.from('Event: A\r\nPrivilege: user,all\r\n\r\nEvent: B', 'latin1'));

    expect(decoder.pendingBytes).toBe('Event: B'.length);
  });

  it('does not grow with the names of events', () => {
    const decoder = new UpstreamDecoder();
    const event = (n: number) => Buffer.from(`Event: N${n}\r\nPrivilege: user,all\r\n\r\n`, 'latin1');

    const last = Array.from({ length: 10_000 }, (_, n) => decoder.push(event(n))).at(-1);

    expect(last?.blocks).toEqual([{ kind: 'event', event: { name: 'N9999', classes: 64, start: 0, end: 37 } }]);
  });
});
