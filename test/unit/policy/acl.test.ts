import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AclLine, aclOf, compileRuleSet, permits, permitsEverybody, REFUSE_ALL } from '../../../src/policy/acl.js';
import { readCases } from './case-file.js';

describe('the ACL', () => {
  it.each(readCases('acl'))('decides $place: $expected for $columns', ({ expected, columns }) => {
    const [address = '', rules = ''] = columns;

    expect(decide(address, rules)).toBe(expected);
  });

  it('names the line and the entry that are wrong, and what may have been meant', () => {
    const compiled = compileRuleSet([
      linesOf('permit=10.0.0.1')[0] ?? never(),
      { sense: 'deny', text: '10.0.0.2, ::1', place: null },
    ]);

    expect(compiled).toEqual({
      ok: false,
      failure: {
        lineIndex: 1,
        entry: ' ::1',
        message: "invalid address ' ::1'",
        hint: 'no blanks are allowed inside the list',
      },
    });
  });

  it.each([
    ['', 'an entry is empty; look for a comma too many'],
    ['10.0.0.1#x', '# does not begin a comment here; use ;'],
    ['10.0.0.1:5038', 'no port is allowed here'],
    ['10.0.0.12:5', 'no port is allowed here'],
    ['10.0.0.1:5038x', 'addresses must be numeric'],
    ['localhost', 'addresses must be numeric'],
  ])('says of the entry %j what may have been meant', (text, hint) => {
    expect(compileRuleSet([{ sense: 'deny', text, place: null }])).toMatchObject({ failure: { hint } });
  });

  it('names the part of an entry that is wrong', () => {
    expect(compileRuleSet(linesOf('permit=/8'))).toMatchObject({ failure: { message: "invalid address ''" } });
    expect(compileRuleSet(linesOf('permit=10.0.0.0/x'))).toMatchObject({
      failure: { message: "invalid mask in '10.0.0.0/x'" },
    });
  });

  it('says how long the mask of such an address may be', () => {
    expect(compileRuleSet(linesOf('permit=10.0.0.1/33'))).toMatchObject({
      failure: { hint: 'the mask of an IPv4 address is 0 to 32, or an address of that family' },
    });
    expect(compileRuleSet(linesOf('permit=fe80::1/129'))).toMatchObject({
      failure: { hint: 'the mask of an IPv6 address is 0 to 128, or an address of that family' },
    });
  });

  it('of a user counts beside each named one: all must permit', () => {
    const acl = aclOf(setOf('deny=10.0.0.1'), [setOf('deny=10.0.0.2'), setOf('deny=10.0.0.3')]);

    expect(['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map((address) => permits(acl, address))).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  it('refuses every address of a user who names an ACL that does not exist', () => {
    expect(permits(REFUSE_ALL, '127.0.0.1')).toBe(false);
    expect(permitsEverybody(REFUSE_ALL)).toBe(false);
  });

  it('tells rules that restrict nothing from rules that do', () => {
    expect(permitsEverybody(aclOf(null, []))).toBe(true);
    expect(permitsEverybody(aclOf(setOf('permit=10.0.0.1'), []))).toBe(true);
    expect(permitsEverybody(aclOf(setOf('permit=!10.0.0.1'), []))).toBe(false);
    expect(permitsEverybody(aclOf(null, [setOf('deny=10.0.0.1')]))).toBe(false);
  });

  it('reads as an address of a peer only what is one', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), addressLike), (text) => {
        expect(permits(aclOf(null, []), text)).toBe(isIPv4(text) || isIPv6(text));
      }),
    );
  });

  it('never lets an address through a rule that denies just it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        expect(permits(aclOf(setOf(`deny=${text}`), []), text)).toBe(false);
      }),
    );
  });
});

const addressLike = fc.string({ unit: fc.constantFrom(...'0123456789abf:./'), maxLength: 24 });

function decide(address: string, rules: string): string {
  const sets = rules.split('&&').map((set) => compileRuleSet(linesOf(set)));
  const compiled = sets.flatMap((set) => (set.ok ? [set.value] : []));
  if (compiled.length < sets.length) return 'invalid';
  return permits(aclOf(null, compiled), address) ? 'permit' : 'refuse';
}

function linesOf(set: string): readonly AclLine[] {
  const texts = set.split(' + ').map((text) => text.trim());
  return texts.flatMap((text): AclLine[] => {
    if (text === '') return [];
    const sense = text.startsWith('permit=') ? 'permit' : 'deny';
    return [{ sense, text: text.slice(text.indexOf('=') + 1), place: null }];
  });
}

function setOf(lines: string) {
  const compiled = compileRuleSet(linesOf(lines));
  return compiled.ok ? compiled.value : never();
}

function never(): never {
  throw new Error('the test itself is wrong');
}
