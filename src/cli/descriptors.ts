/** How many files and sockets the process may have open: what it takes at most must fit in, or the last clients are refused. */
import { readFileSync } from 'node:fs';
import type { GatewaySettings } from '../config/gateway-settings.js';

/** Listeners, logs, certificates, HTTP, metrics, Redis, what Node itself has open, and connections on their way in or out. */
const RESERVE = 128;

export interface DescriptorShortage {
  readonly limit: number;
  readonly needed: number;
  /** As many sessions as fit, so that one too many is refused and counted by us, and none takes the last descriptor. */
  readonly maxSessions: number;
}

/** `null` where they suffice, or where the system does not tell. */
export function findDescriptorShortage(settings: GatewaySettings, authLimit: number): DescriptorShortage | null {
  const limit = readLimit();
  const { maxSessions } = settings.sessions;
  const needed = maxSessions + settings.upstream.poolSize + authLimit + RESERVE;
  if (limit === null || needed <= limit) return null;
  return { limit, needed, maxSessions: Math.max(1, maxSessions - (needed - limit)) };
}

/** The soft limit; Node has raised it to the hard one by now. */
function readLimit(): number | null {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'));
    return found === null ? null : Number(found[1]);
  } catch {
    return null;
  }
}
