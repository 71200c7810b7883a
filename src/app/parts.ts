/** Makes every part of the gateway from its configuration, and connects them; nothing is started here. */
import { ActionRates } from '../gateway/action-rates.js';
import { Audit } from '../gateway/audit.js';
import { FrontDoor } from '../gateway/front-door.js';
import { LoginGuard } from '../gateway/login-guard.js';
import { RecentRefusals } from '../gateway/recent-refusals.js';
import type { ReloadReport } from '../gateway/reload-report.js';
import { SecretWeigher } from '../gateway/secret-weigher.js';
import { SecurityReporter } from '../gateway/security-reporter.js';
import { SessionRegistry } from '../gateway/session-registry.js';
import { SharedState } from '../gateway/shared-state.js';
import type { AdminDeps } from '../http/admin.js';
import { AmiHttp } from '../http/ami-http.js';
import type { AmiRequestsDeps } from '../http/ami-requests.js';
import type { Result } from '../lib/result.js';
import type { Metrics } from '../telemetry/metrics.js';
import { AUDIT, SECURITY } from '../telemetry/security-log.js';
import type { AppDeps, CurrentConfig } from './app-deps.js';
import { Entrances } from './entrances.js';
import { admissionLimitsOf, guardSettingsOf } from './limits.js';
import { LogFile } from './log-file.js';
import { Operators } from './operators.js';
import { SessionOpener } from './session-opener.js';
import { Upstream } from './upstream.js';

export interface Parts {
  readonly registry: SessionRegistry;
  readonly upstream: Upstream;
  readonly securityFile: LogFile;
  readonly auditFile: LogFile;
  readonly audit: Audit;
  /** `null` where there is no Redis. */
  readonly shared: SharedState | null;
  readonly guard: LoginGuard;
  readonly opener: SessionOpener;
  readonly entrances: Entrances;
  readonly operators: Operators;
}

/** What the metrics listener asks of the app, and what operators ask for. */
export interface AppState extends Pick<AdminDeps, 'whyNotReady' | 'measure'> {
  readonly reload: () => Promise<Result<ReloadReport>>;
}

export function makeParts(deps: AppDeps, config: CurrentConfig, state: AppState): Parts {
  const { log, telemetry, nowMs } = deps;
  const { metrics } = telemetry;
  const registry = new SessionRegistry(metrics);
  const upstream = new Upstream(deps, config);
  const { relay, fanOut } = upstream;
  const securityFile = new LogFile(
    { log, metrics },
    { purpose: SECURITY, fileOf: ({ gateway }) => gateway.log.securityFile },
  );
  const auditFile = new LogFile({ log, metrics }, { purpose: AUDIT, fileOf: ({ gateway }) => gateway.log.auditFile });
  const security = new SecurityReporter({ relay, metrics, securityLog: () => securityFile.log, nowMs });
  const shared = makeShared(deps, config);
  const guard = new LoginGuard({ shared, nowMs, log, metrics }, guardSettingsOf(config()));
  const weigher = new SecretWeigher(metrics);
  const actionRates = new ActionRates(nowMs);
  const audit = new Audit({ file: () => auditFile.log, nowMs, log, metrics });
  const refusals = new RecentRefusals(nowMs);
  const limiters = { guard, weigher, actionRates };
  const sessions = { relay, fanOut, registry, security, ...limiters, refusals, audit, nowMs, log, metrics };
  const opener = new SessionOpener({ ...sessions, config });
  const open: AmiRequestsDeps['open'] = (connection, waitLimitMs) => opener.openFetched(connection, waitLimitMs);
  const policies = () => config().policies;
  const identity = () => relay.identity;
  const http = new AmiHttp(
    { open, identity, policies, security, guard, refusals, metrics, log, nowMs },
    httpSettingsOf(config),
  );
  // Clients over HTTP are counted by themselves: without a login they could keep out all others.
  const unauthenticatedOverHttp = () => http.unauthenticatedCount;
  const counted = { registry, guard, refusals, unauthenticatedOverHttp, nowMs, log, metrics };
  const door = new FrontDoor(counted, () => admissionLimitsOf(config()));
  const { pool, hold } = upstream;
  const { reload, whyNotReady } = state;
  const operators = new Operators(
    { relay, pool, hold, registry, guard, refusals, policies, reload, log, metrics, nowMs },
    () => config().gateway,
  );
  const statusPage = () => operators.statusPage;
  const entrances = new Entrances({
    door,
    accept: (connection, waitedMs) => opener.openPushed(connection, waitedMs),
    http,
    admin: { registry: telemetry.registry, whyNotReady, measure: state.measure, statusPage },
    mayOpenLowPorts: () => process.getuid?.() === 0,
    log,
    metrics,
  });
  return { registry, upstream, securityFile, auditFile, audit, shared, guard, opener, entrances, operators };
}

function makeShared({ log, telemetry }: AppDeps, config: CurrentConfig): SharedState | null {
  const { redisUrl, redisTimeoutMs } = config().gateway.state;
  const deps = { log, metrics: telemetry.metrics };
  return redisUrl === null ? null : new SharedState(deps, { url: redisUrl, timeoutMs: redisTimeoutMs });
}

function httpSettingsOf(config: CurrentConfig) {
  return () => {
    const { http, general, gateway } = config();
    const limits = admissionLimitsOf(config());
    return {
      http,
      timeoutMs: general.httpTimeoutMs,
      maxUnauthenticated: limits.maxUnauthenticated,
      maxUnauthenticatedPerAddress: limits.maxUnauthenticatedPerAddress,
      maxSessionsPerAddress: limits.maxConnectionsPerAddress,
      connectionsPerAddress: gateway.limits.httpConnectionsPerAddress,
    };
  };
}

/** Reads the gauges that are measured when somebody asks. */
export function measure({ upstream, guard }: Parts, metrics: Metrics): void {
  const { open, leased, waiting } = upstream.pool.counts;
  metrics.upstreamConnections.set({ state: 'leased' }, leased);
  metrics.upstreamConnections.set({ state: 'idle' }, open - leased);
  metrics.upstreamWaiting.set(waiting);
  metrics.heldActions.set(upstream.hold.heldCount);
  metrics.bansActive.set(guard.activeBans);
}
