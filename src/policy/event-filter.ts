/**
 * Event filters: `eventfilter = [!]regex` and `eventfilter(criteria) = pattern` of manager.conf, and the Filter action.
 * Asterisk drops a filter that it cannot compile and leaves the user unfiltered; here it is a fault, and who reads it
 * refuses the user.
 */
import { fail, type Result, succeed } from '../lib/result.js';
import { type FilterAction, type FilterCriteria, parseCriteria } from './event-filter-criteria.js';
import type { EventFilter } from './event-filter-kinds.js';
import { compileTest, type FilterMethod, type TextTest } from './event-filter-test.js';

export { canNeverMatch } from './event-filter-hint.js';
export type { EventFilter } from './event-filter-kinds.js';

/** One line of manager.conf, as written: `eventfilter` or `eventfilter(criteria)`, and its value. */
export interface EventFilterSource {
  readonly option: string;
  readonly value: string;
}

/** `format` and `regex` are what Asterisk tells apart; the reason is for the person who wrote the filter. */
export interface FilterFault {
  readonly kind: 'format' | 'regex';
  readonly reason: string;
}

/** What Asterisk answers to a Filter action with such a fault. */
export const FILTER_FAULT_TEXTS = {
  format: 'Filter was formatted incorrectly.  Check the syntax of the filter given.',
  regex: 'Filter did not compile.  Check the syntax of the filter given.',
} as const satisfies Record<FilterFault['kind'], string>;

/** All filters of a session: an event must match some include, if there is one, and no exclude. */
export interface EventFilters {
  readonly include: readonly EventFilter[];
  readonly exclude: readonly EventFilter[];
  /** The same text for the same filters in any order, so that sessions can share an audience. */
  readonly key: string;
}

export const NO_FILTERS: EventFilters = { include: [], exclude: [], key: '' };

export function eventFiltersOf(filters: readonly EventFilter[]): EventFilters {
  const distinct = new Map(filters.map((filter) => [filter.key, filter]));
  const all = [...distinct.values()];
  return {
    include: all.filter((filter) => filter.action === 'include'),
    exclude: all.filter((filter) => filter.action === 'exclude'),
    key: [...distinct.keys()].sort().join('\n'),
  };
}

/** With one more filter. Another include widens what passes, or narrows it where there was none: as in Asterisk. */
export function addFilter(filters: EventFilters, filter: EventFilter): EventFilters {
  return eventFiltersOf([...filters.include, ...filters.exclude, filter]);
}

/** A filter as it is written, with its test compiled. */
export interface ReadFilter {
  readonly action: FilterAction;
  readonly criteria: FilterCriteria;
  readonly pattern: string;
  readonly test: TextTest;
}

export function compileEventFilter(
  source: EventFilterSource,
  place: string | null = null,
): Result<EventFilter, FilterFault> {
  const read = readFilter(source);
  return read.ok ? succeed(filterOf(read.value, place)) : read;
}

/** The syntax that event filters and action filters share. */
export function readFilter(source: EventFilterSource): Result<ReadFilter, FilterFault> {
  const isNegated = source.value.startsWith('!');
  const pattern = isNegated ? source.value.slice(1) : source.value;
  const criteria = criteriaOf(source.option, pattern);
  if (!criteria.ok) return fail({ kind: 'format', reason: criteria.failure });
  // An explicit action overrules the `!`, which is removed nevertheless.
  const action = criteria.value.action ?? (isNegated ? 'exclude' : 'include');
  const test = compileTest(criteria.value.method, pattern);
  if (!test.ok) return fail({ kind: 'regex', reason: test.failure });
  return succeed({ action, criteria: criteria.value, pattern, test: test.value });
}

/** The Filter action: its `Filter` and its `MatchCriteria`, which stands for what would be in the parentheses. */
export function compileFilterAction(pattern: string, matchCriteria: string | null): Result<EventFilter, FilterFault> {
  const hasCriteria = matchCriteria !== null && matchCriteria !== '';
  return compileEventFilter({ option: hasCriteria ? `eventfilter(${matchCriteria})` : 'eventfilter', value: pattern });
}

const LEGACY: FilterCriteria = { action: null, name: null, header: null, method: 'regex' };

/** Asterisk's rules on what goes together; a `(` anywhere in the option makes the filter an advanced one. */
function criteriaOf(option: string, pattern: string): Result<FilterCriteria> {
  const open = option.indexOf('(');
  if (open < 0) return pattern === '' ? fail('there is no pattern') : succeed(LEGACY);
  const criteria = parseCriteria(option.slice(open + 1));
  if (!criteria.ok) return criteria;
  const { name, header, method } = criteria.value;
  if (pattern === '' && method !== 'none') return fail(`method(${method}) needs a pattern`);
  if (pattern !== '' && method === 'none') return fail('a pattern needs a method other than none');
  if (name === null && header === null && method === 'none')
    return fail('there is neither a name, a header nor a pattern');
  return criteria;
}

function filterOf({ action, criteria, pattern, test }: ReadFilter, place: string | null): EventFilter {
  const { name, header, method } = criteria;
  const common = { action, readsOnlyName: false, key: keyOf(action, name, header, method, pattern), place };
  if (header !== null) return { ...common, kind: 'header', name, header, test };
  if (name !== null && test.kind === 'anything') return { ...common, readsOnlyName: true, kind: 'name', name };
  const prefix = name === null ? namePrefixOf(test) : null;
  if (prefix !== null) return { ...common, readsOnlyName: true, kind: 'name-prefix', prefix };
  return { ...common, kind: 'text', name, test };
}

function keyOf(
  action: FilterAction,
  name: string | null,
  header: string | null,
  method: FilterMethod,
  pattern: string,
): string {
  return JSON.stringify([action, name, header, method, pattern]);
}

const FIRST_HEADER = 'Event: ';

/** `^Event: Dial` reads no more than the name, for the name ends the first line of every event. */
function namePrefixOf(test: TextTest): string | null {
  if (test.kind !== 'starts_with' || /[\r\n]/.test(test.text)) return null;
  if (FIRST_HEADER.startsWith(test.text)) return '';
  return test.text.startsWith(FIRST_HEADER) ? test.text.slice(FIRST_HEADER.length) : null;
}
