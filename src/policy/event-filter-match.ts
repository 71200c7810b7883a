/** Whether an event matches one filter. Runs for every event and view that filters: no split, no copy of the text. */
import { unreachable } from '../lib/unreachable.js';
import type { EventFilter } from './event-filter-kinds.js';
import { passes, type TextTest } from './event-filter-test.js';

/** What a filter reads of an event. `text` is the whole event with its final empty line, and read only where it counts. */
export interface FilterSubject {
  readonly name: string;
  readonly text: string;
}

export function matchesEvent(filter: EventFilter, event: FilterSubject): boolean {
  switch (filter.kind) {
    case 'name':
      return event.name === filter.name;
    case 'name-prefix':
      return event.name.startsWith(filter.prefix);
    case 'text':
      return isNamed(event, filter.name) && passes(filter.test, event.text);
    case 'header':
      return isNamed(event, filter.name) && someHeaderPasses(event.text, filter.header, filter.test);
    default:
      return unreachable(filter);
  }
}

function isNamed(event: FilterSubject, name: string | null): boolean {
  return name === null || event.name === name;
}

function someHeaderPasses(text: string, header: string, test: TextTest): boolean {
  for (const value of headerValues(text, header)) if (passes(test, value)) return true;
  return false;
}

/** Every line that begins with the header counts, the event's own first lines too; empty values are passed over. */
export function* headerValues(text: string, header: string): Generator<string> {
  for (let start = lineStart(text, header, 0); start >= 0; start = lineStart(text, header, start + 1)) {
    const value = valueAt(text, start + header.length);
    if (value !== '') yield value;
  }
}

/** Where the next line that begins with `header` starts, at or behind `from`; negative when there is none. */
function lineStart(text: string, header: string, from: number): number {
  if (from === 0 && text.startsWith(header)) return 0;
  const lineFeed = text.indexOf(`\n${header}`, from);
  return lineFeed < 0 ? -1 : lineFeed + 1;
}

/** The rest of the line, without its end (LF, or CR LF) and without the leading bytes up to the blank. */
function valueAt(text: string, from: number): string {
  const lineFeed = text.indexOf('\n', from);
  let end = lineFeed < 0 ? text.length : lineFeed;
  if (text.charCodeAt(end - 1) === 13) end--;
  let start = from;
  while (text.charCodeAt(start) < 33) start++;
  return text.slice(start, end);
}
