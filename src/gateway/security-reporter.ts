/** Raises the gateway's own security events: to the sessions that read `security`, and into the counts. */
import { encodeSecurityEvent, type SecurityContext, type SecurityFact } from '../ami/security-event.js';
import type { Peer } from '../net/connection.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { Relay } from './relay.js';

export interface SecurityReporterDeps {
  readonly relay: Relay;
  readonly metrics: Metrics;
}

export type SessionContext = Omit<SecurityContext, 'transport' | 'local' | 'remote'> & { readonly peer: Peer };

export class SecurityReporter {
  readonly #deps: SecurityReporterDeps;

  constructor(deps: SecurityReporterDeps) {
    this.#deps = deps;
  }

  raise(fact: SecurityFact, context: SessionContext): void {
    const { peer, ...account } = context;
    const transport = peer.transport === 'tcp' ? 'TCP' : 'TLS';
    this.#deps.metrics.securityEvents.inc({ event: fact.event });
    this.#deps.relay.raise(
      encodeSecurityEvent(fact, { ...account, transport, local: peer.local, remote: peer.remote }),
    );
  }
}
