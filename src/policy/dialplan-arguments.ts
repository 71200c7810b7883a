/** Arguments as the dialplan writes them: `NAME=value` lists split, unquoted and quoted as Asterisk does. */
import type { ChannelVariable } from './policy.js';

/** Asterisk reads this many variables of one header; the last one swallows the rest of the text, as it stands. */
const VARIABLES_PER_HEADER = 64;

/**
 * The arguments of a text, exactly as Asterisk's ast_app_separate_args makes them: a comma separates outside of ( ),
 * [ ] and quotes; quotes vanish; a backslash makes the next character literal. `most` is the number of places there.
 */
export function separateArguments(text: string, most: number): readonly string[] {
  const found: string[] = [];
  let at = 0;
  let endedInComma = false;
  const open = { paren: 0, bracket: 0, quote: false };
  while (at < text.length && found.length < most - 1) {
    let argument = '';
    endedInComma = false;
    for (; at < text.length && !endedInComma; at++) {
      const char = text.charAt(at);
      if (char === '\\') argument += text.charAt(++at);
      else if (char === ',' && open.paren === 0 && open.bracket === 0 && !open.quote) endedInComma = true;
      else if (char === '"') open.quote = !open.quote;
      else argument += nest(open, char);
    }
    found.push(argument);
  }
  if (at < text.length || endedInComma) found.push(text.slice(at));
  return found;
}

/** The variables that one `Variable:` header sets; what has no `=`, or no name, sets nothing. */
export function variablesOf(header: string): readonly ChannelVariable[] {
  const variables: ChannelVariable[] = [];
  for (const item of separateArguments(header, VARIABLES_PER_HEADER)) {
    const equals = item.indexOf('=');
    if (equals > 0) variables.push({ name: item.slice(0, equals), value: item.slice(equals + 1) });
  }
  return variables;
}

/** A variable as one item that `separateArguments` gives back unchanged, also when the text begins with a blank. */
export function quoteVariable(variable: ChannelVariable): string {
  const quoted = `${variable.name}=${variable.value}`.replace(/[\\",()[\]]/g, '\\$&');
  return quoted.charCodeAt(0) < 33 ? `\\${quoted}` : quoted;
}

/** Asterisk's reading of a truth value (ast_true). */
export function isTrue(text: string): boolean {
  return /^(?:yes|true|y|t|1|on)$/i.test(text);
}

/** A number where scanf's %30d finds one, else `null`. */
export function leadingInteger(text: string): number | null {
  const digits = /^[\t-\r ]*[+-]?\d{1,29}/.exec(text)?.[0];
  return digits === undefined ? null : Number(digits);
}

/** Follows ( ) and [ ]; a closing one too many does not count. */
function nest(open: { paren: number; bracket: number }, char: string): string {
  if (char === '(') open.paren++;
  else if (char === ')') open.paren = Math.max(0, open.paren - 1);
  else if (char === '[') open.bracket++;
  else if (char === ']') open.bracket = Math.max(0, open.bracket - 1);
  return char;
}
