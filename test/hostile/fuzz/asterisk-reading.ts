/**
 * How Asterisk reads a client's bytes, written a second time and as plainly as can be, to hold the decoder against
 * (get_input and do_message of manager.c; ami-spec 1.2).
 */

export interface ReadMessage {
  readonly kind: 'action' | 'line-too-long' | 'too-many-lines';
  /** Lines without their ends, cut at NUL; at most 128. */
  readonly lines: readonly string[];
}

const BUFFER_BYTES = 1024;
const MOST_LINES = 128;

/** Every message that is complete. The one deviation: the rest of a line that was too long never ends a message. */
export function readAsAsterisk(wire: string): readonly ReadMessage[] {
  const messages: ReadMessage[] = [];
  let lines: string[] = [];
  let isTooLong = false;
  for (const raw of wire.split('\n').slice(0, -1)) {
    const { line, overflowed } = throughBuffer(`${raw}\n`);
    isTooLong ||= overflowed;
    if (line !== '' || overflowed) {
      lines.push(line);
      continue;
    }
    const kind = lines.length > MOST_LINES ? 'too-many-lines' : isTooLong ? 'line-too-long' : 'action';
    messages.push({ kind, lines: lines.slice(0, MOST_LINES) });
    lines = [];
    // Asterisk forgets a long line when it answers it, and behind too many lines it answers those.
    if (kind !== 'too-many-lines') isTooLong = false;
  }
  return messages;
}

/** A full buffer without a line end is thrown away but for its last byte. */
function throughBuffer(line: string): { readonly line: string; readonly overflowed: boolean } {
  let rest = line;
  while (rest.length > BUFFER_BYTES) rest = rest.slice(BUFFER_BYTES - 1);
  const text = rest.slice(0, -1).replace(/\r$/, '');
  return { line: text.split('\0', 1)[0] ?? '', overflowed: line.length > BUFFER_BYTES };
}

/** The value that Asterisk's astman_get_header finds: the first header of that name, without the bytes below 33 before it. */
export function valueForAsterisk(lines: readonly string[], name: string): string {
  const start = `${name.toLowerCase()}:`;
  const found = lines.find((line) => asciiLower(line).startsWith(start));
  return (found ?? '').slice(start.length).replace(/^[\x00-\x20]+/, '');
}

function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
