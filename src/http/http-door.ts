/**
 * Who may connect over HTTP: the front door of AMI, with limits of its own. A connection holds no session here, so it
 * counts as arriving until it ends, over both listeners together.
 */
import { FrontDoor, type FrontDoorDeps } from '../gateway/front-door.js';

export interface HttpDoorLimits {
  /** `sessionlimit`: more are closed without a word, as in Asterisk. */
  readonly maxConnections: number;
  /** The same for one address, so that nobody can fill `maxConnections` alone. */
  readonly maxConnectionsPerAddress: number;
}

export function makeHttpDoor(
  deps: Omit<FrontDoorDeps, 'registry' | 'unauthenticatedOverHttp'>,
  limits: () => HttpDoorLimits,
) {
  return new FrontDoor({ ...deps, registry: NO_SESSIONS, unauthenticatedOverHttp: () => 0 }, () => ({
    ...limits(),
    maxUnauthenticated: Infinity,
    maxUnauthenticatedPerAddress: Infinity,
  }));
}

const NO_SESSIONS = { count: 0, unauthenticatedCount: 0, countsAt: () => ({ open: 0, unauthenticated: 0 }) };
