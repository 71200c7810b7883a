/**
 * Steps of an UpdateConfig that can end Asterisk, 16 and 22 alike: what happens depends on what the file holds, which
 * is not known here, so they are refused to everybody. The sentences are Asterisk's own for a step that fails.
 */
import { type AmiAction, asciiLowerCase, type Header } from '../ami/message.js';
import type { ArgumentDenial } from './argument-denial.js';

interface Step {
  /** The command in lower case, such as `insert`. */
  readonly command: string;
  /** What stands behind the dash of its headers. */
  readonly number: string;
}

/** The first step that may end Asterisk, or `null`. */
export function findCrash(action: AmiAction): ArgumentDenial | null {
  const steps = action.headers.flatMap(stepOf);
  for (const step of steps) {
    const denial = judgeStep(step, action.headers);
    if (denial !== null) return denial;
  }
  return null;
}

function stepOf({ key, value }: Header): readonly Step[] {
  if (key === null || !key.startsWith('action-')) return [];
  return [{ command: asciiLowerCase(value.trim()), number: key.slice('action-'.length) }];
}

function judgeStep({ command, number }: Step, headers: readonly Header[]): ArgumentDenial | null {
  const denyWhere = (name: string, isUnsafe: (value: string) => boolean, message: string): ArgumentDenial | null => {
    const key = `${asciiLowerCase(name)}-${number}`;
    const found = headers.some((header) => header.key === key && isUnsafe(header.value));
    return found ? { rule: 'config-crash', header: `${name}-${number}`, message } : null;
  };
  switch (command) {
    case 'insert':
      return denyWhere('Line', isCounted, 'Problem with category, value, or line (if required)');
    case 'newcat':
      return denyWhere('Options', inheritsSeveral, 'Template category not found');
    case 'delcat':
      return denyWhere('Options', selectsTemplates, 'Delete category did not complete successfully');
    default:
      return null;
  }
}

/** Asterisk walks to the line before it looks whether the category has any; line 0 and what is no number need no walk. */
function isCounted(line: string): boolean {
  return /^\s*[+-]?0*[1-9]/.test(line);
}

/** When one of several templates is missing, Asterisk frees the middle of their list. A quote or backslash makes a list. */
function inheritsSeveral(options: string): boolean {
  return options.includes('inherit') && /["'\\]/.test(options.replace(/"[^"',\\]*"|'[^"',\\]*'/g, ''));
}

/** Who inherits from a deleted template still points at it when the file is written. Without this filter none is deleted. */
function selectsTemplates(options: string): boolean {
  return options.includes('TEMPLATES');
}
