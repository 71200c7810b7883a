import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ActionDecoder, type DecodedInput } from '../../../src/ami/action-decoder.js';

const transcripts = new URL('../../transcripts/', import.meta.url);

/** A transcript is wire bytes in C escapes, then `--`, then one line for each message that Asterisk reads in it. */
function readTranscript(name: string): { readonly wire: Buffer; readonly expected: readonly string[] } {
  const [wire = '', expected = ''] = readFileSync(new URL(name, transcripts), 'latin1').split('\n--\n');
  const lines = wire.split('\n').filter((line) => !line.startsWith('#'));
  return { wire: Buffer.from(unescaped(lines.join('')), 'latin1'), expected: expected.trimEnd().split('\n') };
}

function unescaped(text: string): string {
  return text
    .replace(/\{(.)\*(\d+)\}/g, (_all, char: string, count: string) => char.repeat(Number(count)))
    .replace(/\\(r|n|t|\\|x[0-9a-f]{2})/g, (_all, code: string) => {
      if (code.startsWith('x')) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
      return { r: '\r', n: '\n', t: '\t', '\\': '\\' }[code] ?? code;
    });
}

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

const names = readdirSync(transcripts).filter((name) => name.endsWith('.client'));

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
