/** What an event filter tests a text for, be it the whole event or the value of one header. */
import { type Result, succeed } from '../lib/result.js';
import { unreachable } from '../lib/unreachable.js';
import { compilePosix, type Edges, type Literal, type PosixRegex } from './posix-regex.js';

/** The `method(…)` of a filter; `anything` is `none`. A regular expression that is plain text is the plain test. */
export type TextTest = Literal | { readonly kind: 'regex'; readonly regex: PosixRegex } | { readonly kind: 'anything' };

export type FilterMethod = 'regex' | 'exact' | 'starts_with' | 'ends_with' | 'contains' | 'none';

/** Comparisons are byte by byte and case-sensitive. The failure says why the regular expression is refused. */
export function compileTest(method: FilterMethod, pattern: string): Result<TextTest> {
  if (method === 'none') return succeed({ kind: 'anything' });
  if (method !== 'regex') return succeed({ kind: method, text: pattern });
  const regex = compilePosix(pattern);
  if (!regex.ok) return regex;
  return succeed(regex.value.literal ?? { kind: 'regex', regex: regex.value });
}

export function passes(test: TextTest, text: string): boolean {
  switch (test.kind) {
    case 'anything':
      return true;
    case 'contains':
      return text.includes(test.text);
    case 'starts_with':
      return text.startsWith(test.text);
    case 'ends_with':
      return text.endsWith(test.text);
    case 'exact':
      return text === test.text;
    case 'regex':
      return test.regex.matches(text);
    default:
      return unreachable(test);
  }
}

/** How a text that passes must begin and end: it fits at least one of these. */
export function edgesOfTest(test: TextTest): readonly Edges[] {
  switch (test.kind) {
    case 'anything':
    case 'contains':
      return [{ start: null, end: null }];
    case 'starts_with':
      return [{ start: test.text, end: null }];
    case 'ends_with':
      return [{ start: null, end: test.text }];
    case 'exact':
      return [{ start: test.text, end: test.text }];
    case 'regex':
      return test.regex.edges;
    default:
      return unreachable(test);
  }
}
