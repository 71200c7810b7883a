/** One user's whole section of manager.conf, compiled and immutable. */
import type { ClassSet } from '../ami/privilege.js';
import type { Acl } from './acl.js';
import type { ActionFilter } from './action-filter.js';
import type { ActionRate } from './action-rate.js';
import type { Credentials } from './credentials.js';
import type { EventFilters } from './event-filter.js';

/** One `setvar = NAME=VALUE` of a user, merged into Originate (ami-spec 7.6). */
export interface ChannelVariable {
  readonly name: string;
  readonly value: string;
}

export interface Policy {
  /** The section name as it stands in manager.conf; clients may write it in any case. */
  readonly user: string;
  readonly credentials: Credentials;
  /** The name that the client's certificate must carry (`tls_user`), with or in place of a secret; `null`: none is needed. */
  readonly certificateName: string | null;
  readonly acl: Acl;
  /** Classes of events the user may see: an event needs every class it carries. */
  readonly read: ClassSet;
  /** Classes of actions the user may do: an action needs any one of its classes. */
  readonly write: ClassSet;
  readonly filters: EventFilters;
  /** Which actions may be forwarded, of those that the classes allow. */
  readonly actionFilters: readonly ActionFilter[];
  readonly actionRates: readonly ActionRate[];
  /**
   * False (`enforce = no`): event filters, action filters and rates only tell what they would have done. What Asterisk
   * itself would refuse is refused all the same: secret, ACL, classes, arguments.
   */
  readonly isEnforced: boolean;
  readonly setvar: readonly ChannelVariable[];
  readonly allowMultipleLogin: boolean;
  /** Sessions of the user at the same time; `null` for any number. */
  readonly maxSessions: number | null;
  /** False: the user's logins and ends are logged for debugging only, as Asterisk keeps them off its console. */
  readonly displayConnects: boolean;
  /** How long one write may stall before the session is closed as a slow consumer, in milliseconds (Asterisk: at least 100). */
  readonly writeTimeoutMs: number;
}

/** The users of one configuration. Lookup ignores case, as Asterisk's does. */
export interface Policies {
  readonly users: ReadonlyMap<string, Policy>;
}

/** The policy of a user, whatever the case in which the client wrote the name. */
export function findPolicy(policies: Policies, username: string): Policy | null {
  return policies.users.get(userKey(username)) ?? null;
}

/** The key under which a user stands in `Policies.users`. Asterisk ignores case, and cuts names in files, not those of logins. */
export function userKey(username: string): string {
  return username.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
