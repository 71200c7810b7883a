/**
 * Asterisk's configuration grammar (ami-spec 2): sections, templates, variables, comments and includes.
 *
 *   resolve(name) ─► lines ─► comments cut ─► [section](options) │ #include │ name = value
 *
 * The result is what Asterisk makes of the files. Where Asterisk drops something in silence, which may have been an
 * ACL line or a whole account, there is a problem as well.
 */
import { stripBlanks } from './blanks.js';
import { stripComments } from './conf-comments.js';
import { type IncludeDirective, parseDirective } from './conf-directive.js';
import { parseHeader } from './conf-header.js';
import { type PhysicalLine, physicalLines } from './conf-lines.js';
import {
  type ConfSection,
  type ConfText,
  type Cursor,
  type Outcome,
  type Reading,
  type ResolveFiles,
  startReading,
} from './conf-reading.js';
import { parseVariable } from './conf-variable.js';
import type { Problem } from './problem.js';
import { errorAt, type Place, warningAt, wholeFile } from './report.js';

/** `invalid` is a file that Asterisk refuses as a whole. */
export type ConfFile =
  | { readonly kind: 'missing' }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }
  | { readonly kind: 'parsed'; readonly sections: readonly ConfSection[]; readonly problems: readonly Problem[] };

/** How many files may stand between the first one and the innermost, that one included. */
const DEEPEST_INCLUDE = 10;
/** Bounds files that include each other, which grows like a power of the depth. */
const MOST_FILES = 1000;
const BYTE_ORDER_MARK = '\xef\xbb\xbf';

export function parseConfFile(name: string, resolve: ResolveFiles): ConfFile {
  const reading = startReading(resolve);
  const outcome = readFiles(reading, name, wholeFile(name));
  if (outcome === 'missing' && reading.problems.length === 0) return { kind: 'missing' };
  if (outcome !== 'ok') return { kind: 'invalid', problems: reading.problems };
  return { kind: 'parsed', sections: reading.sections, problems: reading.problems };
}

/** Reads every file of a pattern, one behind the other: an open comment block of one goes on in the next. */
function readFiles(reading: Reading, pattern: string, includedAt: Place): Outcome | 'missing' {
  const sources = reading.resolve(pattern);
  const cursor: Cursor = { section: reading.current, filesRead: 0, commentDepth: 0, commentOpenedAt: 0 };
  let found: Outcome | 'missing' = 'missing';
  reading.includeDepth++;
  for (const source of sources) {
    if (source.kind === 'unreadable') {
      reading.problems.push(errorAt(wholeFile(source.path), `cannot be read: ${source.reason}`));
      continue;
    }
    found = canReadMore(reading, includedAt) ? readText(reading, cursor, source) : 'fatal';
    if (found === 'fatal') break;
  }
  reading.includeDepth--;
  return found;
}

function canReadMore(reading: Reading, includedAt: Place): boolean {
  if (++reading.filesRead <= MOST_FILES) return true;
  if (reading.filesRead === MOST_FILES + 1) {
    reading.problems.push(errorAt(includedAt, `more than ${MOST_FILES} files are included`));
  }
  return false;
}

function readText(reading: Reading, cursor: Cursor, source: ConfText): Outcome {
  for (const line of physicalLines(withoutMark(reading, cursor, source))) {
    const place = { file: source.path, line: line.number };
    const { section } = cursor;
    const known = reading.problems.length;
    const outcome = readLine(reading, cursor, line, place);
    // A header that is wrong says nothing about the section before it.
    const lost = isHeader(line) ? [] : reading.problems.slice(known).filter((problem) => isErrorAt(problem, place));
    section?.lost.push(...lost);
    if (outcome === 'fatal') return 'fatal';
  }
  if (cursor.commentDepth > 0) {
    const place = { file: source.path, line: cursor.commentOpenedAt };
    reading.problems.push(errorAt(place, 'the comment that ;-- opens here is not closed by --; before the file ends'));
  }
  return 'ok';
}

