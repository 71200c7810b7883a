/** Where the gateway reads more strictly than Asterisk, on purpose, and what it must answer there. */

/** Asterisk's buffer: of a longer line it keeps one byte and reads on. */
const BUFFER_BYTES = 1024;

/** The two ways in which Asterisk is deceived: by the rest of a long line, and by a lone CR in what others read. */
export function isReadMoreStrictly(wire: string): boolean {
  return wire
    .split('\n')
    .slice(0, -1)
    .some((raw) => endsMessageByAccident(`${raw}\n`) || hasLoneCr(raw));
}

/** What is left of a line that was too long looks like an empty line. */
function endsMessageByAccident(line: string): boolean {
  let rest = line;
  while (rest.length > BUFFER_BYTES) rest = rest.slice(BUFFER_BYTES - 1);
  const text = rest.slice(0, -1).replace(/\r$/, '').split('\0', 1)[0];
  return line.length > BUFFER_BYTES && text === '';
}

/** One CR before the LF belongs to the line end; what stands behind a NUL is not read. */
function hasLoneCr(raw: string): boolean {
  const text = raw.replace(/\r$/, '').split('\0', 1)[0] ?? '';
  return text.includes('\r');
}
