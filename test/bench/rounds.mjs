// Both sides of every comparison take turns in one run, so that a machine that gets slower does so for both.

/**
 * Measures each side once a round; who begins changes from round to round.
 * @template {string} Side @template Measured
 * @param {number} rounds @param {readonly Side[]} sides @param {(side: Side, round: number) => Promise<Measured>} measure
 * @returns {Promise<Record<Side, Measured>[]>}
 */
export async function alternate(rounds, sides, measure) {
  /** @type {Record<Side, Measured>[]} */
  const all = [];
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? sides : [...sides].reverse();
    /** @type {[Side, Measured][]} */
    const measured = [];
    for (const side of order) measured.push([side, await measure(side, round)]);
    all.push(/** @type {Record<Side, Measured>} */ (Object.fromEntries(measured)));
  }
  return all;
}
