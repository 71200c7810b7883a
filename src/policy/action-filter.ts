/**
 * Action filters: `actionfilter = [!]regex` and `actionfilter(criteria) = pattern` of manager.conf, which Asterisk does
 * not have, in the syntax of its event filters. They are rules for a user, not wishes of a client, so what could be
 * read in two ways does not pass: an include holds for every line of its header, an exclude for any.
 */
import { type AmiAction, asciiLowerCase } from '../ami/message.js';
import { type Result, succeed } from '../lib/result.js';
import { unreachable } from '../lib/unreachable.js';
import { type EventFilterSource, type FilterFault, readFilter } from './event-filter.js';
import { edgesOfTest, passes, type TextTest } from './event-filter-test.js';
import { headerName } from './header-names.js';

export interface ActionFilter {
  readonly action: 'include' | 'exclude';
  /** Lower case; `null` for every action. */
  readonly name: string | null;
  /** Lower case, without colon; `null` for the text of the whole action. */
  readonly header: string | null;
  readonly test: TextTest;
  /** Where it is written, for the log. */
  readonly place: string;
}

/** Why an action does not pass; for the log, the client hears nothing of it. */
export type ActionFilterDenial =
  | { readonly kind: 'excluded'; readonly place: string }
  | { readonly kind: 'not-included' }
  | { readonly kind: 'ambiguous'; readonly header: string };

export function compileActionFilter(source: EventFilterSource, place: string): Result<ActionFilter, FilterFault> {
  const read = readFilter(source);
  if (!read.ok) return read;
  const { action, criteria, test } = read.value;
  const name = criteria.name === null ? null : asciiLowerCase(criteria.name);
  const header = criteria.header === null ? null : asciiLowerCase(criteria.header.slice(0, -1));
  return succeed({ action, name, header, test, place });
}

/** Judges an action that shall be forwarded under the name that Asterisk gives it; `null` lets it pass. */
export function judgeActionFilters(
  filters: readonly ActionFilter[],
  name: string,
  action: AmiAction,
): ActionFilterDenial | null {
  if (filters.length === 0) return null;
  const twice = findDuplicate(name, action);
  if (twice !== null) return { kind: 'ambiguous', header: headerName(twice) };
  const subject = subjectOf(name, action);
  const excluding = filters.find((filter) => filter.action === 'exclude' && isExcluded(filter, subject));
  if (excluding !== undefined) return { kind: 'excluded', place: excluding.place };
  const includes = filters.filter((filter) => filter.action === 'include');
  const isIncluded = includes.length === 0 || includes.some((filter) => includesAction(filter, subject));
  return isIncluded ? null : { kind: 'not-included' };
}

/** The include that lets an action pass, where there is one; for people who ask why. */
export function findIncluding(filters: readonly ActionFilter[], name: string, action: AmiAction): ActionFilter | null {
  const subject = subjectOf(name, action);
  return filters.find((filter) => filter.action === 'include' && includesAction(filter, subject)) ?? null;
}

/** For the log: the line of the rule, or what was missing. */
export function describeFilterDenial(denial: ActionFilterDenial): string {
  switch (denial.kind) {
    case 'excluded':
      return denial.place;
    case 'not-included':
      return 'no actionfilter includes it';
    case 'ambiguous':
      return `more than one ${denial.header}`.replace(/[^\x20-\x7e]/g, '?').slice(0, 80);
    default:
      return unreachable(denial);
  }
}

/** Why no action can ever match the filter, as far as it shows in the filter itself; `null` when one might. */
export function whyNeverMatches({ header, test }: ActionFilter): string | null {
  const edges = edgesOfTest(test);
  if (header !== null) {
    const needsBlank = edges.every(({ start }) => start !== null && /^[\x00-\x20]/.test(start));
    return needsBlank ? 'the blanks before its value are not part of it' : null;
  }
  const beginning = 'Action: ';
  const mayBegin = edges.some(
    ({ start }) => start === null || start.startsWith(beginning) || beginning.startsWith(start),
  );
  if (!mayBegin) return 'it is compared with the whole action, which begins with `Action: `';
  const mayEnd = edges.some(({ end }) => end === null || end.endsWith(END_OF_ACTION) || END_OF_ACTION.endsWith(end));
  if (!mayEnd) return 'it is compared with the whole action, which ends with an empty line';
  return null;
}

const END_OF_ACTION = '\r\n\r\n';

interface Subject {
  /** Lower case. */
  readonly name: string;
  /** With one header `Action`, whatever the client wrote. */
  readonly headers: readonly { readonly key: string | null; readonly value: string }[];
  readonly text: string;
}

/** Actions that read every `Variable`, where others read the first. */
const WITH_VARIABLES: readonly string[] = ['originate', 'pjsipnotify', 'sipnotify', 'messagesend'];

/** A header that stands there twice: Asterisk reads one of them, and which one is not for a filter to guess. */
function findDuplicate(name: string, action: AmiAction): string | null {
  const key = asciiLowerCase(name);
  // A UserEvent repeats all of its headers, so each of them is looked at.
  const keys = action.headers.flatMap((header) => (header.key === null || header.key === 'action' ? [] : header.key));
  const repeatable = WITH_VARIABLES.includes(key) ? ['variable'] : [];
  const counted = key === 'userevent' ? ['actionid', 'userevent'] : keys.filter((one) => !repeatable.includes(one));
  return counted.find((one) => keys.indexOf(one) !== keys.lastIndexOf(one)) ?? null;
}

/** Asterisk's own name in front, then each header in its one spelling, with its value as Asterisk reads it. */
function subjectOf(name: string, action: AmiAction): Subject {
  const others = action.headers.filter(({ key }) => key !== 'action');
  const lines = others.map(({ key, value, line }) => (key === null ? line : `${headerName(key)}: ${value}`));
  const text = [`Action: ${name}`, ...lines, '', ''].join('\r\n');
  return { name: asciiLowerCase(name), headers: [{ key: 'action', value: name }, ...others], text };
}

function includesAction({ name, header, test }: ActionFilter, subject: Subject): boolean {
  if (name !== null && name !== subject.name) return false;
  if (header === null) return passes(test, subject.text);
  const values = valuesOf(subject, header);
  return values.length > 0 && values.every((value) => passes(test, value));
}

function isExcluded({ name, header, test }: ActionFilter, subject: Subject): boolean {
  if (name !== null && name !== subject.name) return false;
  if (header === null) return passes(test, subject.text);
  // Asterisk keeps blanks at the end, but much of what reads a value there does not.
  return valuesOf(subject, header).some((value) => passes(test, value) || passes(test, trimEnd(value)));
}

/** Empty values are passed over, as in event filters. */
function valuesOf({ headers }: Subject, key: string): readonly string[] {
  return headers.filter((header) => header.key === key && header.value !== '').map(({ value }) => value);
}

function trimEnd(text: string): string {
  return text.replace(/[\x00-\x20]+$/, '');
}
