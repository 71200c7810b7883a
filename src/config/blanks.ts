/** Strips bytes below 33 from both ends, which is all that Asterisk's configuration reader takes for a blank. */
export function stripBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) < 33) start++;
  while (end > start && text.charCodeAt(end - 1) < 33) end--;
  return text.slice(start, end);
}
