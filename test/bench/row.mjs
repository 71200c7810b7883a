// What a bench reports: rows of the table, with all that was measured behind them.
import { formatSummary, summarize } from './statistics.mjs';

/**
 * `met` is null where there is no goal or nothing to hold against it; it is unsure where not all rounds say the same.
 * @typedef {'yes' | 'no' | 'unsure'} Verdict
 * @typedef {{
 *   readonly what: string, readonly against: string, readonly goal: string, readonly figure: string,
 *   readonly met: Verdict | null, readonly detail: string, readonly rounds: readonly unknown[]
 * }} Row
 * @typedef {{ readonly atLeast: number } | { readonly atMost: number }} Bound
 * @typedef {{
 *   readonly what: string, readonly against: string, readonly goal: string, readonly bound: Bound | null,
 *   readonly values: readonly number[], readonly format: (value: number) => string, readonly detail?: string,
 *   readonly rounds: readonly unknown[]
 * }} Measured
 */

/** A row whose figure is the median of one number a round. @param {Measured} measured @returns {Row} */
export function rowOf({ what, against, goal, bound, values, format, detail = '', rounds }) {
  const summary = summarize(values);
  const met = bound === null ? null : verdictOn(values.map((value) => holds(bound, value)));
  return { what, against, goal, figure: formatSummary(summary, format), met, detail, rounds };
}

/** @param {Pick<Row, 'what' | 'against' | 'goal'>} row @param {string} why @returns {Row} */
export function unavailable(row, why) {
  return { ...row, figure: 'unavailable', met: null, detail: why, rounds: [] };
}

/** @param {readonly boolean[]} rounds @returns {Verdict} */
export function verdictOn(rounds) {
  if (rounds.every((held) => held)) return 'yes';
  return rounds.some((held) => held) ? 'unsure' : 'no';
}

/** @param {Bound} bound @param {number} value */
function holds(bound, value) {
  return 'atLeast' in bound ? value >= bound.atLeast : value <= bound.atMost;
}