function isErrorAt(problem: Problem, { file, line }: Place): boolean {
  return problem.severity === 'error' && problem.file === file && problem.line === line;
}

function isHeader(line: PhysicalLine): boolean {
  return line.kind === 'line' && stripBlanks(line.text).startsWith('[');
}

/** Asterisk skips a byte order mark in the first file of a pattern only; in others it spoils the first line. */
function withoutMark(reading: Reading, cursor: Cursor, source: ConfText): string {
  const isFirst = cursor.filesRead++ === 0;
  if (!source.text.startsWith(BYTE_ORDER_MARK)) return source.text;
  if (isFirst) return source.text.slice(BYTE_ORDER_MARK.length);
  const place = { file: source.path, line: 1 };
  reading.problems.push(errorAt(place, 'Asterisk takes the byte order mark of this file for a part of its first line'));
  return source.text;
}

function readLine(reading: Reading, cursor: Cursor, line: PhysicalLine, place: Place): Outcome {
  if (line.kind === 'too-long') {
    reading.problems.push(errorAt(place, 'the line is too long, Asterisk skips it (more than 8190 bytes)'));
    return 'ok';
  }
  if (line.cutAtNul) reading.problems.push(errorAt(place, 'everything behind the NUL byte in this line is lost'));
  const stripped = stripComments(line.text, cursor.commentDepth);
  if (cursor.commentDepth <= 0 && stripped.depth > 0) cursor.commentOpenedAt = line.number;
  cursor.commentDepth = stripped.depth;
  if (stripped.fault === 'too-deep') {
    reading.problems.push(errorAt(place, 'comment blocks are nested more than 128 deep'));
    return 'fatal';
  }
  if (stripped.fault === 'stray-end') reading.problems.push(strayEnd(place));
  const text = stripBlanks(stripped.kept);
  return text === '' ? 'ok' : readStatement(reading, cursor, text, place);
}

function strayEnd(place: Place): Problem {
  return errorAt(
    place,
    'this --; ends a comment that never began: Asterisk ignores all lines behind it until the next ;--',
    'put a blank between -- and ;, or write \\; if the semicolon belongs to the value',
  );
}

function readStatement(reading: Reading, cursor: Cursor, text: string, place: Place): Outcome {
  if (text.startsWith('[')) return parseHeader(reading, cursor, text, place);
  if (text.startsWith('#')) return readDirective(reading, text, place);
  return parseVariable(reading, cursor.section, text, place);
}

function readDirective(reading: Reading, text: string, place: Place): Outcome {
  const directive = parseDirective(text);
  switch (directive.kind) {
    case 'include':
      return include(reading, directive, place);
    case 'exec':
      reading.problems.push(errorAt(place, '#exec is not supported: a configuration file must not run programs'));
      return 'ok';
    case 'without-argument':
      reading.problems.push(errorAt(place, `#${directive.word} needs the name of a file`));
      return 'ok';
    case 'unknown':
      reading.problems.push(warningAt(place, `unknown directive #${directive.word}`, 'a comment starts with ;'));
      return 'ok';
  }
}

/** What is wrong inside an included file ends that file only; the outer one goes on as if nothing had happened. */
function include(reading: Reading, { pattern, mayBeMissing }: IncludeDirective, place: Place): Outcome {
  if (reading.included.has(pattern)) reading.problems.push(warningAt(place, `${pattern} was included before`));
  reading.included.add(pattern);
  const isTooDeep = reading.includeDepth > DEEPEST_INCLUDE;
  if (isTooDeep) reading.problems.push(errorAt(place, `files are included more than ${DEEPEST_INCLUDE} deep`));
  const outcome = isTooDeep ? 'missing' : readFiles(reading, pattern, place);
  if (outcome === 'fatal') {
    reading.problems.push(errorAt(place, `Asterisk goes on without the rest of ${pattern}, which is invalid`));
  }
  if (outcome !== 'missing' || mayBeMissing) return 'ok';
  if (!isTooDeep) reading.problems.push(errorAt(place, `there is no file ${pattern} to include`));
  return 'fatal';
}
