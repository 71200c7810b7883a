/**
 * The sessions of AMI over HTTP, by the cookie or the nonce that names them: how they begin, and that they end when
 * nobody has used them for `httptimeout` (ami-spec 9.3).
 */
import type { Session } from '../gateway/session.js';
import type { SessionSettings } from '../gateway/session-port.js';
import type { CloseReason, Connection, Peer } from '../net/connection.js';
import { permits } from '../policy/acl.js';
import { networkOf } from '../policy/client-address.js';
import { newCookieId } from './cookie.js';
import { HttpConnection } from './http-connection.js';

export interface HttpSessionsDeps {
  /** Where a connection becomes a session; `null` when there are too many. */
  readonly open: (connection: Connection, waitLimitMs: SessionSettings['waitLimitMs']) => Session | null;
  readonly nowMs: () => number;
}

export interface HttpSessionsSettings {
  readonly timeoutMs: number;
  /** Sessions that may be there without having logged in. */
  readonly maxUnauthenticated: number;
  /** The same from one address (IPv6: from its /64). */
  readonly maxUnauthenticatedPerAddress: number;
  /** Sessions of one address, logged in or not. */
  readonly maxSessionsPerAddress: number;
}

export interface HttpSession {
  readonly connection: HttpConnection;
  readonly session: Session;
  /** Where it was begun, for counting. */
  readonly network: string;
  /** What names it to its client now. */
  name: string;
  expiresAtMs: number;
}

/** Asterisk gives who has not logged in this long between two requests. */
const UNAUTHENTICATED_MS = 5000;
/** WaitEvent answers so long before its session would end. */
const WAIT_RESERVE_MS = 10_000;

export class HttpSessions {
  readonly #deps: HttpSessionsDeps;
  readonly #settings: () => HttpSessionsSettings;
  readonly #sessions = new Map<string, HttpSession>();

  constructor(deps: HttpSessionsDeps, settings: () => HttpSessionsSettings) {
    this.#deps = deps;
    this.#settings = settings;
  }

  get unauthenticatedCount(): number {
    return this.#unauthenticated().length;
  }

  /** The session of this name, for a client from where its user may come: the ACL holds for every request. */
  find(name: string, { remote }: Peer): HttpSession | null {
    const found = this.#sessions.get(name);
    if (found === undefined) return null;
    const { state } = found.session;
    return state.phase === 'authenticated' && !permits(state.policy.acl, remote.address) ? null : found;
  }

  /** A new session; `null` when there are too many. */
  open(peer: Peer): HttpSession | null {
    const network = networkOf(peer.remote.address);
    if (this.#isFull(network)) return null;
    const connection = new HttpConnection(peer);
    const session = this.#deps.open(connection, () => this.#waitLimitMs(opened));
    if (session === null) return null;
    const expiresAtMs = this.#deps.nowMs() + UNAUTHENTICATED_MS;
    const opened: HttpSession = { connection, session, network, name: newCookieId(), expiresAtMs };
    this.#sessions.set(opened.name, opened);
    connection.whenEnded(() => this.#sessions.delete(opened.name));
    return opened;
  }

  /** The client will call it so from now on; the old name is worth nothing any more. */
  rename(found: HttpSession, name: string): void {
    if (found.connection.isEnded) return;
    this.#sessions.delete(found.name);
    found.name = name;
    this.#sessions.set(name, found);
  }

  /** It was used just now. */
  prolong(found: HttpSession): void {
    const { timeoutMs } = this.#settings();
    const isShort = found.session.state.phase !== 'authenticated' && timeoutMs >= UNAUTHENTICATED_MS;
    found.expiresAtMs = this.#deps.nowMs() + (isShort ? UNAUTHENTICATED_MS : timeoutMs);
  }

  /** Ends those that nobody uses any more. */
  sweep(): void {
    const nowMs = this.#deps.nowMs();
    for (const one of this.#sessions.values()) {
      if (nowMs > one.expiresAtMs && !one.connection.isInUse) one.connection.close('expired');
    }
  }

  /** Who opens sessions without logging in drives out the oldest of its own, and nobody else's while it has the most. */
  #isFull(network: string): boolean {
    const { maxUnauthenticated, maxUnauthenticatedPerAddress, maxSessionsPerAddress } = this.#settings();
    const sessions = [...this.#sessions.values()];
    if (sessions.filter((one) => one.network === network).length >= maxSessionsPerAddress) return true;
    const unauthenticated = this.#unauthenticated();
    const own = unauthenticated.filter((one) => one.network === network);
    if (own.length >= maxUnauthenticatedPerAddress) return !driveOut(own, 'address-auth-limit');
    if (unauthenticated.length < maxUnauthenticated) return false;
    return !driveOut(ofLargestNetwork(unauthenticated), 'auth-limit');
  }

  #unauthenticated(): readonly HttpSession[] {
    return [...this.#sessions.values()].filter((one) => one.session.state.phase === 'unauthenticated');
  }

  /** In whole seconds, as Asterisk counts. */
  #waitLimitMs({ expiresAtMs }: HttpSession): number {
    const seconds = Math.floor(expiresAtMs / 1000) - Math.floor(this.#deps.nowMs() / 1000);
    return Math.max(0, seconds * 1000 - WAIT_RESERVE_MS);
  }
}

/** False when all of them are in use. */
function driveOut(sessions: readonly HttpSession[], reason: CloseReason): boolean {
  const oldest = sessions.find((one) => !one.connection.isInUse);
  oldest?.connection.close(reason);
  return oldest !== undefined;
}

/** Those of the network that has most of them. */
function ofLargestNetwork(sessions: readonly HttpSession[]): readonly HttpSession[] {
  const byNetwork = new Map<string, HttpSession[]>();
  for (const one of sessions) byNetwork.set(one.network, [...(byNetwork.get(one.network) ?? []), one]);
  return [...byNetwork.values()].reduce((most, group) => (group.length > most.length ? group : most), []);
}
