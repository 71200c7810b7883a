/** Reads what a person names on the command line. */
import { readFileSync } from 'node:fs';
import { fail, type Result, succeed } from '../lib/result.js';

/** As latin-1, so that every byte is kept; `-` is the standard input. Fails with the system's own word, such as ENOENT. */
export function readInput(name: string): Result<string> {
  try {
    return succeed(readFileSync(name === '-' ? 0 : name, 'latin1'));
  } catch (error) {
    return fail(error instanceof Error && 'code' in error ? String(error.code) : String(error));
  }
}
