/** `name = value`, `name => value` and `name += more`. */
import { asciiLowerCase } from '../ami/message.js';
import { stripBlanks } from './blanks.js';
import type { ConfVariable, OpenSection, Outcome, Reading } from './conf-reading.js';
import { errorAt, type Place } from './report.js';

/** Bounds what a chain of sections that inherit each other twice can grow to; real files have some hundreds. */
const MOST_VARIABLES = 100_000;

export function parseVariable(reading: Reading, section: OpenSection | null, text: string, place: Place): Outcome {
  if (section === null) {
    reading.problems.push(errorAt(place, 'this line stands before the first section header'));
    return 'fatal';
  }
  const isEscaped = text.startsWith('\\');
  const line = isEscaped ? text.slice(1) : text;
  if (isEscaped && !canBeEscaped(line)) {
    reading.problems.push(errorAt(place, 'a \\ at the start of a line must not stand before a blank'));
    return 'fatal';
  }
  // An escaped first byte is never the separator.
  const first = isEscaped ? 1 : 0;
  const equals = line.indexOf('=', first);
  if (equals < 0) {
    const hint = text.includes('#') ? 'a comment starts with ;' : null;
    reading.problems.push(errorAt(place, `Asterisk ignores this line, it has no = sign: ${text}`, hint));
    return 'ok';
  }
  if (equals > first && line[equals - 1] === '+') {
    return extendVariable(reading, section, split(line, equals - 1, equals + 1, place));
  }
  const valueStart = line[equals + 1] === '>' ? equals + 2 : equals + 1;
  return setVariable(reading, section, split(line, equals, valueStart, place));
}

/** Copies variables to the end of a section. */
export function appendVariables(
  reading: Reading,
  section: OpenSection,
  variables: readonly ConfVariable[],
  place: Place,
): Outcome {
  reading.variablesRead += variables.length;
  if (reading.variablesRead > MOST_VARIABLES) {
    reading.problems.push(errorAt(place, `the files have more than ${MOST_VARIABLES} lines, with all inherited ones`));
    return 'fatal';
  }
  for (const variable of variables) section.variables.push(variable);
  return 'ok';
}

/** The value as it was written, not stripped yet. */
function split(line: string, nameEnd: number, valueStart: number, place: Place): ConfVariable {
  return { name: stripBlanks(line.slice(0, nameEnd)), value: line.slice(valueStart), ...place };
}

/** Bytes are signed where Asterisk compares this one with 33, so bytes above 127 are refused too. */
function canBeEscaped(line: string): boolean {
  const code = line.charCodeAt(0);
  return code >= 33 && code < 128;
}

function setVariable(reading: Reading, section: OpenSection, written: ConfVariable): Outcome {
  if (written.name === '') {
    reading.problems.push(errorAt(written, 'Asterisk ignores this line, it has nothing before the = sign'));
    return 'ok';
  }
  return appendVariables(reading, section, [{ ...written, value: stripBlanks(written.value) }], written);
}

/**
 * `+=` extends the value of the last variable of exactly this name. But Asterisk writes the result over the first
 * variable whose name and old value are the same without regard to case, where an empty value equals every other.
 */
function extendVariable(reading: Reading, section: OpenSection, written: ConfVariable): Outcome {
  const last = section.variables.findLast((variable) => variable.name === written.name);
  if (last === undefined) return setVariable(reading, section, written);
  const at = section.variables.findIndex(
    (variable) => sameText(variable.name, last.name) && (last.value === '' || sameText(variable.value, last.value)),
  );
  section.variables[at] = { ...last, value: stripBlanks(last.value + written.value) };
  return 'ok';
}

function sameText(one: string, other: string): boolean {
  return asciiLowerCase(one) === asciiLowerCase(other);
}
