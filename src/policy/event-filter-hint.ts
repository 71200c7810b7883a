/** Filters that compile but cannot do what their author hoped: told by `check`, and only where it is certain. */
import { unreachable } from '../lib/unreachable.js';
import type { EventFilter } from './event-filter-kinds.js';
import { edgesOfTest } from './event-filter-test.js';

/** Why no event can ever match the filter; `null` when one might. */
export function canNeverMatch(filter: EventFilter): string | null {
  switch (filter.kind) {
    case 'name':
    case 'name-prefix':
      return null;
    case 'text':
      return wholeTextHint(filter);
    case 'header':
      return headerHint(filter);
    default:
      return unreachable(filter);
  }
}

const END_OF_EVENT = '\r\n\r\n';

function wholeTextHint({ name, test }: EventFilter & { readonly kind: 'text' }): string | null {
  const beginning = name === null ? 'Event: ' : `Event: ${name}\r\n`;
  const edges = edgesOfTest(test);
  if (edges.every(({ start }) => start !== null && !start.startsWith(beginning) && !beginning.startsWith(start))) {
    return `it is compared with the whole event, which begins with \`${beginning.trimEnd()}\``;
  }
  if (edges.every(({ end }) => end !== null && !end.endsWith(END_OF_EVENT) && !END_OF_EVENT.endsWith(end))) {
    return 'it is compared with the whole event, which ends with an empty line';
  }
  return null;
}

function headerHint({ test }: EventFilter & { readonly kind: 'header' }): string | null {
  const edges = edgesOfTest(test);
  if (edges.every(({ start }) => start !== null && /^[\x00-\x20]/.test(start))) {
    return 'the blanks before its value are not part of it';
  }
  return null;
}
