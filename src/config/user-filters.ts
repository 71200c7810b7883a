/** `eventfilter` lines of one user. A filter that Asterisk would drop leaves its user unfiltered, so it refuses the user. */
import { asciiLowerCase } from '../ami/message.js';
import { type ClassSet, holdsEvery, labelsOf } from '../ami/privilege.js';
import { canNeverMatch, compileEventFilter, type EventFilters, eventFiltersOf } from '../policy/event-filter.js';
import type { ConfVariable } from './conf-reading.js';
import { classesOfEvent } from './event-classes.js';
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
  const filter = compileEventFilter({ option: line.name, value: line.value });
  if (!filter.ok) {
    problems.push(errorAt(line, `invalid event filter, ${filter.failure}: user '${user}' is refused`));
    return null;
  }
  const reason = canNeverMatch(filter.value) ?? cannotBeRead(line, read);
  if (reason !== null) problems.push(warningAt(line, `this event filter can never match: ${reason}`));
  return filter.value;
}

/** A filter for one event by name, of which the user may not read the class. */
function cannotBeRead(line: ConfVariable, read: ClassSet): string | null {
  const name = /[(, ]name\(([^)]*)\)/.exec(line.name)?.[1] ?? /^!?\^?Event: (\w+)/.exec(line.value)?.[1] ?? null;
  const classes = name === null ? null : classesOfEvent(name);
  if (classes === null || holdsEvery(read, classes)) return null;
  return `${name} events are of class ${labelsOf(classes).join(' and ')}, which the user does not read`;
}
