/** A table for a terminal: columns as wide as their cells, a cell of several lines below itself. */

export interface TextColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** Lines of text; `cells` of a row stand for the columns in order. */
export function formatTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string {
  const head = columns.map(({ title }) => title.toUpperCase());
  const lines = [head, ...rows.flatMap(spread)].map((row) => row.map(printableCell));
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => widthOf(line[index] ?? ''))));
  const texts = lines.map((line) =>
    columns
      .map(({ align }, index) => pad(line[index] ?? '', widths[index] ?? 0, align))
      .join('  ')
      .trimEnd(),
  );
  return `${texts.join('\n')}\n`;
}

/** One row for each line of its tallest cell. */
function spread(row: readonly string[]): readonly (readonly string[])[] {
  const cells = row.map((cell) => cell.split('\n'));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, index) => cells.map((lines) => lines[index] ?? ''));
}

/** A name from the wire or from a file must not steer the terminal. */
export function printableCell(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '?');
}

function widthOf(text: string): number {
  return [...text].length;
}

function pad(text: string, width: number, align: TextColumn['align']): string {
  const blanks = ' '.repeat(width - widthOf(text));
  return align === 'left' ? text + blanks : blanks + text;
}
