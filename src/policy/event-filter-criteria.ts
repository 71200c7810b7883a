/** The criteria of an advanced event filter: `eventfilter(action(exclude),name(X),header(H),method(M))`. */
import { fail, type Result, succeed } from '../lib/result.js';
import type { FilterMethod } from './event-filter-test.js';

export type FilterAction = 'include' | 'exclude';

export interface FilterCriteria {
  /** `null` where the pattern's leading `!` decides. */
  readonly action: FilterAction | null;
  readonly name: string | null;
  /** With the colon that ends it. */
  readonly header: string | null;
  readonly method: FilterMethod;
}

type Draft = { -readonly [Key in keyof FilterCriteria]: FilterCriteria[Key] };

const METHODS: readonly FilterMethod[] = ['regex', 'exact', 'starts_with', 'ends_with', 'contains', 'none'];

/**
 * Everything behind the first `(`, up to a last `)`. Asterisk cuts it into pieces at blanks, commas and `)`, so blanks
 * inside of parentheses break a piece, and of repeated pieces the last one counts.
 */
export function parseCriteria(text: string): Result<FilterCriteria> {
  const trimmed = trimEnd(text);
  if (!trimmed.endsWith(')')) return fail('the criteria do not end with `)`');
  const pieces = trimmed.split(/[ ,)]+/).filter((piece) => piece !== '');
  if (pieces.length === 0) return fail('the criteria are empty');
  const draft: Draft = { action: null, name: null, header: null, method: 'none' };
  for (const piece of pieces) {
    const reason = applyPiece(draft, piece);
    if (reason !== null) return fail(reason);
  }
  return succeed(draft);
}

/** Why the piece is malformed; `null` when it was applied. Only the beginning of its word counts, as in Asterisk. */
function applyPiece(draft: Draft, piece: string): string | null {
  const [word] = /^(?:action|name|header|method)/.exec(piece) ?? [];
  if (word === undefined) return `\`${piece}\` is none of action(…), name(…), header(…), method(…)`;
  const open = piece.indexOf('(');
  // Asterisk 22 crashes on `name`, `header` or `method` without a parenthesis; here they are as malformed as `action`.
  const argument = open < 0 ? '' : trimEnd(piece.slice(open + 1));
  if (argument === '') return `\`${word}\` needs a value in parentheses, without blanks`;
  switch (word) {
    case 'action':
      return applyAction(draft, argument);
    case 'method':
      return applyMethod(draft, argument);
    case 'name':
      draft.name = argument;
      return null;
    default:
      draft.header = argument.endsWith(':') ? argument : `${argument}:`;
      return null;
  }
}

function applyAction(draft: Draft, argument: string): string | null {
  if (argument !== 'include' && argument !== 'exclude') return `action(${argument}) is neither include nor exclude`;
  draft.action = argument;
  return null;
}

function applyMethod(draft: Draft, argument: string): string | null {
  const method = METHODS.find((known) => known === argument);
  if (method === undefined) return `method(${argument}) is none of ${METHODS.join(', ')}`;
  draft.method = method;
  return null;
}

/** Asterisk's ast_strip, whose result it drops: bytes up to the blank go at the end, never at the beginning. */
function trimEnd(text: string): string {
  if (!/[^\x00-\x20]/.test(text)) return text;
  return text.replace(/[\x00-\x20]+$/, '');
}
