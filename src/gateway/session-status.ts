/** What a session tells of itself. */
import type { Peer } from '../net/connection.js';
import type { EventCount } from './event-counts.js';

/** What an operator sees of a session. */
export interface SessionStatus {
  readonly id: string;
  /** `null` before the login. */
  readonly user: string | null;
  readonly peer: Peer;
  /** The login, or the connection before it; milliseconds since the epoch. */
  readonly sinceMs: number;
  readonly events: EventCount;
  /** Bytes that wait for the client, events behind an action in work included. */
  readonly queuedBytes: number;
  /** The action in work, in our own or Asterisk's spelling. */
  readonly action: string | null;
}
