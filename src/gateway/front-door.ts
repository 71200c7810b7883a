/**
 * Who may come in: every connection is counted here from its first packet until it is a session or over, and judged as
 * soon as its address is known. Refused ones end without a banner.
 */

import type { CloseReason, Endpoint, Transport } from '../net/connection.js';
import type { Arrival } from '../net/entries.js';
import { type AdmissionLimits, findAdmissionRefusal } from '../policy/admission.js';
import { networkOf } from '../policy/client-address.js';
import type { Log } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { LoginGuard } from './login-guard.js';
import type { RecentRefusals } from './recent-refusals.js';
import type { SessionRegistry } from './session-registry.js';

export interface FrontDoorDeps {
  readonly registry: Pick<SessionRegistry, 'countsAt' | 'count' | 'unauthenticatedCount'>;
  readonly guard: LoginGuard;
  /** Sessions over HTTP that have not logged in: they are bounded by themselves. */
  readonly unauthenticatedOverHttp: () => number;
  readonly refusals: RecentRefusals;
  readonly nowMs: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
}

export type Refusal = CloseReason | 'tls-error';

/** One line for each reason in so long: whoever knocks must not fill the log. */
const LOG_EVERY_MS = 1000;

export class FrontDoor {
  readonly #deps: FrontDoorDeps;
  readonly #limits: () => AdmissionLimits;
  /** Arrivals by network; those behind a proxy have none until it has told. */
  readonly #arrivals = new Map<string, number>();
  #arrivalCount = 0;
  readonly #lastLines = new Map<Refusal, { atMs: number; suppressed: number }>();

  constructor(deps: FrontDoorDeps, limits: () => AdmissionLimits) {
    this.#deps = deps;
    this.#limits = limits;
  }

  /** A connection came. */
  arrive(): Arrival {
    let network: string | null = null;
    let isOver = false;
    this.#arrivalCount += 1;
    return {
      identify: async ({ address }) => {
        const refusal = this.#findRefusal(address);
        if (refusal !== null) return refusal;
        network = networkOf(address);
        this.#count(network, 1);
        return (await this.#deps.guard.isBanned(address)) ? 'banned' : null;
      },
      end: () => {
        if (isOver) return;
        isOver = true;
        this.#arrivalCount -= 1;
        if (network !== null) this.#count(network, -1);
      },
    };
  }

  /** Counts and logs a connection that ended before it was a session. */
  refused(transport: Transport, remote: Endpoint, reason: Refusal, code?: string): void {
    this.#deps.metrics.connections.inc({ listener: transport, result: reason });
    // A ban was logged when it began.
    if (reason === 'banned') return;
    const last = this.#lastLines.get(reason);
    const nowMs = this.#deps.nowMs();
    if (last !== undefined && nowMs - last.atMs < LOG_EVERY_MS) {
      last.suppressed += 1;
      return;
    }
    this.#lastLines.set(reason, { atMs: nowMs, suppressed: 0 });
    this.#deps.refusals.add({
      kind: 'connection',
      user: null,
      address: remote.address,
      what: transport,
      reason,
      rule: null,
    });
    const more = last === undefined || last.suppressed === 0 ? {} : { before: last.suppressed };
    const detail = { peer: remote.address, reason, ...(code === undefined ? {} : { code }), ...more };
    this.#deps.log.warn(detail, reason === 'tls-error' ? 'TLS handshake failed' : 'connection refused');
  }

  /** The one that is decided about is among the arrivals, but not yet in its network. */
  #findRefusal(address: string): (Refusal & CloseReason) | null {
    const { registry, unauthenticatedOverHttp } = this.#deps;
    const { open, unauthenticated } = registry.countsAt(address);
    const arrivals = this.#arrivalCount - 1;
    const arrivalsOfAddress = this.#arrivals.get(networkOf(address)) ?? 0;
    return findAdmissionRefusal(
      {
        unauthenticated: registry.unauthenticatedCount - unauthenticatedOverHttp() + arrivals,
        unauthenticatedOfAddress: unauthenticated + arrivalsOfAddress,
        connections: registry.count + arrivals,
        connectionsOfAddress: open + arrivalsOfAddress,
      },
      this.#limits(),
    );
  }

  #count(network: string, change: 1 | -1): void {
    const count = (this.#arrivals.get(network) ?? 0) + change;
    if (count === 0) this.#arrivals.delete(network);
    else this.#arrivals.set(network, count);
  }
}
