/** Ends an exhaustive `switch`: a new member of the union fails to compile here, and a lie about types stops loudly. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
