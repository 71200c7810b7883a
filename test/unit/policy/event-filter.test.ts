import { describe, expect, it } from 'vitest';
import {
  addFilter,
  canNeverMatch,
  compileEventFilter,
  compileFilterAction,
  type EventFilter,
  eventFiltersOf,
  FILTER_FAULT_TEXTS,
  NO_FILTERS,
} from '../../../src/policy/event-filter.js';
import { headerValues, matchesEvent } from '../../../src/policy/event-filter-match.js';

describe('an event filter', () => {
  it('of the Filter action is the one that MatchCriteria would make in parentheses', () => {
    const filter = compileFilterAction('!val', 'header(Key),method(contains)');

    expect(filter).toEqual(compileEventFilter({ option: 'eventfilter(header(Key),method(contains))', value: '!val' }));
  });

  it.each([null, ''])('of the Filter action is a legacy one when MatchCriteria is %j', (matchCriteria) => {
    expect(compileFilterAction('Foo', matchCriteria)).toEqual(
      compileEventFilter({ option: 'eventfilter', value: 'Foo' }),
    );
  });

  it.each([
    ['name', '', 'format', 'Filter was formatted incorrectly.  Check the syntax of the filter given.'],
    ['method(regex)', '(', 'regex', 'Filter did not compile.  Check the syntax of the filter given.'],
  ])(
    'with MatchCriteria %s and Filter %j has a fault that Asterisk has a text for',
    (criteria, pattern, kind, text) => {
      const filter = compileFilterAction(pattern, criteria);

      expect(filter).toMatchObject({ ok: false, failure: { kind } });
      expect(filter.ok || FILTER_FAULT_TEXTS[filter.failure.kind]).toBe(text);
    },
  );

  it('tells a person what is wrong with it', () => {
    expect(reasonOf('eventfilter', '(a)\\1')).toBe('the back-reference \\1 is not supported');
    expect(reasonOf('eventfilter', '!')).toBe('there is no pattern');
    expect(reasonOf('eventfilter(name)', '')).toBe('`name` needs a value in parentheses, without blanks');
    expect(reasonOf('eventfilter(name(X)) y', '')).toBe('the criteria do not end with `)`');
    expect(reasonOf('eventfilter(,)', '')).toBe('the criteria are empty');
    expect(reasonOf('eventfilter(name(X))\t \t', '')).toBe(null);
    expect(reasonOf('eventfilter(name(\x01))', '')).toBe(null);
    expect(reasonOf('eventfilter( )', '')).toBe('the criteria are empty');
    expect(reasonOf('eventfilter(xname(X))', '')).toBe('`xname(X` is none of action(…), name(…), header(…), method(…)');
    expect(reasonOf('eventfilter(action(drop),name(X))', '')).toBe('action(drop) is neither include nor exclude');
    expect(reasonOf('eventfilter(method(like))', 'x')).toBe(
      'method(like) is none of regex, exact, starts_with, ends_with, contains, none',
    );
    expect(reasonOf('eventfilter(action(exclude))', '')).toBe('there is neither a name, a header nor a pattern');
    expect(reasonOf('eventfilter(name(X))', 'x')).toBe('a pattern needs a method other than none');
    expect(reasonOf('eventfilter(methd(regex))', 'x')).toBe(
      '`methd(regex` is none of action(…), name(…), header(…), method(…)',
    );
  });

  it.each([
    ['eventfilter(name(Dial))', '', 'name', true],
    ['eventfilter', '^Event: Dial', 'name-prefix', true],
    ['eventfilter', '!^Event: (Dial)', 'name-prefix', true],
    ['eventfilter', '^Ev', 'name-prefix', true],
    ['eventfilter', '^Event: Dial|^Event: Hangup', 'text', false],
    ['eventfilter', '^Channel: ', 'text', false],
    ['eventfilter', '^Event: Dial\r\nPrivilege: ', 'text', false],
    ['eventfilter(name(Dial),method(contains))', 'x', 'text', false],
    ['eventfilter', '^vent', 'text', false],
    ['eventfilter', '^Event: ', 'name-prefix', true],
    ['eventfilter(name(Dial),header(Channel))', '', 'header', false],
  ])('%s = %s is of kind %3$s and knows whether it reads more than the name', (option, value, kind, readsOnlyName) => {
    expect(filterOf(option, value)).toMatchObject({ kind, readsOnlyName });
  });

  it.each([
    ['eventfilter', '^UserEvent: Foo'],
    ['eventfilter', '^Foo|^Bar'],
    ['eventfilter', '^(Key): .*'],
    ['eventfilter', 'one$'],
    ['eventfilter', '^Event: Dial$'],
    ['eventfilter(name(Dial),method(starts_with))', 'Event: Hangup'],
    ['eventfilter(name(Dial),method(starts_with))', 'Event: DialBegin'],
    ['eventfilter(method(exact))', 'Event: Dial'],
    ['eventfilter(method(ends_with))', 'two'],
    ['eventfilter(method(ends_with))', '\r\n\r'],
    ['eventfilter(method(ends_with))', '\r\n\r\nx'],
    ['eventfilter(name(Dial),method(starts_with))', 'vent: '],
    ['eventfilter(header(Key),method(regex))', '^ val'],
  ])('%s = %s is known never to match', (option, value) => {
    expect(canNeverMatch(filterOf(option, value))).not.toBeNull();
  });

  it.each([
    ['eventfilter', 'Foo'],
    ['eventfilter', '^Event: Foo'],
    ['eventfilter', '^Eve'],
    ['eventfilter', '^Foo|Bar'],
    ['eventfilter', '.*^Key: val'],
    ['eventfilter', '^.*Key: '],
    ['eventfilter', '\r\n$'],
    ['eventfilter', 'one$|.$'],
    ['eventfilter(name(Dial),method(starts_with))', 'Event: Dial\r\nPrivilege: '],
    ['eventfilter(method(ends_with))', 'two\r\n\r\n'],
    ['eventfilter(header(Key),method(regex))', '^ val|^val'],
    ['eventfilter', '.$'],
    ['eventfilter', 'one.*$'],
    ['eventfilter(name(Dial),method(starts_with))', 'Event: Dia'],
    ['eventfilter(header(Key),method(regex))', '^val (one|two)$'],
    ['eventfilter(header(Key),method(exact))', 'val'],
    ['eventfilter(name(Dial))', ''],
  ])('%s = %s is not accused of never matching', (option, value) => {
    expect(canNeverMatch(filterOf(option, value))).toBeNull();
  });
});

