/** Many tests of one text at once: what each kind of test needs is prepared, so that their number hardly counts. */
import { RE2JS, RE2Set } from 're2js';
import { unreachable } from '../lib/unreachable.js';
import { passes, type TextTest } from './event-filter-test.js';
import { compileFinder, type TextFinder } from './text-finder.js';

/** A test with the number by which its passing is told. */
export interface NumberedTest {
  readonly id: number;
  readonly test: TextTest;
}

/** Calls back with the number of every test that the text passes, perhaps more than once. */
export type TestIndex = (text: string, passed: (id: number) => void) => void;

/** From so many regular expressions on, one automaton for all of them is faster than each by itself. */
const LEAST_FOR_SET = 3;
/** A set is built anew as a whole, and patterns that blow its automaton up slow down no more than so many others. */
const MOST_IN_SET = 64;
/** Memory of one set's automaton in bytes; beyond it the engine forgets states, which is slower and not wrong. */
const SET_MEMORY_BYTES = 1 << 20;

export function indexTests(tests: readonly NumberedTest[]): TestIndex {
  const parts = [
    indexAlways(tests.filter(({ test }) => test.kind === 'anything')),
    indexLiterals(tests, 'exact', (text) => text),
    indexLiterals(tests, 'starts_with', (text, length) => text.slice(0, length)),
    indexLiterals(tests, 'ends_with', (text, length) => text.slice(-length)),
    indexContained(tests),
    indexRegexes(tests),
  ].filter((part) => part !== null);
  return (text, passed) => {
    for (const part of parts) part(text, passed);
  };
}

function indexAlways(tests: readonly NumberedTest[]): TestIndex | null {
  if (tests.length === 0) return null;
  return (_text, passed) => {
    for (const { id } of tests) passed(id);
  };
}

/** Texts of one length are looked up by the part of the subject that they are compared with. */
function indexLiterals(
  tests: readonly NumberedTest[],
  kind: 'exact' | 'starts_with' | 'ends_with',
  part: (text: string, length: number) => string,
): TestIndex | null {
  const byLength = new Map<number, Map<string, number[]>>();
  for (const { id, test } of tests) {
    if (test.kind !== kind) continue;
    const texts = byLength.get(test.text.length) ?? new Map<string, number[]>();
    texts.set(test.text, [...(texts.get(test.text) ?? []), id]);
    byLength.set(test.text.length, texts);
  }
  if (byLength.size === 0) return null;
  return (text, passed) => {
    for (const [length, texts] of byLength) {
      if (length > text.length || (kind === 'exact' && length !== text.length)) continue;
      const ids = texts.get(length === 0 ? '' : part(text, length));
      if (ids !== undefined) for (const id of ids) passed(id);
    }
  };
}

function indexContained(tests: readonly NumberedTest[]): TestIndex | null {
  const ids: number[] = [];
  const texts: string[] = [];
  for (const { id, test } of tests) {
    if (test.kind !== 'contains') continue;
    ids.push(id);
    texts.push(test.text);
  }
  if (ids.length === 0) return null;
  const find: TextFinder = compileFinder(texts);
  return (text, passed) => find(text, (needle) => passed(ids[needle] ?? -1));
}

function indexRegexes(tests: readonly NumberedTest[]): TestIndex | null {
  const regexes = tests.filter(({ test }) => test.kind === 'regex');
  const joined = regexes.filter(({ test }) => test.kind === 'regex' && !test.regex.expression.includes('(?<'));
  const single = joined.length < LEAST_FOR_SET ? regexes : regexes.filter((numbered) => !joined.includes(numbered));
  const sets = joined.length < LEAST_FOR_SET ? [] : inChunks(joined).map((tests) => ({ tests, set: makeSet(tests) }));
  if (regexes.length === 0) return null;
  return (text, passed) => {
    for (const { id, test } of single) if (passes(test, text)) passed(id);
    for (const { tests, set } of sets) for (const index of set.match(text)) passed(tests[index]?.id ?? -1);
  };
}

function inChunks(tests: readonly NumberedTest[]): readonly (readonly NumberedTest[])[] {
  const count = Math.ceil(tests.length / MOST_IN_SET);
  return Array.from({ length: count }, (_, index) => tests.slice(index * MOST_IN_SET, (index + 1) * MOST_IN_SET));
}

function makeSet(tests: readonly NumberedTest[]): RE2Set {
  const set = new RE2Set(RE2Set.UNANCHORED, 0, SET_MEMORY_BYTES);
  for (const { test } of tests) set.add(expressionOf(test));
  set.compile();
  return set;
}

function expressionOf(test: TextTest): string {
  switch (test.kind) {
    case 'regex':
      return test.regex.expression;
    case 'contains':
    case 'starts_with':
    case 'ends_with':
    case 'exact':
      return RE2JS.quote(test.text);
    case 'anything':
      return '';
    default:
      return unreachable(test);
  }
}
