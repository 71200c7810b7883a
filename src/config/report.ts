import type { Problem } from './problem.js';

/** Where a person will mend it; a section and a variable are places too. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

export function errorAt(place: Place, message: string, hint: string | null = null): Problem {
  return { severity: 'error', file: place.file, line: place.line, message, hint };
}

export function warningAt(place: Place, message: string, hint: string | null = null): Problem {
  return { severity: 'warning', file: place.file, line: place.line, message, hint };
}

/** The place of a whole file. */
export function wholeFile(file: string): Place {
  return { file, line: 0 };
}
