import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLASS_BITS } from '../../../src/ami/privilege.js';
import { compileEventFilter, type EventFilter, eventFiltersOf } from '../../../src/policy/event-filter.js';
import { compileFinder } from '../../../src/policy/text-finder.js';
import { indexViews } from '../../../src/policy/view-index.js';
import { type DecodedEvent, type EventView, wantsEvent } from '../../../src/policy/wants-event.js';

function filter(option: string, value: string): EventFilter {
  const compiled = compileEventFilter({ option, value });
  if (!compiled.ok) throw new Error(compiled.failure.reason);
  return compiled.value;
}

const words = fc.constantFrom('a', 'ab', 'abc', 'bc', 'c', 'Foo', 'SIP/1', 'SIP/10', 'Key', 'one', 'x');
const patterns = fc.oneof(
  words,
  words.map((word) => `^Event: ${word}`),
  fc.tuple(words, words).map(([one, other]) => `${one}.*${other}`),
  words.map((word) => `(${word}|zz)+`),
  words.map((word) => `\\<${word}`),
  words.map((word) => `Key: ${word}[0-9]*\r`),
);
const filters = fc.oneof(
  fc.tuple(fc.boolean(), patterns).map(([isNegated, text]) => filter('eventfilter', `${isNegated ? '!' : ''}${text}`)),
  fc
    .tuple(
      fc.constantFrom('include', 'exclude'),
      fc.constantFrom(null, 'Foo', 'Bar'),
      fc.constantFrom('Key', 'Other', 'Event'),
      fc.constantFrom('exact', 'contains', 'starts_with', 'ends_with', 'regex'),
      words,
    )
    .map(([action, name, header, method, text]) => {
      const named = name === null ? '' : `,name(${name})`;
      return filter(`eventfilter(action(${action})${named},header(${header}),method(${method}))`, text);
    }),
  fc.constantFrom('Foo', 'Bar').map((name) => filter(`eventfilter(name(${name}))`, '')),
);
const views: fc.Arbitrary<EventView> = fc
  .tuple(
    fc.constantFrom(CLASS_BITS.user, CLASS_BITS.user | CLASS_BITS.call, CLASS_BITS.call),
    fc.array(filters, { maxLength: 4 }),
  )
  .map(([classes, some]) => ({ classes, filters: eventFiltersOf(some) }));
const events: fc.Arbitrary<DecodedEvent> = fc
  .tuple(
    fc.constantFrom('Foo', 'Bar', 'Baz'),
    fc.array(fc.tuple(fc.constantFrom('Key', 'Other'), fc.constantFrom('', 'a', 'abc', 'SIP/10', 'one two', 'Foo'))),
  )
  .map(([name, headers]) => {
    const lines = headers.map(([header, value]) => `${header}: ${value}\r\n`).join('');
    return { name, classes: CLASS_BITS.user, text: `Event: ${name}\r\nPrivilege: user,all\r\n${lines}\r\n` };
  });

describe('the index of views', () => {
  it('wants what each view by itself wants, for any views, filters and events', () => {
    fc.assert(
      fc.property(fc.array(views, { maxLength: 12 }), fc.array(events, { maxLength: 6 }), (some, batch) => {
        const index = indexViews(some);
        for (const event of batch) {
          const wanted: number[] = [];
          index(event, (view) => wanted.push(view));
          const expected = some.flatMap((view, at) => (wantsEvent(view, event) ? [at] : []));
          expect(wanted.sort((one, other) => one - other)).toEqual(expected);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the finder of texts', () => {
  it('finds exactly the needles that are there, however they overlap', () => {
    const needles = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\xff'), maxLength: 4 }), { maxLength: 12 });
    fc.assert(
      fc.property(needles, fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\xff'), maxLength: 40 }), (some, text) => {
        const found = new Set<number>();
        compileFinder(some)(text, (needle) => found.add(needle));
        const expected = some.flatMap((needle, at) => (text.includes(needle) ? [at] : []));
        expect([...found].sort((one, other) => one - other)).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });
});
