/** `eventfilter` lines of one user. A filter that Asterisk would drop leaves its user unfiltered, so it refuses the user. */
import { asciiLowerCase } from '../ami/message.js';
import { type ClassSet, holdsEvery, labelsOf } from '../ami/privilege.js';
import {
  canNeverMatch,
  compileEventFilter,
  type EventFilter,
  type EventFilters,
  eventFiltersOf,
} from '../policy/event-filter.js';
import type { ConfVariable } from './conf-reading.js';
import { type KnownEvent, knownEventsBeginning, knownEventsNamed } from './event-classes.js';
import type { Problem } from './problem.js';
import { errorAt, warningAt } from './report.js';

/** Asterisk takes every option that begins so for a filter, with regard to case. */
const OPTION = 'eventfilter';

export function isFilterOption(option: ConfVariable): boolean {
  return asciiLowerCase(option.name).startsWith(OPTION);
}

/** `null` after an error. */
export function compileUserFilters(
  user: string,
  options: readonly ConfVariable[],
  read: ClassSet,
  problems: Problem[],
): EventFilters | null {
  const lines = options.filter(isFilterOption);
  const filters = lines.flatMap((line) => compileLine(user, line, read, problems) ?? []);
  return filters.length === lines.length ? eventFiltersOf(filters) : null;
}

function compileLine(user: string, line: ConfVariable, read: ClassSet, problems: Problem[]) {
  if (!line.name.startsWith(OPTION)) {
    const message = `Asterisk ignores ${line.name}, it must be lower case: user '${user}' is refused`;
    problems.push(errorAt(line, message, `write ${OPTION}`));
    return null;
  }
  const filter = compileEventFilter({ option: line.name, value: line.value }, `${line.file}:${line.line}`);
  if (!filter.ok) {
    problems.push(errorAt(line, `invalid event filter, ${filter.failure.reason}: user '${user}' is refused`));
    return null;
  }
  const reason = canNeverMatch(filter.value) ?? cannotBeRead(filter.value, read);
  if (reason !== null) problems.push(warningAt(line, `this event filter can never match: ${reason}`));
  return filter.value;
}

/** A filter for events by name, none of which the user may read. Names that are not in the table may be anything. */
function cannotBeRead(filter: EventFilter, read: ClassSet): string | null {
  const wanted = eventsWantedBy(filter);
  const isReadable = wanted.some(({ classes }) => holdsEvery(read, classes));
  const [first] = wanted;
  if (first === undefined || isReadable || filter.action === 'exclude') return null;
  return `${first.name} events are of class ${labelsOf(first.classes).join(' and ')}, which the user does not read`;
}

function eventsWantedBy(filter: EventFilter): readonly KnownEvent[] {
  if (filter.kind === 'name-prefix') return filter.prefix === '' ? [] : knownEventsBeginning(filter.prefix);
  return filter.name === null ? [] : knownEventsNamed(filter.name);
}
