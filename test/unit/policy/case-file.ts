/** Reads policy as text: lines of `expected | column | column`; `#` begins a comment line. */
import { readFileSync } from 'node:fs';

export interface Case {
  /** `file:line`, for the name of the test. */
  readonly place: string;
  readonly expected: string;
  readonly columns: readonly string[];
}

/** The cases of `test/cases/<name>.cases`. `<TAB>`, `<CR>`, `<LF>` and `<NUL>` stand for the bytes, `<x*N>` for N times x. */
export function readCases(name: string): readonly Case[] {
  const file = new URL(`../../cases/${name}.cases`, import.meta.url);
  const lines = readFileSync(file, 'latin1').split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const [expected = '', ...columns] = line.split('|').map((column) => unescapeBytes(column.trim()));
    return [{ place: `${name}:${index + 1}`, expected, columns }];
  });
}

const BYTES: Readonly<Record<string, string>> = { TAB: '\t', CR: '\r', LF: '\n', NUL: '\0' };

function unescapeBytes(text: string): string {
  const repeated = text.replace(/<(.)\*(\d+)>/g, (_, char: string, count: string) => char.repeat(Number(count)));
  return repeated.replace(/<(TAB|CR|LF|NUL)>/g, (_, name: string) => BYTES[name] ?? '');
}
