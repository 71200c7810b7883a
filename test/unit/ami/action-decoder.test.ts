import { describe, expect, it } from 'vitest';
import { ActionDecoder, type DecodedInput } from '../../../src/ami/action-decoder.js';
import { namesOfTranscripts, readTranscript } from './transcript.js';

function decodeAll(chunks: readonly Buffer[]): readonly string[] {
  const decoder = new ActionDecoder();
  const decoded: string[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk);
    for (let input = decoder.next(); input !== null; input = decoder.next()) decoded.push(summary(input));
  }
  return decoded;
}

function summary(input: DecodedInput): string {
  if (input.kind !== 'action') return `${input.kind} id=${input.actionId}`;
  const { name, actionId, headers } = input.action;
  return `action ${JSON.stringify(name)} id=${JSON.stringify(actionId)} lines=${headers.length}`;
}

const names = namesOfTranscripts('.client');

describe.each(names)('transcript %s', (name) => {
  const { wire, expected } = readTranscript(name);

  it('decodes as Asterisk read it', () => {
    expect(decodeAll([wire])).toEqual(expected);
  });

  it('decodes the same at every split point', () => {
    const differing = Array.from({ length: wire.length + 1 }, (_, at) => at).filter((at) => {
      const decoded = decodeAll([wire.subarray(0, at), wire.subarray(at)]);
      return JSON.stringify(decoded) !== JSON.stringify(expected);
    });

    expect(differing).toEqual([]);
  });

  it('decodes the same byte by byte', () => {
    const bytes = Array.from(wire, (byte) => Buffer.from([byte]));

    expect(decodeAll(bytes)).toEqual(expected);
  });
});

it('finds the transcripts', () => {
  expect(names.length).toBeGreaterThan(5);
});

describe('memory', () => {
  it('keeps at most one line and 128 headers of an endless message', () => {
    const decoder = new ActionDecoder();
    const flood = Buffer.alloc(1 << 20, 'x');

    decoder.push(flood);

    expect(decoder.next()).toBeNull();
    expect(decoder.pendingBytes).toBe(0);
  });
});
