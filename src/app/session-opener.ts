/** Where a connection becomes a session. */
import { newSessionId } from '../gateway/login.js';
import { Session } from '../gateway/session.js';
import type { SessionDeps, SessionSettings } from '../gateway/session-port.js';
import type { Connection } from '../net/connection.js';
import type { Log } from '../telemetry/logger.js';
import type { CurrentConfig } from './app-deps.js';
import { PENALTY_MS } from './limits.js';

export interface SessionOpenerDeps extends Omit<SessionDeps, 'connection' | 'policies'> {
  readonly log: Log;
  readonly config: CurrentConfig;
}

type Delivery = Pick<SessionSettings, 'events' | 'waitLimitMs' | 'authTimeoutMs' | 'idleTimeoutMs'>;

export class SessionOpener {
  readonly #deps: SessionOpenerDeps;
  #isClosed = false;

  constructor(deps: SessionOpenerDeps) {
    this.#deps = deps;
  }

  /** A session that gets its events as they come; `waitedMs` of its time to log in are used up. */
  openPushed(connection: Connection, waitedMs: number): void {
    if (this.#isClosed) return connection.close('shutdown');
    const { config, metrics } = this.#deps;
    const { general, gateway } = config();
    metrics.connections.inc({ listener: connection.peer.transport, result: 'accepted' });
    this.#open(connection, {
      events: 'pushed',
      waitLimitMs: () => Number.POSITIVE_INFINITY,
      authTimeoutMs: Math.max(1, general.authTimeoutMs - waitedMs),
      idleTimeoutMs: gateway.sessions.idleTimeoutMs,
    });
  }

  /** A session over HTTP, which fetches its events; `null` where there are too many sessions. How long it lives is for HTTP to say. */
  openFetched(connection: Connection, waitLimitMs: SessionSettings['waitLimitMs']): Session | null {
    const { config, registry } = this.#deps;
    const { general, gateway } = config();
    if (this.#isClosed || registry.count >= gateway.sessions.maxSessions) return null;
    const { authTimeoutMs } = general;
    return this.#open(connection, { events: 'fetched', waitLimitMs, authTimeoutMs, idleTimeoutMs: 0 });
  }

  /** No session begins any more. */
  close(): void {
    this.#isClosed = true;
  }

  #open(connection: Connection, delivery: Delivery): Session {
    const { config, log, ...rest } = this.#deps;
    const { gateway } = config();
    const { remote } = connection.peer;
    const id = newSessionId();
    const deps = {
      ...rest,
      connection,
      policies: () => config().policies,
      log: log.child({ session: id, peer: remote.address, port: remote.port }),
    };
    const session = new Session(deps, {
      id,
      penaltyMs: PENALTY_MS,
      brokenEventsAction: () => config().general.brokenEventsAction,
      maxHeldBytes: gateway.sessions.maxQueueBytes,
      ...delivery,
    });
    session.start();
    return session;
  }
}
