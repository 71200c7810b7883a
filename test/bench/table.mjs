// The table at the end, in Markdown, so that the README can hold it as it is.

/** @param {readonly import('./row.mjs').Row[]} rows */
export function formatTable(rows) {
  const head = ['what', 'against', 'goal', 'figure', 'met', 'detail'];
  const cells = rows.map((row) => [row.what, row.against, row.goal, row.figure, row.met ?? '–', row.detail]);
  const widths = head.map((name, column) => Math.max(name.length, ...cells.map((line) => line[column]?.length ?? 0)));
  const rule = widths.map((width) => '-'.repeat(width));
  return [head, rule, ...cells].map((line) => formatLine(line, widths)).join('\n');
}

/** @param {readonly string[]} line @param {readonly number[]} widths */
function formatLine(line, widths) {
  return `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
}
