/** Words of a CLI command, and the commands that nobody gets through the gateway. */
import { asciiLowerCase } from '../ami/message.js';

/** Asterisk's own blacklist, with the word that `restart gracefully` has had since 1.6. */
const BLACKLIST: readonly (readonly string[])[] = [
  ['module', 'load'],
  ['module', 'unload'],
  ['restart', 'gracefully'],
  ['core', 'restart', 'gracefully'],
];

/** Commands on AMI itself: they show and change the upstream's accounts and sessions, not the gateway's. */
const ABOUT_AMI: readonly (readonly string[])[] = [['manager'], ['show', 'manager']];

/** Completes what follows it, so it shows names of accounts. */
const COMPLETION = '_command';

/** Asterisk reads this many words at most. */
const MOST_WORDS = 63;

/**
 * The words of a command, exactly as Asterisk's parse_args makes them: blanks and tabs separate outside of quotes,
 * quotes vanish wherever they stand, a backslash makes the next character literal.
 */
export function separateWords(command: string): readonly string[] {
  const words: string[] = [];
  const text = command.replace(/^[\t-\r ]+/, '');
  let word: string | null = null;
  let quoted = false;
  for (let at = 0; at < text.length && words.length < MOST_WORDS; at++) {
    const char = text.charAt(at);
    if (char === '"') {
      quoted = !quoted;
      word ??= '';
    } else if ((char === ' ' || char === '\t') && !quoted) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? '') + (char === '\\' ? text.charAt(++at) : char);
    }
  }
  return word === null ? words : [...words, word];
}

/** True when the command is refused to everybody. */
export function isBlacklisted(command: string): boolean {
  const words = separateWords(command).map(asciiLowerCase);
  if (words[0] === COMPLETION) return true;
  return [...BLACKLIST, ...ABOUT_AMI].some((entry) => entry.every((word, index) => words[index] === word));
}
