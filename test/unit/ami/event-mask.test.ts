import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEventMask, maskedClasses } from '../../../src/ami/event-mask.js';
import { ALL_CLASSES, CLASS_BITS, labelsOf } from '../../../src/ami/privilege.js';

/** `invalid`, `none`, `everything`, or the labels. */
function shown(text: string): string {
  const mask = decodeEventMask(text);
  return mask.kind === 'classes' ? labelsOf(mask.classes).join(',') : mask.kind;
}

describe('the event mask', () => {
  it.each([
    ['', 'invalid'],
    ['on', 'everything'],
    ['ON', 'everything'],
    ['yes', 'everything'],
    ['y', 'everything'],
    ['True', 'everything'],
    ['all', 'everything'],
    ['off', 'none'],
    ['No', 'none'],
    ['f', 'none'],
    ['none', 'none'],
    ['bogus', 'none'],
    ['off ', 'none'],
    ['ALL', 'none'],
    ['System', 'none'],
    ['-1', 'none'],
    ['call', 'call'],
    ['call,', 'call'],
    ['system,call', 'system,call'],
    ['system, call ,log', 'system,log'],
  ])('%j asks for %s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it.each([
    ['c,log', 'call,log,command,config,cdr,cc'],
    ['s,', 'system,security'],
    ['call,l', 'call'],
    ['a,log', 'everything'],
    [',call', 'everything'],
    ['log,,call', 'everything'],
    [',', 'everything'],
    ['call,,', 'everything'],
    ['non,call', 'call'],
  ])('takes a word before a comma for every label that begins with it: %j is %s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it.each([
    ['0', 'none'],
    ['000', 'none'],
    ['1', 'system'],
    ['64', 'user'],
    ['0003', 'system,call'],
    ['2147483647', 'everything'],
    ['2147483648', 'invalid'],
    ['99999999999', 'invalid'],
    ['9'.repeat(400), 'invalid'],
  ])('takes digits for the mask itself: %s is %s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it('keeps bits without a label', () => {
    expect(decodeEventMask('16384')).toEqual({ kind: 'classes', classes: 16_384 });
  });

  it('asks for exactly the classes that are listed', () => {
    const bits = new Map<string, number>(Object.entries(CLASS_BITS));
    const labels = [...bits.keys()];
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...labels), { minLength: 1 }), (chosen) => {
        // A label that is a prefix of another one asks for both when a comma follows it.
        const prefixed = labels.filter((label) => chosen.slice(0, -1).some((word) => label.startsWith(word)));
        const expected = [...chosen, ...prefixed].reduce((classes, label) => classes | (bits.get(label) ?? 0), 0);
        return maskedClasses(decodeEventMask(chosen.join(','))) === expected;
      }),
    );
  });

  it('never is more than all classes', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const classes = maskedClasses(decodeEventMask(text)) ?? 0;
        return classes >= 0 && classes <= ALL_CLASSES;
      }),
    );
  });

  it('changes nothing when it is invalid', () => {
    expect(maskedClasses(decodeEventMask(''))).toBeNull();
  });
});
