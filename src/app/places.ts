/** Where to listen, and which two places cannot be open at the same time. */

export interface Place {
  readonly bindAddress: string;
  readonly port: number;
}

export function isSamePlace(one: Place, other: Place): boolean {
  return one.bindAddress === other.bindAddress && one.port === other.port;
}

/** True where the system refuses to open one while the other is: `::` and `0.0.0.0` hold every address of a port. */
export function overlaps(one: Place, other: Place): boolean {
  if (one.port !== other.port || one.port === 0) return false;
  return one.bindAddress === other.bindAddress || isEverywhere(one) || isEverywhere(other);
}

function isEverywhere({ bindAddress }: Place): boolean {
  return /^[0:.]+$/.test(bindAddress);
}
