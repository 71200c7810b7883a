/**
 * Reads cases of whole configurations: `== title`, then parts that begin with `>> name`: files, and what is expected
 * of them. Lines before the first title are prose.
 */
import { readFileSync } from 'node:fs';
import type { ResolveFiles } from '../../../src/config/conf-reading.js';
import { expandBraces, matchesName } from '../../../src/config/glob.js';

export interface ConfCase {
  readonly title: string;
  /** By name, in the order of the case. */
  readonly parts: ReadonlyMap<string, string>;
}

/** In parts, `<CR>`, `<TAB>`, `<SP>`, `<BOM>` and `<E9>` stand for bytes, and `<x*N>` for N times x. */
export function readConfCases(name: string): readonly ConfCase[] {
  const text = readFileSync(new URL(`../../cases/config/${name}.cases`, import.meta.url), 'latin1');
  return text
    .split(/^== /m)
    .slice(1)
    .map((block) => {
      const [title = '', ...parts] = block.split(/\n>> /);
      return { title: title.trim(), parts: new Map(parts.map(readPart)) };
    });
}

/** The files of a case; what its other parts mean is the test's business. */
export function filesOf({ parts }: ConfCase): ReadonlyMap<string, string> {
  return new Map([...parts].filter(([name]) => name.includes('.')));
}

/** Finds files in memory as `load.ts` finds them on a disk; patterns have wildcards in their last segment only. */
export function resolveIn(files: ReadonlyMap<string, string>): ResolveFiles {
  return (pattern) =>
    expandBraces(pattern)
      .flatMap((one) => [...files.keys()].filter((name) => isNamed(one, name)).sort())
      .map((name) => ({ kind: 'file', path: name, text: files.get(name) ?? '' }));
}

function isNamed(pattern: string, name: string): boolean {
  const [patternFolder, patternBase] = splitPath(pattern);
  const [folder, base] = splitPath(name);
  return patternFolder === folder && matchesName(patternBase, base);
}

function splitPath(name: string): readonly [folder: string, base: string] {
  const slash = name.lastIndexOf('/') + 1;
  return [name.slice(0, slash), name.slice(slash)];
}

function readPart(part: string): readonly [name: string, text: string] {
  const lineEnd = part.indexOf('\n');
  const name = lineEnd < 0 ? part : part.slice(0, lineEnd);
  const text = lineEnd < 0 ? '' : part.slice(lineEnd + 1).replace(/\n+$/, '');
  return [name.trim(), withBytes(text)];
}

const NAMED: Readonly<Record<string, string>> = { BOM: '\xef\xbb\xbf', CR: '\r', NUL: '\0', SP: ' ', TAB: '\t' };

function withBytes(text: string): string {
  return text
    .replace(/<(.)\*(\d+)>/g, (_, char: string, count: string) => char.repeat(Number(count)))
    .replace(/<(BOM|CR|NUL|SP|TAB)>/g, (_, name: string) => NAMED[name] ?? '')
    .replace(/<([0-9A-F]{2})>/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
