/**
 * Event filters: a line that is not understood is a fault, never a filter that passes everything; a plain one decides
 * as a plain reading of the event does; and the index of many views decides as each view by itself.
 */
import { CLASS_BITS } from '../../../../src/ami/privilege.js';
import { compileEventFilter, type EventFilter, eventFiltersOf } from '../../../../src/policy/event-filter.js';
import { matchesEvent } from '../../../../src/policy/event-filter-match.js';
import { indexViews } from '../../../../src/policy/view-index.js';
import { type DecodedEvent, wantsEvent } from '../../../../src/policy/wants-event.js';
import { readTabCases } from '../../../unit/policy/tab-case-file.js';
import { mutated } from '../mutate.js';
import { Random, seedOf } from '../random.js';
import { difference, type FuzzTarget } from '../target.js';
import { UPSTREAM_TEXTS } from '../wire-texts.js';

const FILTERS = readTabCases('event-filter').flatMap(({ columns: [expected, , ...lines] }) =>
  expected === 'event' ? [] : [lines.join('\n')],
);
const WORDS = [
  ...['(', ')', ',', '!', '=', '=!', 'eventfilter=', 'eventfilter(', 'name(UserEvent)', 'header(Key)', 'header(Event)'],
  ...['method(exact)', 'method(regex)', 'method(none)', 'method(contains)', 'action(exclude)', 'action(include)', '\n'],
  ...['.*', '^', '$', '[', ']', '{2}', '{9999}', '\\', '|', '+', '((((', 'a|b', '[[:alpha:]]', '\xe9', 'Key: val'],
];
const EVENTS: readonly DecodedEvent[] = [
  ...readTabCases('event-filter').flatMap(({ columns: [kind, , name = '', text = ''] }) =>
    kind === 'event' ? [{ name, classes: CLASS_BITS.user, text }] : [],
  ),
  ...UPSTREAM_TEXTS.slice(0, 20).flatMap((text) => {
    const event = /^Event: ([^\r]*)\r\nPrivilege.*?\r\n\r\n/s.exec(text);
    return event === null ? [] : [{ name: event[1] ?? '', classes: CLASS_BITS.user, text: event[0] }];
  }),
];

export const eventFilters: FuzzTarget = {
  name: 'event filters: a fault, or a plain reading; the index as each view',
  inputs: 80_000,
  make: (random) => mutated(FILTERS, random, WORDS),
  judge: (input) => {
    const random = new Random(seedOf(input));
    const events = Array.from({ length: 4 }, () => random.pick(EVENTS));
    const filters = input.split('\n').flatMap((line) => {
      const equals = line.indexOf('=');
      const source = { option: line.slice(0, Math.max(equals, 0)), value: line.slice(equals + 1) };
      const compiled = compileEventFilter(source);
      return compiled.ok ? [{ source, filter: compiled.value }] : [];
    });
    for (const { source, filter } of filters) {
      const fault = judgeFilter(source.option, source.value, filter, events);
      if (fault !== null) return fault;
    }
    return judgeIndex(
      filters.map(({ filter }) => filter),
      events,
      random,
    );
  },
};

interface PlainFilter {
  readonly name: string | null;
  readonly header: string | null;
  readonly method: string;
  readonly pattern: string;
}

/** Written as the manual shows it, each criterion once and with a method that needs no regular expression; else `null`. */
function readPlain(option: string, value: string): PlainFilter | null {
  if (!/^eventfilter\((?:(?:action|name|header|method)\([^(), ]+\),?)+\)$/.test(option)) return null;
  const pieces = [...option.matchAll(/(action|name|header|method)\(([^(), ]+)\)/g)];
  const found = new Map(pieces.map(([, word = '', argument = '']) => [word, argument]));
  const method = found.get('method') ?? 'none';
  if (found.size !== pieces.length || method === 'regex') return null;
  const pattern = value.replace(/^!/, '');
  return { name: found.get('name') ?? null, header: found.get('header')?.replace(/:$/, '') ?? null, method, pattern };
}

function judgeFilter(option: string, value: string, filter: EventFilter, events: readonly DecodedEvent[]) {
  if (filter.kind === 'text' && filter.name === null && filter.test.kind === 'anything') return 'it passes everything';
  const plain = /[\0-\x20\x7f-\xff]/.test(option) ? null : readPlain(option, value);
  if (plain === null) return null;
  const wrong = events.find((event) => matchesEvent(filter, event) !== matchesPlainly(plain, event));
  return wrong === undefined ? null : `${JSON.stringify(wrong.text)} is decided otherwise`;
}

function matchesPlainly({ name, header, method, pattern }: PlainFilter, event: DecodedEvent): boolean {
  if (name !== null && name !== event.name) return false;
  const start = `${header}:`;
  const lines = event.text.split('\n').filter((line) => line.startsWith(start));
  const values = lines.map((line) =>
    line
      .slice(start.length)
      .replace(/\r$/, '')
      .replace(/^[\0-\x20]+/, ''),
  );
  const subjects = header === null ? [event.text] : values.filter((one) => one !== '');
  return subjects.some((text) => passesPlainly(method, pattern, text));
}

function passesPlainly(method: string, pattern: string, text: string): boolean {
  if (method === 'none') return true;
  if (method === 'exact') return text === pattern;
  if (method === 'starts_with') return text.indexOf(pattern) === 0;
  if (method === 'ends_with') return text.slice(Math.max(text.length - pattern.length, 0)) === pattern;
  return text.split(pattern).length > 1 || pattern === '';
}

function judgeIndex(filters: readonly EventFilter[], events: readonly DecodedEvent[], random: Random): string | null {
  const some = () => eventFiltersOf(filters.filter(() => random.oneIn(2)));
  const views = Array.from({ length: 4 }, () => ({
    classes: random.pick([CLASS_BITS.user, CLASS_BITS.call, CLASS_BITS.user | CLASS_BITS.call]),
    filters: some(),
  }));
  const index = indexViews(views);
  for (const event of events) {
    const wanted: number[] = [];
    index(event, (view) => wanted.push(view));
    const each = views.flatMap((view, at) => (wantsEvent(view, event) ? [String(at)] : []));
    const found = difference(wanted.sort().map(String), each);
    if (found !== null) return `views ${found} of ${JSON.stringify(event.text)}`;
  }
  return null;
}
