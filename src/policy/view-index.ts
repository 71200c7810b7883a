/**
 * Many views, one event: which of them want it. The verdict is `wantsEvent`'s, found without asking each view.
 *
 *     event ──► filters that match (by name, by header, by text: prepared) ──► views that include one of them,
 *               and views that include none ──► classes, excludes ──► wanted
 */
import { ALL_CLASSES, holdsEvery } from '../ami/privilege.js';
import type { EventFilter } from './event-filter.js';
import { headerValues } from './event-filter-match.js';
import { indexTests, type TestIndex } from './test-index.js';
import type { DecodedEvent, EventView } from './wants-event.js';

/** Calls back with the index of every view that wants the event, once each. */
export type ViewIndex = (event: DecodedEvent, wanted: (view: number) => void) => void;

/** What applies to events of one name, prepared when the first one comes. */
interface NameIndex {
  readonly always: readonly number[];
  readonly text: TestIndex | null;
  readonly headers: readonly { readonly header: string; readonly values: TestIndex }[];
}

/** Names come from Asterisk's modules and are few; the bound only keeps a broken upstream from filling memory. */
const MOST_NAMES = 4096;

export function indexViews(views: readonly EventView[]): ViewIndex {
  const { filters, numbers } = numberFilters(views);
  const prepared = views.map((view, index) => prepareView(view, index, numbers));
  const open = prepared.filter((view) => view.include.length === 0);
  const including = viewsByFilter(prepared, filters.length);
  const names = new Map<string, NameIndex>();
  // Marks of this event: a number that grows is cheaper than clearing them.
  const matchedAt = new Uint32Array(filters.length);
  const visitedAt = new Uint32Array(views.length);
  let now = 0;
  return (event, wanted) => {
    now += 1;
    const matched = matchFilters(nameIndexOf(names, filters, event.name), event, matchedAt, now);
    const classes = event.classes ?? ALL_CLASSES;
    const visit = (view: PreparedView) => {
      if (visitedAt[view.index] === now || !holdsEvery(view.classes, classes)) return;
      visitedAt[view.index] = now;
      if (!view.exclude.some((filter) => matchedAt[filter] === now)) wanted(view.index);
    };
    for (const view of open) visit(view);
    for (const filter of matched) for (const view of including[filter] ?? []) visit(view);
  };
}

interface PreparedView {
  readonly index: number;
  readonly classes: number;
  readonly include: readonly number[];
  readonly exclude: readonly number[];
}

function numberFilters(views: readonly EventView[]) {
  const filters: EventFilter[] = [];
  const numbers = new Map<string, number>();
  for (const { filters: own } of views) {
    for (const filter of [...own.include, ...own.exclude]) {
      if (numbers.has(filter.key)) continue;
      numbers.set(filter.key, filters.length);
      filters.push(filter);
    }
  }
  return { filters, numbers };
}

function prepareView(view: EventView, index: number, numbers: ReadonlyMap<string, number>): PreparedView {
  const numbersOf = (own: readonly EventFilter[]) => own.map((filter) => numbers.get(filter.key) ?? -1);
  return {
    index,
    classes: view.classes,
    include: numbersOf(view.filters.include),
    exclude: numbersOf(view.filters.exclude),
  };
}

function viewsByFilter(views: readonly PreparedView[], count: number): readonly (readonly PreparedView[])[] {
  const including = Array.from({ length: count }, (): PreparedView[] => []);
  for (const view of views) for (const filter of view.include) including[filter]?.push(view);
  return including;
}

function matchFilters(index: NameIndex, event: DecodedEvent, matchedAt: Uint32Array, now: number): readonly number[] {
  const matched: number[] = [];
  const passed = (filter: number) => {
    if (matchedAt[filter] === now) return;
    matchedAt[filter] = now;
    matched.push(filter);
  };
  for (const filter of index.always) passed(filter);
  if (index.text !== null) index.text(event.text, passed);
  for (const { header, values } of index.headers) {
    for (const value of headerValues(event.text, header)) values(value, passed);
  }
  return matched;
}

function nameIndexOf(names: Map<string, NameIndex>, filters: readonly EventFilter[], name: string): NameIndex {
  const known = names.get(name);
  if (known !== undefined) return known;
  const made = makeNameIndex(filters, name);
  if (names.size < MOST_NAMES) names.set(name, made);
  return made;
}

function makeNameIndex(filters: readonly EventFilter[], name: string): NameIndex {
  const numbered = filters.map((filter, id) => ({ filter, id }));
  const always = numbered.flatMap(({ filter, id }) => (isDecidedBy(filter, name) ? [id] : []));
  const texts = numbered.flatMap(({ filter, id }) =>
    filter.kind === 'text' && isNamed(filter.name, name) ? [{ id, test: filter.test }] : [],
  );
  const headers = [...new Set(numbered.flatMap(({ filter }) => (filter.kind === 'header' ? [filter.header] : [])))];
  return {
    always,
    text: texts.length === 0 ? null : indexTests(texts),
    headers: headers.flatMap((header) => {
      const tests = numbered.flatMap(({ filter, id }) =>
        filter.kind === 'header' && filter.header === header && isNamed(filter.name, name)
          ? [{ id, test: filter.test }]
          : [],
      );
      return tests.length === 0 ? [] : [{ header, values: indexTests(tests) }];
    }),
  };
}

function isNamed(wanted: string | null, name: string): boolean {
  return wanted === null || wanted === name;
}

/** The filters whose verdict is the event's name alone. */
function isDecidedBy(filter: EventFilter, name: string): boolean {
  if (filter.kind === 'name') return filter.name === name;
  return filter.kind === 'name-prefix' && name.startsWith(filter.prefix);
}
