/** Splits the text of a configuration file into lines as Asterisk's reader does, which reads with `fgets` into 8192 bytes. */

/** One line as Asterisk sees it. `number` counts from 1, as an editor does. */
export type PhysicalLine =
  | { readonly kind: 'line'; readonly number: number; readonly text: string; readonly cutAtNul: boolean }
  | { readonly kind: 'too-long'; readonly number: number };

/** The most bytes that one read takes: Asterisk skips a line that fills the buffer before its LF. */
const READ_LIMIT = 8191;

export function physicalLines(text: string): readonly PhysicalLine[] {
  const lines: PhysicalLine[] = [];
  let position = 0;
  let number = 1;
  while (position < text.length) {
    const read = readOnce(text, position);
    const end = fillsTheBuffer(read) ? endOfSkipped(text, position + read.length) : position + read.length;
    lines.push(fillsTheBuffer(read) ? { kind: 'too-long', number } : lineOf(read, number));
    number += countLineFeeds(text, position, end);
    position = end;
  }
  return lines;
}

function readOnce(text: string, position: number): string {
  const lineFeed = text.indexOf('\n', position);
  const lineEnd = lineFeed < 0 ? text.length : lineFeed + 1;
  return text.slice(position, Math.min(lineEnd, position + READ_LIMIT));
}

function fillsTheBuffer(read: string): boolean {
  return read.length === READ_LIMIT && !read.endsWith('\n') && !read.includes('\0');
}

/** Asterisk skips up to the first read that does not fill the buffer; a NUL ends one early, too. */
function endOfSkipped(text: string, from: number): number {
  let position = from;
  while (position < text.length) {
    const read = readOnce(text, position);
    position += read.length;
    if (!fillsTheBuffer(read)) return position;
  }
  return position;
}

function lineOf(read: string, number: number): PhysicalLine {
  const nul = read.indexOf('\0');
  return { kind: 'line', number, text: nul < 0 ? read : read.slice(0, nul), cutAtNul: nul >= 0 };
}

function countLineFeeds(text: string, from: number, to: number): number {
  let count = 0;
  for (let index = from; index < to; index++) if (text[index] === '\n') count++;
  return count;
}
