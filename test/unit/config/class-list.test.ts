import { describe, expect, it } from 'vitest';
import { ALL_CLASSES, labelsOf } from '../../../src/ami/privilege.js';
import { parseClassList } from '../../../src/config/class-list.js';

describe('a class list', () => {
  it.each([
    ['', ''],
    ['none', ''],
    ['call', 'call'],
    ['call,', 'call'],
    ['system,call,log', 'system,call,log'],
    ['call,none', 'call'],
    ['message', 'message'],
  ])('%j grants %j', (text, expected) => {
    const list = parseClassList(text);

    expect(list.ok && labelsOf(list.value.classes).join(',')).toBe(expected);
    expect(list.ok && list.value.namesWithBlanks).toEqual([]);
  });

  it('grants classes of the future with all', () => {
    expect(parseClassList('all')).toMatchObject({ ok: true, value: { classes: ALL_CLASSES } });
  });

  it('trims blanks around names and tells where Asterisk would not have', () => {
    const list = parseClassList('system, call ,log');

    expect(list.ok && labelsOf(list.value.classes)).toEqual(['system', 'call', 'log']);
    expect(list.ok && list.value.namesWithBlanks).toEqual(['call']);
  });

  it.each([
    ['a,log', "unknown class 'a'", 'classes are system, call'],
    ['c,log', "unknown class 'c'", 'did you mean'],
    ['ALL', "unknown class 'ALL'", "did you mean 'all'?"],
    ['System', "unknown class 'System'", "did you mean 'system'?"],
    ['call,sytem', "unknown class 'sytem'", "did you mean 'system'?"],
    ['call system', "unknown class 'call system'", 'classes are'],
    ['call;log', "unknown class 'call;log'", 'classes are'],
    ['constructor', "unknown class 'constructor'", 'classes are'],
  ])('%j is refused: %s', (text, message, hint) => {
    const list = parseClassList(text);

    expect(list).toMatchObject({ ok: false, failure: { message } });
    expect(!list.ok && list.failure.hint).toContain(hint);
  });

  it.each([',', ',call', 'log,,call', 'call,,', ' ,call', 'call, ,log'])(
    '%j is refused, it would grant all',
    (text) => {
      expect(parseClassList(text)).toMatchObject({
        ok: false,
        failure: { message: 'there is a comma too many in the class list' },
      });
    },
  );
});
