/** Finds the name that was probably meant. */

/** The most similar of the names, or `null` if none is similar. */
export function nearestName(typed: string, names: readonly string[]): string | null {
  const bound = typed.length < 4 ? 1 : 2;
  let nearest: string | null = null;
  let least = bound + 1;
  for (const name of names) {
    if (Math.abs(name.length - typed.length) > bound) continue;
    const distance = editDistance(typed, name);
    if (distance < least) [nearest, least] = [name, distance];
  }
  return nearest;
}

/** How many bytes must be inserted, deleted, replaced or swapped with their neighbour to turn one word into the other. */
function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replace = at(previous, column - 1) + (from[row - 1] === to[column - 1] ? 0 : 1);
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const swap = isSwap ? at(before, column - 2) + 1 : replace;
      current.push(Math.min(replace, swap, at(previous, column) + 1, at(current, column - 1) + 1));
    }
    before = previous;
    previous = current;
  }
  return at(previous, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
