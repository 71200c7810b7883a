/** Section headers: `[name]`, and behind it without a blank `(!)`, `(base, …)` or `(+)`. */
import { asciiLowerCase } from '../ami/message.js';
import type { Cursor, OpenSection, Outcome, Reading } from './conf-reading.js';
import { appendVariables } from './conf-variable.js';
import { errorAt, type Place, warningAt } from './report.js';

/** Asterisk keeps this many bytes of a section's name. */
const NAME_LIMIT = 79;

export function parseHeader(reading: Reading, cursor: Cursor, text: string, place: Place): Outcome {
  const close = text.indexOf(']');
  if (close < 0) return refuse(reading, place, `the section header ${text} has no closing ]`);
  const name = text.slice(1, close);
  const behind = text.slice(close + 1);
  const section: OpenSection = {
    name: name.slice(0, NAME_LIMIT),
    isTemplate: false,
    variables: [],
    lost: [],
    ...place,
  };
  reportOddName(reading, name, place);
  if (!behind.startsWith('(')) {
    reportIgnored(reading, behind, place);
    addSection(reading, cursor, section);
    return 'ok';
  }
  const end = behind.indexOf(')');
  if (end < 0) return refuse(reading, place, `the section header ${text} has no closing )`);
  reportIgnored(reading, behind.slice(end + 1), place);
  return applyOptions(reading, cursor, { section, fullName: name, options: behind.slice(1, end).split(','), place });
}

interface Header {
  readonly section: OpenSection;
  /** The name before it was cut; `(+)` looks for this. */
  readonly fullName: string;
  readonly options: readonly string[];
  readonly place: Place;
}

/** Options act from left to right; behind a `+` they act on the section appended to. */
function applyOptions(reading: Reading, cursor: Cursor, header: Header): Outcome {
  let target = header.section;
  for (const option of header.options) {
    if (option === '!') {
      target.isTemplate = true;
      continue;
    }
    const next = option.startsWith('+')
      ? appendTo(reading, target, header, option.slice(1))
      : inherit(reading, target, header, option);
    if (next === null) return 'fatal';
    target = next;
  }
  if (target === header.section) addSection(reading, cursor, target);
  cursor.section = target;
  return 'ok';
}

/** `(+)`: what the new section inherited so far moves to the end of the first section of its name. */
function appendTo(reading: Reading, from: OpenSection, header: Header, filter: string): OpenSection | null {
  const templates = templatesAllowedBy(filter);
  if (templates === null) {
    refuse(reading, header.place, `the filter ${filter} behind (+ is not supported`);
    return null;
  }
  const target = reading.sections.find((section) => isNamed(section, header.fullName) && templates(section));
  if (target === undefined) {
    refuse(reading, header.place, `there is no section [${header.fullName}] before this line to append to`);
    return null;
  }
  if (from !== header.section) return target;
  reading.current = target;
  target.isTemplate ||= from.isTemplate;
  target.lost.push(...from.lost);
  return appendVariables(reading, target, from.variables, header.place) === 'ok' ? target : null;
}

/** Which sections `(+…)` may append to: by default no templates. `null` for filters Asterisk has and we do not. */
function templatesAllowedBy(filter: string): ((section: OpenSection) => boolean) | null {
  const wanted = asciiLowerCase(filter);
  if (wanted === '') return (section) => !section.isTemplate;
  if (!filter.startsWith('TEMPLATES=')) return null;
  if (wanted === 'templates=include') return () => true;
  return wanted === 'templates=restrict' ? (section) => section.isTemplate : null;
}

/** `(base)`: the variables that the base has at this moment, before the section's own lines. */
function inherit(reading: Reading, target: OpenSection, header: Header, baseName: string): OpenSection | null {
  if (baseName === '') {
    refuse(reading, header.place, 'an empty name between ( and ) would inherit from the first section of the file');
    return null;
  }
  const base = reading.sections.find((section) => isNamed(section, baseName));
  if (base === undefined) {
    const hint = /^[\x01- ]|[\x01- ]$/.test(baseName) ? 'blanks between ( and ) are part of the name' : null;
    reading.problems.push(errorAt(header.place, `there is no section [${baseName}] before this line to inherit`, hint));
    return null;
  }
  if (base === target) {
    refuse(reading, header.place, `[${baseName}] cannot inherit from itself; Asterisk would never end reading this`);
    return null;
  }
  target.lost.push(...base.lost);
  return appendVariables(reading, target, base.variables, header.place) === 'ok' ? target : null;
}

function isNamed(section: OpenSection, name: string): boolean {
  return asciiLowerCase(section.name) === asciiLowerCase(name);
}

function addSection(reading: Reading, cursor: Cursor, section: OpenSection): void {
  reading.sections.push(section);
  reading.current = section;
  cursor.section = section;
}

function refuse(reading: Reading, place: Place, message: string): 'fatal' {
  reading.problems.push(errorAt(place, message));
  return 'fatal';
}

/** A template that is not inherited takes its ACL lines with it, so what only looks like an option list is an error. */
function reportIgnored(reading: Reading, ignored: string, place: Place): void {
  if (ignored === '') return;
  const message = `Asterisk ignores everything behind the section header: ${ignored}`;
  reading.problems.push(
    ignored.includes('(')
      ? errorAt(place, message, 'the ( must follow the ] directly, and there is one list only')
      : warningAt(place, message),
  );
}

function reportOddName(reading: Reading, name: string, place: Place): void {
  if (name.length > NAME_LIMIT) {
    reading.problems.push(warningAt(place, `the section name is cut to ${NAME_LIMIT} bytes, as in Asterisk`));
  }
  if (/^[\x00- ]|[\x00- ]$/.test(name)) {
    reading.problems.push(warningAt(place, `the blanks between [ and ] are part of the section name [${name}]`));
  }
}
