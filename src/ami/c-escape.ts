/** The escapes of C in which Asterisk writes values into events, so that a line end in a value cannot end its line. */

const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '?': '\\?',
};
const CHARACTERS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(ESCAPES).map(([character, escaped]) => [escaped, character]),
);

export function escapeC(text: string): string {
  return text.replace(/[\x07-\r\\'"?]/g, (character) => ESCAPES[character] ?? character);
}

export function unescapeC(text: string): string {
  return text.replace(/\\[\s\S]/g, (escaped) => CHARACTERS[escaped] ?? escaped);
}
