/** The machine itself. */
import { compileNetworks, containsAddress } from './networks.js';

/** As it is written in settings. */
export const LOOPBACK = '127.0.0.0/8,::1';

const compiled = compileNetworks(LOOPBACK);

export function isLoopback(address: string): boolean {
  return compiled.ok && containsAddress(compiled.value, address);
}
