/** Gives up root once the ports are open: what a hole in the gateway would be worth ends there. */
import type { ProcessSettings } from '../config/gateway-settings.js';
import { fail, type Result, succeed } from '../lib/result.js';

/** What the process can do about itself; Node's `process`, where the system has users at all. */
export interface Identity {
  readonly getuid?: () => number;
  readonly initgroups?: (user: string, group: string) => void;
  readonly setgroups?: (groups: readonly string[]) => void;
  readonly setgid?: (group: string) => void;
  readonly setuid?: (user: string) => void;
}

/** The new owner; `root` where it stays root, `null` where it is not root and nothing is to be done. */
export type Dropped = { readonly user: string; readonly group: string } | 'root' | null;

/** Fails with a sentence: a gateway that was to drop root and could not must not run. */
export function dropPrivileges({ user, group }: ProcessSettings, identity: Identity = process): Result<Dropped> {
  if (identity.getuid?.() !== 0) return succeed(null);
  if (user === null) return succeed('root');
  const ownGroup = group ?? user;
  try {
    // In this order: without root no group can be left any more. The groups of root go first.
    identity.setgroups?.([]);
    identity.setgid?.(ownGroup);
    identity.initgroups?.(user, ownGroup);
    identity.setuid?.(user);
  } catch (error) {
    return fail(
      `cannot become user ${user}, group ${ownGroup}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return identity.getuid() === 0 ? fail(`user ${user} is root; name another`) : succeed({ user, group: ownGroup });
}
