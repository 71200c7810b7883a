/** What operators see of the running gateway, as plain values: rows for commands, for the status page and for JSON. No secret is in any of them. */
import type { GatewaySettings } from '../config/gateway-settings.js';
import { canonicalAddress } from '../policy/client-address.js';
import type { Policies } from '../policy/policy.js';
import type { ActionHold } from './action-hold.js';
import type { ActionPool } from './action-pool.js';
import type { LoginGuard } from './login-guard.js';
import type { RecentRefusals, RefusalKind } from './recent-refusals.js';
import type { Relay } from './relay.js';
import type { SessionRegistry } from './session-registry.js';
import type { SessionStatus } from './session-status.js';
import { describeUser, readable, type UserRow } from './user-row.js';

export interface OverviewDeps {
  readonly registry: Pick<SessionRegistry, 'sessions' | 'countOf'>;
  readonly relay: Pick<Relay, 'status'>;
  readonly pool: Pick<ActionPool, 'counts'>;
  readonly hold: Pick<ActionHold, 'isPaused' | 'heldCount'>;
  readonly guard: Pick<LoginGuard, 'bans'>;
  readonly refusals: Pick<RecentRefusals, 'all'>;
  readonly policies: () => Policies;
}

/** Times are in the form of ISO 8601. */
export interface SessionRow {
  readonly id: string;
  readonly user: string | null;
  readonly address: string;
  readonly port: number;
  readonly transport: string;
  readonly since: string;
  readonly delivered: number;
  readonly filtered: number;
  readonly queuedBytes: number;
  readonly action: string | null;
}

export interface BanRow {
  /** A banned address, an account that is locked at one, or an account for which new addresses take turns. */
  readonly kind: 'address' | 'account' | 'slow';
  readonly address: string | null;
  readonly user: string | null;
  readonly since: string;
  readonly until: string;
  readonly failures: number | null;
}

export interface RefusalRow {
  readonly at: string;
  readonly kind: RefusalKind;
  readonly user: string | null;
  readonly address: string;
  readonly what: string;
  readonly reason: string;
  readonly rule: string | null;
  /** How often it came, the last time at `at`. */
  readonly times: number;
}

export interface UpstreamRow {
  readonly state: string;
  readonly since: string;
  readonly host: string;
  readonly port: number;
  readonly banner: string;
  readonly version: string | null;
  readonly systemName: string | null;
  readonly reconnects: number;
  readonly lastFailure: string | null;
  readonly paused: boolean;
  /** Connections for actions: how many are open, how many of those are at work, and how many there may be. */
  readonly connections: number;
  readonly connectionsInUse: number;
  readonly connectionsMost: number;
  readonly waitingActions: number;
  readonly heldActions: number;
}

export class Overview {
  readonly #deps: OverviewDeps;
  readonly #upstream: () => GatewaySettings['upstream'];

  constructor(deps: OverviewDeps, upstream: () => GatewaySettings['upstream']) {
    this.#deps = deps;
    this.#upstream = upstream;
  }

  /** The oldest first, those without a login behind the others. */
  get sessions(): readonly SessionRow[] {
    const all = this.#deps.registry.sessions.map(({ status }) => status);
    return all.sort(bySeniority).map(sessionRow);
  }

  get users(): readonly UserRow[] {
    const { policies, registry } = this.#deps;
    const all = [...policies().users.values()];
    return all.map((policy) => describeUser(policy, registry.countOf(policy.user)));
  }

  get bans(): readonly BanRow[] {
    return this.#deps.guard.bans.map(({ ban, sinceMs, untilMs, failures }) => ({
      kind: ban.kind,
      address: ban.kind === 'slow' ? null : ban.network,
      user: ban.kind === 'address' ? null : readable(ban.user),
      since: isoTime(sinceMs),
      until: isoTime(untilMs),
      failures,
    }));
  }

  /** The newest first. */
  get refusals(): readonly RefusalRow[] {
    return this.#deps.refusals.all.map(({ atMs, times, kind, user, address, what, reason, rule }) => ({
      at: isoTime(atMs),
      kind,
      user: user === null ? null : readable(user),
      address: canonicalAddress(address),
      what: readable(what),
      reason,
      rule: rule === null ? null : readable(rule),
      times,
    }));
  }

  get upstream(): UpstreamRow {
    const { relay, pool, hold } = this.#deps;
    const { phase, sinceMs, banner, identity, logins, lastFailure } = relay.status;
    const { host, port, poolSize } = this.#upstream();
    const { open, leased, waiting } = pool.counts;
    return {
      state: phase,
      since: isoTime(sinceMs),
      host: readable(host),
      port,
      banner: readable(banner),
      version: identity.version === null ? null : readable(identity.version),
      systemName: identity.systemName === null ? null : readable(identity.systemName),
      reconnects: Math.max(logins - 1, 0),
      lastFailure: lastFailure === null ? null : readable(lastFailure),
      paused: hold.isPaused,
      connections: open,
      connectionsInUse: leased,
      connectionsMost: poolSize,
      waitingActions: waiting,
      heldActions: hold.heldCount,
    };
  }
}

function bySeniority(one: SessionStatus, other: SessionStatus): number {
  return Number(one.user === null) - Number(other.user === null) || one.sinceMs - other.sinceMs;
}

function sessionRow({ id, user, peer, sinceMs, events, queuedBytes, action }: SessionStatus): SessionRow {
  return {
    id,
    user: user === null ? null : readable(user),
    address: canonicalAddress(peer.remote.address),
    port: peer.remote.port,
    transport: peer.transport,
    since: isoTime(sinceMs),
    delivered: events.delivered,
    filtered: events.filtered,
    queuedBytes,
    action,
  };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
