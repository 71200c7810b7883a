/** Reads case files whose columns are divided by tabs, for texts in which every printable character has a meaning. */
import { readFileSync } from 'node:fs';

export interface TabCase {
  /** `file:line`, for the name of the test. */
  readonly place: string;
  readonly columns: readonly string[];
}

/** The cases of `test/cases/<name>.cases`. `\r`, `\n`, `\t`, `\\` and `\xHH` stand for the bytes; `#` begins a comment line. */
export function readTabCases(name: string): readonly TabCase[] {
  const file = new URL(`../../cases/${name}.cases`, import.meta.url);
  return readFileSync(file, 'latin1')
    .split('\n')
    .flatMap((line, index) => {
      if (line === '' || line.startsWith('#')) return [];
      return [{ place: `${name}:${index + 1}`, columns: line.split('\t').map(unescapeBytes) }];
    });
}

const ESCAPES: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '\\': '\\' };

function unescapeBytes(text: string): string {
  return text.replace(/\\(?:x([0-9a-f]{2})|(.))/g, (whole, hex: string | undefined, sign: string | undefined) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return ESCAPES[sign ?? ''] ?? whole;
  });
}
