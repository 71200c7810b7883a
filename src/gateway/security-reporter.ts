/** Reports the gateway's own security events: into the counts, the security log, and to the sessions that read `security`. */
import { encodeSecurityEvent, type SecurityContext, type SecurityFact } from '../ami/security-event.js';
import { failedLoginLine, securityLines } from '../ami/security-line.js';
import type { Peer } from '../net/connection.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { SecurityLog } from '../telemetry/security-log.js';
import type { Relay } from './relay.js';

export interface SecurityReporterDeps {
  readonly relay: Relay;
  readonly metrics: Metrics;
  /** As it is now; `null` where no security_file is set. */
  readonly securityLog: () => Pick<SecurityLog, 'write'> | null;
  readonly nowMs: () => number;
}

export type SessionContext = Omit<SecurityContext, 'transport' | 'local' | 'remote' | 'atMs'> & { readonly peer: Peer };

export class SecurityReporter {
  readonly #deps: SecurityReporterDeps;

  constructor(deps: SecurityReporterDeps) {
    this.#deps = deps;
  }

  /** Counts and logs a fact at once; the result raises its event when the sessions shall hear of it. */
  record(fact: SecurityFact, { peer, ...session }: SessionContext): () => void {
    const { relay, metrics, securityLog, nowMs } = this.#deps;
    const transport = peer.transport === 'tcp' || peer.transport === 'http' ? 'TCP' : 'TLS';
    const context = { ...session, transport, local: peer.local, remote: peer.remote, atMs: nowMs() } as const;
    metrics.securityEvents.inc({ event: fact.event });
    securityLog()?.write(securityLines(fact, context, process.pid));
    const event = encodeSecurityEvent(fact, context);
    return () => {
      if (event !== null) relay.raise(event);
    };
  }

  /** Logs that a login has failed, which Asterisk does for those too that raise no event. */
  loginFailed(accountId: string, { remote }: Peer): void {
    const moment = { pid: process.pid, atMs: this.#deps.nowMs() };
    this.#deps.securityLog()?.write([failedLoginLine(accountId, remote.address, moment)]);
  }
}
