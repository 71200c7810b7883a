/**
 * Random patterns and subjects, decided by glibc and by our translation: they must agree, or ours refuses with a reason.
 * Needs a C compiler and glibc; `POSIX_FUZZ_PATTERNS` and `POSIX_FUZZ_SEED` make it longer and different.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { compilePosix } from '../../src/policy/posix-regex.js';

interface Question {
  readonly pattern: string;
  readonly subjects: readonly string[];
}

const PATTERNS = Number(process.env.POSIX_FUZZ_PATTERNS ?? 4000);
const SEED = Number(process.env.POSIX_FUZZ_SEED ?? 1);
const SUBJECTS = 8;

const folder = mkdtempSync(join(tmpdir(), 'posix-regex-'));
const oracle = compileOracle();
if (oracle === null) console.warn('SKIPPED: no C compiler with glibc here, so no patterns are compared with glibc');

afterAll(() => rmSync(folder, { recursive: true }));

it.skipIf(oracle === null)(
  'agrees with glibc on random patterns, or refuses them with a reason',
  { timeout: 0 },
  () => {
    const questions = Array.from({ length: PATTERNS }, questionOf);
    const answers = askGlibc(oracle ?? '', questions);

    const wrong = questions.flatMap((question, index) => {
      const theirs = answers[index] ?? 'timeout';
      const ours = answerOf(question);
      return theirs === 'timeout' || ours === 'refused' || ours === theirs ? [] : [{ ...question, theirs, ours }];
    });

    expect(wrong).toEqual([]);
    expect(answers.filter((answer) => /m/.test(answer) && /n/.test(answer)).length).toBeGreaterThan(PATTERNS / 20);
  },
);

function compileOracle(): string | null {
  const source = fileURLToPath(new URL('posix-regex-oracle.c', import.meta.url));
  const program = join(folder, 'oracle');
  return spawnSync('cc', ['-O1', '-o', program, source]).status === 0 ? program : null;
}

/** A pattern on which glibc does not come back ends the oracle; the next run takes up behind it. */
function askGlibc(program: string, questions: readonly Question[]): readonly string[] {
  const lines = questions.map(({ pattern, subjects }) =>
    [pattern, ...subjects].map((text) => `.${hexOf(text)}`).join(' '),
  );
  const answers: string[] = [];
  while (answers.length < lines.length) {
    const input = `${lines.slice(answers.length).join('\n')}\n`;
    const { stdout } = spawnSync(program, { input, encoding: 'latin1', maxBuffer: 1 << 28 });
    for (const line of stdout.split('\n').slice(0, -1)) answers.push(line);
    if (answers.length < lines.length) answers.push('timeout');
  }
  return answers;
}

function answerOf({ pattern, subjects }: Question): string {
  const regex = compilePosix(pattern);
  if (regex.ok) return subjects.map((subject) => (regex.value.matches(subject) ? 'm' : 'n')).join('');
  return regex.failure.includes('not supported') ? 'refused' : 'error';
}

function hexOf(text: string): string {
  return Buffer.from(text, 'latin1').toString('hex');
}

let state = SEED;

/** From 0 to `below`, which is left out; the same series for the same seed (mulberry32). */
function random(below: number): number {
  state = (state + 0x6d2b79f5) | 0;
  const mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  const more = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((more ^ (more >>> 14)) >>> 0) % below;
}

function pick(choices: readonly string[]): string {
  return choices[random(choices.length)] ?? '';
}

function several(most: number, make: () => string, separator = ''): string {
  return Array.from({ length: random(most + 1) }, make).join(separator);
}

const PLAIN = [...'abab1_ :]})-,A.', '\r\n', '\n', '\xe9'];
const ANCHORS = ['^', '$', '^', '$', '\\b', '\\B', '\\<', '\\>', '\\`', "\\'"];
const ESCAPES = [...'wWsSdnt.*\\[]{}()|^$/0xAzQp+?'].map((escaped) => `\\${escaped}`);
const QUANTIFIERS = [
  ...'***+++???',
  ...'{2} {0} {1} {0,1} {,2} {1,} {,} {2,3} {3,2} {} {a} {1 {1\\,2} {\\0}'.split(' '),
];
const IN_BRACKETS = [
  ...'abA1_ ^\\$.*[:=-\r\n',
  ...'a-c 0-9 A-Z b-a +-- --/ --- a- -a [.a.]-c a-[.c.] [=a=] [=a=]-c [...] [.].] [.-.] [.ab.] [: :]'.split(' '),
  ...'alpha digit space punct cntrl xdigit foo'.split(' ').map((name) => `[:${name}:]`),
];
const GARBAGE = [..."ab1_ .*+?{}()[]^$|\\-,:=03wWsSbB<>`'\r\n"];

function questionOf(): Question {
  const pattern = random(6) === 0 ? several(10, () => pick(GARBAGE)) : choice(random(4));
  return { pattern, subjects: Array.from({ length: SUBJECTS }, () => several(7, () => pick(PLAIN))) };
}

function choice(depth: number): string {
  const branch = () => several(3, () => atom(depth) + several(2, () => pick(QUANTIFIERS)));
  return random(3) === 0 ? several(3, branch, '|') : branch();
}

function atom(depth: number): string {
  const kind = random(12);
  if (kind < 5 || (kind === 11 && depth === 0)) return pick(PLAIN);
  if (kind < 7) return pick(ANCHORS);
  if (kind === 7) return pick(ESCAPES);
  if (kind < 10)
    return `[${pick(['', '^', ']', '^]', '-'])}${several(3, () => pick(IN_BRACKETS))}${pick([']', ']', '-]'])}`;
  return `(${choice(Math.max(depth - 1, 0))})`;
}
