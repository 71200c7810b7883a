/**
 * The smallest section of manager.conf that allows what a user did and received, and no more: addresses, classes,
 * and a filter for each event and action that was used.
 */
import { CLASS_BITS, type ClassSet, labelsOf } from '../ami/privilege.js';
import { type ActionTable, FILTER_NEEDS, lookupAction } from './action-classes.js';
import type { ActionUse, Usage } from './usage.js';

export interface LearntLine {
  readonly option: string;
  readonly value: string;
  /** How often it was used. */
  readonly uses: number;
}

export interface LearntSection {
  readonly lines: readonly LearntLine[];
  /** What the log could not tell, for the person who decides. */
  readonly notes: readonly string[];
}

/** What each class lets somebody do grows from left to right: of several that would do, the first is granted. */
const BY_DANGER = [
  'cdr',
  'cc',
  'dtmf',
  'aoc',
  'reporting',
  'log',
  'verbose',
  'user',
  'agent',
  'agi',
  'message',
  'call',
  'dialplan',
  'originate',
  'config',
  'system',
  'command',
] as const;
/** More addresses than this are a network, and which one is not for a log to say. */
const MOST_ADDRESSES = 16;
/** What may stand between the parentheses of a filter. */
const PLAIN_NAME = /^[\w-]+$/;

export function learnSection(usage: Usage, held: ClassSet, table: ActionTable): LearntSection {
  const notes: string[] = [];
  const lines = [
    ...addressLines(usage, notes),
    ...readLines(usage, notes),
    ...writeLines(usage, held, table, notes),
    ...eventFilterLines(usage, notes),
    ...actionLines(usage, notes),
  ];
  return { lines, notes };
}

function addressLines({ addresses }: Usage, notes: string[]): readonly LearntLine[] {
  if (addresses.size === 0) notes.push('no login is in the log: its addresses are left as they are');
  if (addresses.size > MOST_ADDRESSES) {
    notes.push(`logins came from ${addresses.size} addresses: permit their network by hand`);
  }
  if (addresses.size === 0 || addresses.size > MOST_ADDRESSES) return [];
  const permits = [...addresses].map(([address, uses]) => ({ option: 'permit', value: hostOf(address), uses }));
  return [
    { option: 'deny', value: '0.0.0.0/0.0.0.0', uses: 0 },
    { option: 'deny', value: '::/0', uses: 0 },
    ...permits.sort(byUses),
  ];
}

function hostOf(address: string): string {
  return address.includes(':') ? `${address}/128` : `${address}/255.255.255.255`;
}

/** An event needs every class that it carries. */
function readLines({ events }: Usage, notes: string[]): readonly LearntLine[] {
  const uses = [...events.values()].reduce((sum, { count }) => sum + count, 0);
  const unknown = [...events.values()].filter(({ classes }) => classes === '' || classes === '<none>');
  if (unknown.length > 0) {
    const names = unknown.map(({ name }) => name).join(', ');
    notes.push(`events without a class that has a name were received (${names}): only read = all shows those`);
  }
  const labels = new Set([...events.values()].flatMap(({ classes }) => (classes === '' ? [] : classes.split(','))));
  return classLine('read', labels, uses);
}

/** An action needs any one class of each of its sets; where there is a choice, the least dangerous one that is held. */
function writeLines(usage: Usage, held: ClassSet, table: ActionTable, notes: string[]): readonly LearntLine[] {
  const needs: ClassSet[] = usage.answered.has('Filter') ? [FILTER_NEEDS] : [];
  const labels = new Set<string>();
  for (const { name, argumentNeeds } of usage.actions.values()) {
    const known = lookupAction(table, name);
    if (known.kind === 'unknown') notes.push(`${name} is in no table of ours: add the class that it needs`);
    else needs.push(...known.needs);
    for (const label of argumentNeeds) labels.add(label);
  }
  // Those without a choice first: they may cover the others.
  for (const need of needs.toSorted((one, other) => labelsOf(one).length - labelsOf(other).length)) {
    const choices = inOrder(new Set(labelsOf(need & held)));
    const [least] = choices;
    if (least !== undefined && !choices.some((label) => labels.has(label))) labels.add(least);
  }
  const uses = [...usage.actions.values()].reduce((sum, { count }) => sum + count, 0);
  return classLine('write', labels, uses);
}

/** Without a line there is no class; a line without one would be a mistake. */
function classLine(option: 'read' | 'write', labels: ReadonlySet<string>, uses: number): readonly LearntLine[] {
  return labels.size === 0 ? [] : [{ option, value: inOrder(labels).join(','), uses }];
}

function eventFilterLines({ events }: Usage, notes: string[]): readonly LearntLine[] {
  const counts = new Map<string, number>();
  for (const { name, count } of events.values()) counts.set(name, (counts.get(name) ?? 0) + count);
  const odd = [...counts.keys()].filter((name) => !PLAIN_NAME.test(name) || name === 'other');
  if (odd.length > 0) {
    notes.push(`no event filter was written: ${odd.map((name) => `'${name}'`).join(', ')} cannot be named in one`);
    return [];
  }
  const lines = [...counts].map(([name, uses]) => ({ option: `eventfilter(name(${name}))`, value: '', uses }));
  return lines.sort(byUses);
}

/** Some actions need no class: who did nothing gets a filter that lets nothing pass. */
function actionLines({ actions }: Usage, notes: string[]): readonly LearntLine[] {
  if (actions.size === 0) return [{ option: 'actionfilter', value: '!.', uses: 0 }];
  return [...actions.values()].sort(byUse).flatMap((use) => actionFilterLines(use, notes));
}

/** With a header where every use had one of the same name, so that the rule can name its values. */
function actionFilterLines(use: ActionUse, notes: string[]): readonly LearntLine[] {
  const { name, count, variants } = use;
  if (!PLAIN_NAME.test(name)) {
    notes.push(`${name} cannot be named in an action filter`);
    return [];
  }
  const isToldApart = [...variants.values()].every(({ header, value }) => header !== null && isExact(value));
  if (!isToldApart) return [{ option: `actionfilter(name(${name}))`, value: '', uses: count }];
  const lines = [...variants.values()].map(({ header, value, count: uses }) => {
    return { option: `actionfilter(name(${name}),header(${header}),method(exact))`, value, uses };
  });
  return lines.sort(byUses);
}

/** What the grammar of Asterisk's files takes as it stands: no comment, no blanks that it would strip, and not cut. */
function isExact(value: string): boolean {
  return (
    /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value) &&
    !/[;\\]/.test(value) &&
    !/^[!>]/.test(value) &&
    value.length < 200
  );
}

function inOrder(labels: ReadonlySet<string>): readonly string[] {
  const known: readonly string[] = BY_DANGER;
  const rest = Object.keys(CLASS_BITS).filter((label) => !known.includes(label));
  return [...known, ...rest].filter((label) => labels.has(label));
}

function byUses(one: LearntLine, other: LearntLine): number {
  return other.uses - one.uses;
}

function byUse(one: ActionUse, other: ActionUse): number {
  return other.count - one.count;
}
