/** Lines that start with `#`: a word, and behind a blank its argument, which may stand in `"…"` or `<…>`. */
import { asciiLowerCase } from '../ami/message.js';
import { stripBlanks } from './blanks.js';

export interface IncludeDirective {
  readonly kind: 'include';
  readonly pattern: string;
  readonly mayBeMissing: boolean;
}

export type Directive =
  | IncludeDirective
  | { readonly kind: 'exec' }
  | { readonly kind: 'without-argument'; readonly word: string }
  | { readonly kind: 'unknown'; readonly word: string };

export function parseDirective(text: string): Directive {
  const { word, argument } = splitDirective(text);
  switch (asciiLowerCase(word)) {
    case 'exec':
      return { kind: 'exec' };
    case 'include':
    case 'tryinclude': {
      if (argument === '') return { kind: 'without-argument', word };
      return { kind: 'include', pattern: unquote(argument), mayBeMissing: asciiLowerCase(word) === 'tryinclude' };
    }
    default:
      return { kind: 'unknown', word };
  }
}

/** The word ends at a blank; bytes are signed where Asterisk looks for it, so bytes above 127 end it too. */
function splitDirective(text: string): { readonly word: string; readonly argument: string } {
  let end = 1;
  while (end < text.length && text.charCodeAt(end) > 32 && text.charCodeAt(end) < 128) end++;
  return { word: text.slice(1, end), argument: stripBlanks(text.slice(end + 1)) };
}

/** A lone quote is taken for a pair, as in Asterisk: what remains is the empty name. */
function unquote(argument: string): string {
  const closing = argument.startsWith('<') ? '>' : '"';
  const isQuoted = argument.startsWith('"') || argument.startsWith('<');
  return isQuoted && argument.endsWith(closing) ? argument.slice(1, -1) : argument;
}
