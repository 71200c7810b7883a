// What a bench reports: rows of the table, with all that was measured behind them.
import { formatSummary, summarize } from './statistics.mjs';

/**
 * `met` is null where there is no goal or nothing to hold against it.
 * @typedef {{
 *   readonly what: string, readonly against: string, readonly goal: string, readonly figure: string,
 *   readonly met: boolean | null, readonly detail: string, readonly rounds: readonly unknown[]
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
  const met = bound === null ? null : holds(bound, summary.median);
  return { what, against, goal, figure: formatSummary(summary, format), met, detail, rounds };
}

/** @param {Pick<Row, 'what' | 'against' | 'goal'>} row @param {string} why @returns {Row} */
export function unavailable(row, why) {
  return { ...row, figure: 'unavailable', met: null, detail: why, rounds: [] };
}

/** @param {Bound} bound @param {number} value */
function holds(bound, value) {
  return 'atLeast' in bound ? value >= bound.atLeast : value <= bound.atMost;
}
