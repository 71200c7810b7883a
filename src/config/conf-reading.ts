/** What a reading of a configuration file knows while it goes on: the files so far, the sections so far, the problems. */
import type { Problem } from './problem.js';
import type { Place } from './report.js';

/** One file that a name or a pattern stands for. `path` is how problems call it. */
export type ConfSource = ConfText | { readonly kind: 'unreadable'; readonly path: string; readonly reason: string };

export interface ConfText {
  readonly kind: 'file';
  readonly path: string;
  readonly text: string;
}

/** The files of a pattern (`*`, `?`, `[…]`, `{a,b}`; relative to the configuration's directory), in Asterisk's order. */
export type ResolveFiles = (pattern: string) => readonly ConfSource[];

export interface ConfVariable extends Place {
  readonly name: string;
  readonly value: string;
}

export interface ConfSection extends Place {
  readonly name: string;
  /** Templates are there to be inherited from; those who read a configuration do not see them. */
  readonly isTemplate: boolean;
  readonly variables: readonly ConfVariable[];
  /** Errors of lines in it, or in what it inherits: Asterisk reads these otherwise than they look, so what they meant is not known. */
  readonly lost: readonly Problem[];
}

/** A section while it is being read: later lines of any file may still append to it. */
export interface OpenSection extends ConfSection {
  isTemplate: boolean;
  readonly variables: ConfVariable[];
  readonly lost: Problem[];
}

export interface Reading {
  readonly resolve: ResolveFiles;
  readonly sections: OpenSection[];
  readonly problems: Problem[];
  /** Patterns that were included before. */
  readonly included: Set<string>;
  /** The section that was made, or appended to by `(+)`, last in any file: where an included file starts. */
  current: OpenSection | null;
  includeDepth: number;
  filesRead: number;
  variablesRead: number;
}

/** `fatal` ends the file it is found in. */
export type Outcome = 'ok' | 'fatal';

/** Where the files of one pattern stand: their current section, and how many comment blocks are open since which line. */
export interface Cursor {
  section: OpenSection | null;
  filesRead: number;
  commentDepth: number;
  commentOpenedAt: number;
}

export function startReading(resolve: ResolveFiles): Reading {
  return {
    resolve,
    sections: [],
    problems: [],
    included: new Set(),
    current: null,
    includeDepth: 0,
    filesRead: 0,
    variablesRead: 0,
  };
}
