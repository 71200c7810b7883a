/** Makes every part of the gateway from its configuration, and connects them; nothing is started here. */
import type { Config } from '../config/load.js';
import { ActionRates } from '../gateway/action-rates.js';
import { Audit } from '../gateway/audit.js';
import { FrontDoor } from '../gateway/front-door.js';
import { LoginGuard } from '../gateway/login-guard.js';
import { RecentRefusals } from '../gateway/recent-refusals.js';
import { SecretWeigher } from '../gateway/secret-weigher.js';
import { SecurityReporter } from '../gateway/security-reporter.js';
import { SessionRegistry } from '../gateway/session-registry.js';
import { SharedState } from '../gateway/shared-state.js';
import { AdminServer } from '../http/admin.js';
import { AmiHttp } from '../http/ami-http.js';
import type { Result } from '../lib/result.js';
import { AUDIT, SecurityLog } from '../telemetry/security-log.js';
import type { AppDeps } from './app-deps.js';
import { Entrances } from './entrances.js';
import { admissionLimitsOf, guardSettingsOf } from './limits.js';
import { Operators } from './operators.js';
import { SessionOpener } from './session-opener.js';
import { makeUpstream, type Upstream } from './upstream.js';

export interface Parts {
  readonly registry: SessionRegistry;
  readonly upstream: Upstream;
  /** `null` where no file is set. */
  readonly securityLog: SecurityLog | null;
  /** `null` where no file is set. */
  readonly auditLog: SecurityLog | null;
  readonly audit: Audit;
  /** `null` where there is no Redis. */
  readonly shared: SharedState | null;
  readonly guard: LoginGuard;
  /** `null` without AMI over HTTP. */
  readonly http: AmiHttp | null;
  readonly entrances: Entrances;
  /** `null` without metrics. */
  readonly admin: AdminServer | null;
  readonly operators: Operators;
}

/** `isReady` and `measure` are asked by the metrics listener, `reload` by operators. */
export interface AppState {
  readonly isReady: () => boolean;
  readonly measure: () => void;
  readonly reload: () => Promise<Result<unknown>>;
}

export function makeParts(deps: AppDeps, config: Config, state: AppState): Parts {
  const { log, telemetry, nowMs } = deps;
  const { metrics, registry: metricsRegistry } = telemetry;
  const registry = new SessionRegistry(metrics);
  const upstream = makeUpstream(deps, config);
  const { relay, fanOut } = upstream;
  const securityLog = makeSecurityLog(deps, config);
  const security = new SecurityReporter({ relay, metrics, securityLog, nowMs });
  const shared = makeShared(deps, config);
  const guard = new LoginGuard({ shared, nowMs, log, metrics }, guardSettingsOf(config));
  const weigher = new SecretWeigher(metrics);
  const actionRates = new ActionRates(nowMs);
  const auditLog = makeAuditLog(deps, config);
  const audit = new Audit({ file: auditLog, nowMs, log, metrics });
  const refusals = new RecentRefusals(nowMs);
  const limiters = { guard, weigher, actionRates };
  const sessions = { relay, fanOut, registry, security, ...limiters, refusals, audit, nowMs, log, metrics };
  const opener = new SessionOpener({ ...sessions, config: () => config });
  const http = makeHttp({ ...deps, relay, security, guard, refusals, opener }, config);
  // Clients over HTTP are counted by themselves: without a login they could keep out all others.
  const unauthenticatedOverHttp = () => http?.unauthenticatedCount ?? 0;
  const door = new FrontDoor(
    { registry, guard, refusals, unauthenticatedOverHttp, nowMs, log, metrics },
    admissionLimitsOf(config),
  );
  const accept = opener.openPushed.bind(opener);
  const entrances = new Entrances({ door, accept, http, log, metrics }, config);
  const { reload } = state;
  const policies = () => config.policies;
  const operators = new Operators(
    { ...upstream, registry, guard, refusals, policies, reload, log, metrics, nowMs },
    config.gateway,
  );
  const { metrics: listener } = config.gateway;
  const adminDeps = { registry: metricsRegistry, statusPage: operators.statusPage, ...state };
  const admin = listener.enabled ? new AdminServer(adminDeps, listener) : null;
  return { registry, upstream, auditLog, audit, securityLog, shared, guard, http, entrances, admin, operators };
}

function makeSecurityLog({ log, telemetry }: AppDeps, { gateway }: Config): SecurityLog | null {
  const { securityFile } = gateway.log;
  return securityFile === null ? null : new SecurityLog({ log, metrics: telemetry.metrics }, securityFile);
}

function makeAuditLog({ log, telemetry }: AppDeps, { gateway }: Config): SecurityLog | null {
  const { auditFile } = gateway.log;
  return auditFile === null ? null : new SecurityLog({ log, metrics: telemetry.metrics }, auditFile, AUDIT);
}

function makeShared({ log, telemetry }: AppDeps, { gateway }: Config): SharedState | null {
  const { redisUrl, redisTimeoutMs } = gateway.state;
  const deps = { log, metrics: telemetry.metrics };
  return redisUrl === null ? null : new SharedState(deps, { url: redisUrl, timeoutMs: redisTimeoutMs });
}

interface HttpParts extends AppDeps {
  readonly relay: Upstream['relay'];
  readonly security: SecurityReporter;
  readonly guard: LoginGuard;
  readonly refusals: RecentRefusals;
  readonly opener: SessionOpener;
}

function makeHttp(parts: HttpParts, config: Config): AmiHttp | null {
  const { http, general, gateway, policies } = config;
  if (http === null) return null;
  const { maxUnauthenticated, maxUnauthenticatedPerAddress, maxConnectionsPerAddress } = admissionLimitsOf(config);
  const { relay, security, guard, refusals, opener, log, telemetry, nowMs } = parts;
  return new AmiHttp(
    {
      open: (connection, waitLimitMs) => opener.openFetched(connection, waitLimitMs),
      identity: () => relay.identity,
      policies: () => policies,
      security,
      guard,
      refusals,
      metrics: telemetry.metrics,
      log,
      nowMs,
    },
    {
      http,
      timeoutMs: general.httpTimeoutMs,
      maxUnauthenticated,
      maxUnauthenticatedPerAddress,
      maxSessionsPerAddress: maxConnectionsPerAddress,
      connectionsPerAddress: gateway.limits.httpConnectionsPerAddress,
      proxies: gateway.listener.proxies,
      entryTimeoutMs: general.authTimeoutMs,
    },
  );
}
