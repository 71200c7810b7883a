import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePosix, type Literal, translatePosix } from '../../../src/policy/posix-regex.js';
import { readTabCases } from './tab-case-file.js';

const cases = readTabCases('posix-regex').map(({ place, columns: [pattern = '', subject = '', expected = ''] }) => {
  return { place, expected, pattern, subject };
});
const refused = cases.filter(({ expected }) => expected === 'refused');
const decided = cases.filter(({ expected }) => expected !== 'refused');
const plain = decided.flatMap((one) => {
  const regex = compilePosix(one.pattern);
  return regex.ok && regex.value.literal !== null ? [{ ...one, literal: regex.value.literal }] : [];
});

describe('a POSIX extended regular expression', () => {
  it.each(decided)(
    '$place: gives $expected for $pattern on $subject, as glibc does',
    ({ expected, pattern, subject }) => {
      expect(verdictOf(pattern, subject)).toBe(expected);
    },
  );

  it.each(refused)('$place: is refused, though glibc compiles it: $pattern', ({ pattern }) => {
    expect(compilePosix(pattern)).toMatchObject({ ok: false, failure: expect.stringContaining('not supported') });
  });

  it.each(plain)('$place: is plain text: $pattern', ({ expected, literal, subject }) => {
    expect(containsPlain(literal, subject)).toBe(expected === 'match');
  });

  it.each([
    ['a reference back to a group', '(a)\\1', 'the back-reference \\1 is not supported'],
    ['an interval beyond what the engine takes', 'a{1001}', 'repeating more than 1000 times is not supported'],
    ['intervals that multiply', '((a{1,100}){1,100}){1,100}', 'repeating more than 1000 times is not supported'],
    ['a program that grows too large', '([ab]?[ab]){1000}', 'an expression of more than 2000 steps is not supported'],
    ['a pattern without end', 'a'.repeat(8193), 'a pattern of more than 8192 bytes is not supported'],
    ['groups nested without end', '('.repeat(101), 'more than 100 nested groups are not supported'],
    [
      'what UTF-8 and byte locales read differently',
      '[\xc3\xa9]',
      'a character outside ASCII in brackets is not supported; write it as (a|b)',
    ],
    [
      'anchors that glibc loses',
      '(^a)+',
      'an anchor (^, $, \\b, \\<, …) in a part repeated by + or { } is not supported',
    ],
    ['a bracket that does not end', 'XX[X', 'a bracket `[` is not closed'],
    ['an unknown class', '[[:foo:]]', 'there is no character class [:foo:]'],
    ['a quantifier without anything before it', 'a|*b', 'there is nothing for `*` to repeat'],
    ['a last backslash', 'a\\', 'a backslash ends the pattern'],
    ['a NUL, where C would end the pattern', 'a\0b', 'a NUL byte is not supported'],
  ])('refuses %s and says why', (_, pattern, reason) => {
    expect(compilePosix(pattern)).toEqual({ ok: false, failure: reason });
  });

  it.each([
    ['^Event: Newchannel', { kind: 'starts_with', text: 'Event: Newchannel' }],
    ['Channel: SIP/1\\.2', { kind: 'contains', text: 'Channel: SIP/1.2' }],
    ['(one)$', { kind: 'ends_with', text: 'one' }],
    ['^one$', { kind: 'exact', text: 'one' }],
    ['one.two', null],
    ['one|two', null],
    ['one^two', null],
  ])('knows whether %s is plain text', (pattern, literal) => {
    expect(compilePosix(pattern)).toMatchObject({ ok: true, value: { literal } });
  });

  it.each(['(a+)+$', '(a|a)*b', '(a|aa)+$', '(x+x+)+y', '(.*)(.*)(.*)(.*)[0-9]$', '(\\<a*\\>)*[bc]'])(
    'answers %s on 200000 bytes without backtracking',
    (pattern) => {
      const subject = `${'a'.repeat(200_000)}!`;

      const started = performance.now();
      verdictOf(pattern, subject);

      expect(performance.now() - started).toBeLessThan(2000);
    },
  );

  it('never throws, whatever the pattern', () => {
    const pieces = fc.constantFrom(..."ab.*+?{}()[]^$|\\-,:=019wb<>`'\r\n\xe9", '[[:alpha:]]', '{1,3}', '(^', '\\>');
    const pattern = fc.array(pieces, { maxLength: 30 }).map((some) => some.join(''));

    fc.assert(
      fc.property(pattern, (text) => {
        expect(translatePosix(text).ok).toBe(compilePosix(text).ok);
      }),
      { numRuns: 500 },
    );
  });
});

function verdictOf(pattern: string, subject: string): string {
  const regex = compilePosix(pattern);
  if (!regex.ok) return 'error';
  return regex.value.matches(subject) ? 'match' : 'no';
}

function containsPlain({ kind, text }: Literal, subject: string): boolean {
  if (kind === 'exact') return subject === text;
  if (kind === 'starts_with') return subject.startsWith(text);
  return kind === 'ends_with' ? subject.endsWith(text) : subject.includes(text);
}
