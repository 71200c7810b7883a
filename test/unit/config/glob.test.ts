import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandBraces, hasWildcard, matchesName } from '../../../src/config/glob.js';

describe('braces in a pattern', () => {
  it.each([
    ['a.conf', ['a.conf']],
    ['{a,b}.conf', ['a.conf', 'b.conf']],
    ['x{1,{2,3}}y', ['x1y', 'x2y', 'x3y']],
    ['{a,b}{1,2}', ['a1', 'a2', 'b1', 'b2']],
    ['{a,}x', ['ax', 'x']],
    ['{}x', ['{}x']],
    ['{a,b', ['{a,b']],
  ])('%s stands for %j', (pattern, expected) => {
    expect(expandBraces(pattern)).toEqual(expected);
  });
});

describe('wildcards in a pattern', () => {
  it.each([
    ['*.conf', 'a.conf', true],
    ['*.conf', '.conf', false],
    ['.*', '.conf', true],
    ['*.conf', 'a.conf.bak', false],
    ['a*b*c', 'axxbyyc', true],
    ['a*b*c', 'axxbyy', false],
    ['?', 'a', true],
    ['?', '', false],
    ['?', '.', false],
    ['[ab]', 'b', true],
    ['[a-c]', 'd', false],
    ['[!a-c]', 'd', true],
    ['[]x]', ']', true],
    ['[a-]', '-', true],
    ['[', '[', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['**', 'abc', true],
  ])('%s matches %s: %s', (pattern, name, expected) => {
    expect(matchesName(pattern, name)).toBe(expected);
  });

  it('are * ? and [', () => {
    expect(['*', '?', '['].map(hasWildcard)).toEqual([true, true, true]);
    expect(hasWildcard('{a,b}.conf')).toBe(false);
  });

  it('have a bound on the names that braces make, and on the work behind few names', () => {
    expect(expandBraces('{a,b}'.repeat(9))).toHaveLength(512);
    expect(expandBraces('{a,b}'.repeat(10))).toEqual([]);
    expect(expandBraces('{a,b}'.repeat(1500))).toEqual([]);
    expect(expandBraces(`${'{a,b}'.repeat(9)}${'{'.repeat(2000)}x${'}'.repeat(2000)}`)).toEqual([]);
  });

  it('match soon, whatever there is to match', () => {
    expect(matchesName(`${'*a'.repeat(60)}b`, 'a'.repeat(255))).toBe(false);
  });

  it('match a name that is the pattern, when there are none in it', () => {
    fc.assert(fc.property(fc.stringMatching(/^[a-z.]*$/), (name) => matchesName(name, name)));
  });
});
