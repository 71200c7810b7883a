/** Values of options as Asterisk reads them. */
import { isFalse, isTrue } from '../ami/truth.js';
import type { ConfVariable } from './conf-reading.js';
import type { Problem } from './problem.js';
import { warningAt } from './report.js';

/** A yes or no; a word that is neither means no, and is reported. */
export function readBoolean(option: ConfVariable, problems: Problem[]): boolean {
  if (!isTrue(option.value) && !isFalse(option.value)) {
    problems.push(warningAt(option, `${option.name} = '${option.value}' is neither yes nor no, and means no`));
  }
  return isTrue(option.value);
}

/** The longest delay that a timer of Node can wait, in milliseconds. */
const LONGEST_MS = 2_147_483_647;

/** How an option that counts is read: one unit of it in milliseconds (1 for what is no time), and its limits. */
export interface NumberRule {
  readonly least: number;
  readonly default: number;
  readonly unit: 1 | 1000;
}

/** A number as C's atoi reads it (`30x` is 30); what is below the least means the default, as in Asterisk. */
export function readNumber(option: ConfVariable, rule: NumberRule, problems: Problem[]): number {
  const digits = /^[\t-\r ]*\+?(\d+)/.exec(option.value)?.[1];
  const number = digits === undefined ? Number.NaN : Number(digits);
  if (!(number >= rule.least)) {
    const place = `${option.name} = '${option.value}'`;
    problems.push(
      warningAt(option, `${place} is not a number from ${rule.least} up; the default ${rule.default} is used`),
    );
    return rule.default * rule.unit;
  }
  if (digits !== option.value) {
    problems.push(warningAt(option, `${option.name} = '${option.value}' is read as ${number}, as in Asterisk`));
  }
  return Math.min(number * rule.unit, LONGEST_MS);
}

/** An unsigned decimal number within a range, or `null`. */
export function parseWithin(text: string, least: number, most: number): number | null {
  if (!/^\d{1,9}$/.test(text)) return null;
  const number = Number(text);
  return number >= least && number <= most ? number : null;
}
