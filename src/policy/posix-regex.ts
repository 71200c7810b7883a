/**
 * Event filters are POSIX extended regular expressions, compiled by glibc in Asterisk, and their subjects come from
 * callers: so they are translated for an engine that never backtracks. What it cannot express is refused, with a reason.
 *
 *     pattern ──parsePosix──► tree ──settleAnchors, writeExpression──► RE2 syntax ──► RE2JS
 */
import { RE2JS, RE2JSException } from 're2js';
import { fail, type Result, succeed } from '../lib/result.js';
import { parsePosix } from './posix-parser.js';
import { writeExpression } from './posix-translate.js';
import { onlyByte, optionsOf, type PosixNode, partsOf } from './posix-tree.js';

/** The bytes with which every match of one branch begins or ends, where `^` or `$` ties them to the text's ends. */
export interface Edges {
  readonly start: string | null;
  readonly end: string | null;
}

/** A pattern that is plain text, so that no engine is needed. */
export type Literal =
  | { readonly kind: 'contains'; readonly text: string }
  | { readonly kind: 'starts_with'; readonly text: string }
  | { readonly kind: 'ends_with'; readonly text: string }
  | { readonly kind: 'exact'; readonly text: string };

export interface PosixRegex {
  readonly pattern: string;
  /** The same in RE2's syntax; with lookbehinds, where `\<` or `\>` needs them. */
  readonly expression: string;
  readonly literal: Literal | null;
  /** One for each branch: the text can match only where it fits one of them. */
  readonly edges: readonly Edges[];
  /** True when the pattern matches anywhere in the text, in time linear in its length. */
  readonly matches: (text: string) => boolean;
}

/**
 * Compiles what glibc's regcomp(REG_EXTENDED | REG_NOSUB) takes in the C locale: text and pattern are bytes, `.` matches
 * line ends, and `^` and `$` are what posix-anchors says. The failure is a reason for a person.
 *
 * Asterisk runs in the C locale before 20.18, 22.8 and 23.2, later in C.UTF-8. There `.` and `[^x]` take a whole
 * character and never a byte that is not UTF-8, so a caller can slip past an exclude filter; here every byte counts.
 */
export function compilePosix(pattern: string): Result<PosixRegex> {
  const tree = parsePosix(pattern);
  if (!tree.ok) return tree;
  const expression = writeExpression(tree.value);
  if (!expression.ok) return expression;
  const program = compileExpression(expression.value);
  if (!program.ok) return program;
  const matches = (text: string): boolean => program.value.test(text);
  const edges = optionsOf(tree.value).map(edgesOf);
  return succeed({ pattern, expression: expression.value, literal: literalOf(tree.value), edges, matches });
}

/** The pattern in RE2's syntax. */
export function translatePosix(pattern: string): Result<string> {
  const tree = parsePosix(pattern);
  return tree.ok ? writeExpression(tree.value) : tree;
}

/** Our limits keep below the engine's; should it still object, the pattern is refused as one that we cannot decide. */
function compileExpression(expression: string): Result<RE2JS> {
  const flags = expression.includes('(?<') ? RE2JS.LOOKBEHINDS : 0;
  try {
    return succeed(RE2JS.compile(expression, flags));
  } catch (error) {
    if (error instanceof RE2JSException) return fail(`not supported by the engine: ${error.message}`);
    throw error;
  }
}

/** Places of the text's ends are pulled off both ends; what is left decides. */
function literalOf(tree: PosixNode): Literal | null {
  const { fromStart, toEnd, middle } = anchorsOf(tree);
  const text = leadingText(middle);
  if (text.length < middle.length) return null;
  if (fromStart) return { kind: toEnd ? 'exact' : 'starts_with', text };
  return { kind: toEnd ? 'ends_with' : 'contains', text };
}

function edgesOf(branch: PosixNode): Edges {
  const { fromStart, toEnd, middle } = anchorsOf(branch);
  return { start: fromStart ? leadingText(middle) : null, end: toEnd ? trailingText(middle) : null };
}

interface Anchors {
  readonly fromStart: boolean;
  readonly toEnd: boolean;
  readonly middle: readonly PosixNode[];
}

function anchorsOf(branch: PosixNode): Anchors {
  const parts = partsOf(branch);
  const from = parts.findIndex((part) => !isStart(part));
  if (from < 0) return { fromStart: parts.length > 0, toEnd: false, middle: [] };
  const to = parts.findLastIndex((part) => !isEnd(part)) + 1;
  return { fromStart: from > 0, toEnd: to < parts.length, middle: parts.slice(from, Math.max(from, to)) };
}

function isStart(node: PosixNode): boolean {
  return node.kind === 'place' && (node.place === 'caret' || node.place === 'text-start');
}

function isEnd(node: PosixNode): boolean {
  return node.kind === 'place' && (node.place === 'dollar' || node.place === 'text-end');
}

function leadingText(parts: readonly PosixNode[]): string {
  const bytes = parts.map(onlyByte);
  const end = bytes.indexOf(null);
  return textOf(end < 0 ? bytes : bytes.slice(0, end));
}

function trailingText(parts: readonly PosixNode[]): string {
  const bytes = parts.map(onlyByte);
  return textOf(bytes.slice(bytes.lastIndexOf(null) + 1));
}

function textOf(bytes: readonly (number | null)[]): string {
  return bytes.map((byte) => String.fromCharCode(byte ?? 0)).join('');
}
