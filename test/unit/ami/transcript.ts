/** Transcripts of wire bytes, each with what is to be read in it. */
import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../../transcripts/', import.meta.url);

export interface Transcript {
  readonly wire: Buffer;
  readonly expected: readonly string[];
}

export function namesOfTranscripts(ending: '.client' | '.upstream'): readonly string[] {
  return readdirSync(FOLDER).filter((name) => name.endsWith(ending));
}

/** A transcript is wire bytes in C escapes, then `--`, then one line for each message that is read in it. */
export function readTranscript(name: string): Transcript {
  const [wire = '', expected = ''] = readFileSync(new URL(name, FOLDER), 'latin1').split('\n--\n');
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