describe('an event filter on a header', () => {
  it('that can never match says why', () => {
    expect(canNeverMatch(filterOf('eventfilter(header(Key),method(regex))', '^ val'))).toBe(
      'the blanks before its value are not part of it',
    );
  });

  it.each([
    ['A: 1\r\nB: 2\r\n\r\n', 'A:', ['1']],
    ['A: 1\r\nB: 2\r\nB:   3\r\n\r\n', 'B:', ['2', '3']],
    ['XA: 1\r\nA: 2\r\n\r\n', 'A:', ['2']],
    ['A: \r\nA: 1\r\n\r\n', 'A:', ['1']],
    ['A: 1\nA: !2\n', 'A:', ['1', '!2']],
    ['A: 1', 'A:', ['1']],
    ['A: 1\nA:2', 'A:', ['1', '2']],
    ['A:\r', 'A:', []],
    ['A:1\r\nA:2\r\n', 'A:', ['1', '2']],
    ['A:\r\nB:1\r\n', 'A:', []],
    ['\nA: 1\r\n', 'A:', ['1']],
    ['B: 1\r\n', 'A:', []],
  ])('reads of %j for %s the values %j', (text, header, values) => {
    expect([...headerValues(text, header)]).toEqual(values);
  });
});

describe('an event filter on the beginning of the name', () => {
  it('matches no event that only contains it', () => {
    const filter = filterOf('eventfilter', '^Event: Dial');

    expect(matchesEvent(filter, { name: 'DialBegin', text: '' })).toBe(true);
    expect(matchesEvent(filter, { name: 'LocalDial', text: '' })).toBe(false);
  });
});

describe('the filters of a session', () => {
  const foo = filterOf('eventfilter', 'Foo');
  const notBar = filterOf('eventfilter', '!Bar');

  it('tell headers, names, methods and actions apart in their keys', () => {
    const keys = ['header(A)', 'header(B)', 'name(A)', 'name(B)', 'action(exclude),name(A)'].map(
      (criteria) => filterOf(`eventfilter(${criteria})`, '').key,
    );

    expect(new Set(keys).size).toBe(5);
  });

  it('have a key that holds those of all, each in a line', () => {
    expect(eventFiltersOf([foo, notBar]).key.split('\n')).toEqual([foo.key, notBar.key].sort());
  });

  it('exclude only where the `!` stands first', () => {
    expect(filterOf('eventfilter', 'a!b').action).toBe('include');
    expect(filterOf('eventfilter', '!a').action).toBe('exclude');
  });

  it('take a header with and without its colon for the same', () => {
    expect(filterOf('eventfilter(header(A:))', '')).toMatchObject({ header: 'A:' });
    expect(filterOf('eventfilter(header(A))', '')).toMatchObject({ header: 'A:' });
    expect(filterOf('eventfilter(header(A:b))', '')).toMatchObject({ header: 'A:b:' });
  });

  it('have the same key in any order and number of repetitions', () => {
    expect(eventFiltersOf([foo, notBar, foo]).key).toBe(eventFiltersOf([notBar, foo]).key);
    expect(eventFiltersOf([foo, notBar, foo]).include).toHaveLength(1);
  });

  it.each([
    ['eventfilter', '!Foo'],
    ['eventfilter(method(contains))', 'Foo'],
    ['eventfilter(name(Foo))', ''],
    ['eventfilter(header(Foo))', ''],
    ['eventfilter(header(Foo),method(regex))', 'Foo'],
    ['eventfilter(name(Foo),method(regex))', 'Foo'],
  ])('have another key with %s = %s than with Foo', (option, value) => {
    expect(eventFiltersOf([filterOf(option, value)]).key).not.toBe(eventFiltersOf([foo]).key);
  });

  it('grow by one without changing what was there', () => {
    const before = eventFiltersOf([foo]);

    const after = addFilter(before, notBar);

    expect(after).toEqual(eventFiltersOf([foo, notBar]));
    expect(addFilter(after, filterOf('eventfilter', 'Baz'))).toMatchObject({
      include: [foo, filterOf('eventfilter', 'Baz')],
      exclude: [notBar],
    });
    expect(before.exclude).toEqual([]);
  });

  it('are none at first', () => {
    expect(eventFiltersOf([])).toEqual(NO_FILTERS);
  });
});

function filterOf(option: string, value: string): EventFilter {
  const filter = compileEventFilter({ option, value });
  if (!filter.ok) throw new Error(filter.failure.reason);
  return filter.value;
}

function reasonOf(option: string, value: string): string | null {
  const filter = compileEventFilter({ option, value });
  return filter.ok ? null : filter.failure.reason;
}
