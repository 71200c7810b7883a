/** Asterisk's words for yes and no: ast_true and ast_false. What is neither is neither true nor false. */
import { asciiLowerCase } from './message.js';

const TRUE_WORDS: readonly string[] = ['yes', 'true', 'y', 't', '1', 'on'];
const FALSE_WORDS: readonly string[] = ['no', 'false', 'n', 'f', '0', 'off'];

export function isTrue(text: string): boolean {
  return TRUE_WORDS.includes(asciiLowerCase(text));
}

export function isFalse(text: string): boolean {
  return FALSE_WORDS.includes(asciiLowerCase(text));
}
