// Numbers of several rounds as one.

/** @typedef {{ readonly median: number, readonly min: number, readonly max: number }} Summary */

/** @param {readonly number[]} values @returns {Summary} */
export function summarize(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (at(sorted, Math.floor(middle)) + at(sorted, Math.ceil(middle))) / 2;
  return { median, min: at(sorted, 0), max: at(sorted, sorted.length - 1) };
}

/** The value that a share of the sorted values does not exceed. @param {ArrayLike<number>} sorted @param {number} share */
export function percentile(sorted, share) {
  return at(sorted, Math.max(0, Math.ceil(sorted.length * share) - 1));
}

/** The summary as text: `1.25 (1.20–1.31)`. @param {Summary} summary @param {(value: number) => string} format */
export function formatSummary({ median, min, max }, format) {
  return `${format(median)} (${format(min)}–${format(max)})`;
}

/** Three significant digits, or thousands without a fraction. @param {number} value */
export function short(value) {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

/** @param {ArrayLike<number>} values @param {number} index */
function at(values, index) {
  return values[index] ?? Number.NaN;
}
