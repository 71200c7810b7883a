/** Composes what operators see and do: the overview, the commands' socket, and the status page beside the metrics. */
import type { GatewaySettings } from '../config/gateway-settings.js';
import type { ActionHold } from '../gateway/action-hold.js';
import type { ActionPool } from '../gateway/action-pool.js';
import { Administration } from '../gateway/administration.js';
import type { LoginGuard } from '../gateway/login-guard.js';
import { Overview } from '../gateway/overview.js';
import type { RecentRefusals } from '../gateway/recent-refusals.js';
import type { Relay } from '../gateway/relay.js';
import type { ReloadReport } from '../gateway/reload-report.js';
import type { SessionRegistry } from '../gateway/session-registry.js';
import { OperatorServer } from '../http/operator-server.js';
import type { StatusPage } from '../http/status-routes.js';
import type { Result } from '../lib/result.js';
import type { Policies } from '../policy/policy.js';
import type { Log } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';

export interface OperatorsDeps {
  readonly registry: SessionRegistry;
  readonly relay: Relay;
  readonly pool: ActionPool;
  readonly hold: ActionHold;
  readonly guard: LoginGuard;
  readonly refusals: RecentRefusals;
  readonly policies: () => Policies;
  readonly reload: () => Promise<Result<ReloadReport>>;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
}

export class Operators {
  readonly #deps: OperatorsDeps;
  readonly #overview: Overview;
  readonly #server: OperatorServer | null;
  readonly #settings: () => Pick<GatewaySettings, 'admin' | 'metrics' | 'upstream'>;

  constructor(deps: OperatorsDeps, settings: () => Pick<GatewaySettings, 'admin' | 'metrics' | 'upstream'>) {
    this.#deps = deps;
    this.#settings = settings;
    this.#overview = new Overview(deps, () => settings().upstream);
    const overview = this.#overview;
    const administration = new Administration(deps);
    const { admin } = settings();
    this.#server = admin.kind === 'off' ? null : new OperatorServer({ overview, administration }, admin);
  }

  /** `null` while the metrics listener shall not show it. */
  get statusPage(): StatusPage | null {
    const { status } = this.#settings().metrics;
    return status === 'off' ? null : { overview: this.#overview, nowMs: this.#deps.nowMs, audience: status };
  }

  /** Clients are served with or without it: a socket that cannot be opened is told, and nothing more. */
  async start(): Promise<void> {
    const started = await this.#server?.start();
    if (started !== undefined && !started.ok) {
      this.#deps.log.error({ detail: started.failure }, 'no admin commands: see [admin] in gateway.conf');
    }
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }

  get port(): number | null {
    return this.#server?.port ?? null;
  }
}
