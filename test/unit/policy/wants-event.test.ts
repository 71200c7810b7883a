import { describe, expect, it } from 'vitest';
import { ALL_CLASSES, CLASS_BITS, NO_CLASSES } from '../../../src/ami/privilege.js';
import { compileEventFilter, type EventFilter, eventFiltersOf, NO_FILTERS } from '../../../src/policy/event-filter.js';
import { type DecodedEvent, wantsEvent } from '../../../src/policy/wants-event.js';
import { readTabCases } from './tab-case-file.js';

const lines = readTabCases('event-filter');
const events = new Map(
  lines.flatMap(({ columns: [kind, label = '', name = '', text = ''] }) => {
    return kind === 'event' ? [[label, { name, classes: CLASS_BITS.user, text }] as const] : [];
  }),
);
const cases = lines.flatMap(({ place, columns: [expected = '', label = '', ...filters] }) => {
  return expected === 'event' ? [] : [{ place, expected, label, filters }];
});

describe('event filters', () => {
  it.each(cases)('$place: give $expected for $filters', ({ expected, label, filters }) => {
    expect(verdictOf(label, filters)).toBe(expected);
  });
});

describe('a view', () => {
  const { system, user, call } = CLASS_BITS;

  it.each([
    ['receives an event of a class it holds', user, user, true],
    ['does not receive an event of another class', call, user, false],
    ['needs every class of an event, not just one', user, system | user, false],
    ['receives an event all of whose classes it holds', system | user | call, system | user, true],
    ['that holds no class receives nothing', NO_CLASSES, user, false],
    ['receives an event without any class', NO_CLASSES, NO_CLASSES, true],
    ['that holds every class receives an event of unknown class', ALL_CLASSES, null, true],
    ['that lacks a class does not receive an event of unknown class', ALL_CLASSES & ~call, null, false],
  ])('%s', (_, held, classes, expected) => {
    const event: DecodedEvent = { name: 'X', classes, text: 'Event: X\r\n\r\n' };

    expect(wantsEvent({ classes: held, filters: NO_FILTERS }, event)).toBe(expected);
  });

  it.each([
    ['it has no filters', ALL_CLASSES, []],
    ['its filters read names only', ALL_CLASSES, ['eventfilter(name(X))=', 'eventfilter=!^Event: Y']],
    ['the name already rules a filter out', ALL_CLASSES, ['eventfilter(name(Y),method(contains))=z']],
    ['it lacks the class', NO_CLASSES, ['eventfilter=z']],
  ])('does not read the text of an event when %s', (_, classes, filters) => {
    let reads = 0;
    const event: DecodedEvent = {
      name: 'X',
      classes: CLASS_BITS.call,
      get text() {
        reads++;
        return 'Event: X\r\n\r\n';
      },
    };

    wantsEvent({ classes, filters: eventFiltersOf(filters.map(filterOf)) }, event);

    expect(reads).toBe(0);
  });
});

function verdictOf(label: string, lines: readonly string[]): string {
  const faults = lines.map(compileLine).flatMap((filter) => (filter.ok ? [] : [filter.failure.kind]));
  const [fault] = faults;
  if (fault !== undefined) return fault;
  const event = events.get(label);
  if (event === undefined) return `no event ${label}`;
  const filters = eventFiltersOf(lines.map(filterOf));
  return wantsEvent({ classes: ALL_CLASSES, filters }, event) ? 'sent' : 'dropped';
}

function filterOf(line: string): EventFilter {
  const filter = compileLine(line);
  if (!filter.ok) throw new Error(filter.failure.reason);
  return filter.value;
}

function compileLine(line: string) {
  const equals = line.indexOf('=');
  return compileEventFilter({ option: line.slice(0, equals), value: line.slice(equals + 1) });
}
