/** gateway.conf: the gateway's own settings. Every key can be an environment variable AMI_GATEWAY_<SECTION>_<KEY>, too. */
import type { z } from 'zod';
import type { Result } from '../lib/result.js';
import { isLoopback } from '../policy/loopback.js';
import { compileAdmin } from './admin-conf.js';
import type { ConfSection } from './conf-reading.js';
import { GATEWAY_KEYS, GATEWAY_SCHEMA, type GatewayValues } from './gateway-schema.js';
import type {
  BanSettings,
  EntryLimits,
  GatewaySettings,
  MetricsSettings,
  UpstreamSettings,
  UpstreamTlsSettings,
} from './gateway-settings.js';
import { collectGatewayTexts, type Environment, type GatewayTexts, type PlacedText } from './gateway-values.js';
import type { Problem } from './problem.js';
import { errorAt, type Place, warningAt, wholeFile } from './report.js';

export interface GatewayConf {
  /** `null` after an error. */
  readonly settings: GatewaySettings | null;
  /** Where each `section.key` stands that is set. */
  readonly places: ReadonlyMap<string, Place>;
  readonly problems: readonly Problem[];
}

export interface GatewaySources {
  /** How problems call gateway.conf. */
  readonly file: string;
  readonly environment: Environment;
  /** The text of a secret_file. */
  readonly readSecretFile: (path: string) => Result<string>;
  /** A file of the configuration's directory, for names that are not absolute. */
  readonly nameOf: (file: string) => string;
}

type NameOf = GatewaySources['nameOf'];

const OFF = { kind: 'off' } as const;

export function compileGatewayConf(sections: readonly ConfSection[], sources: GatewaySources): GatewayConf {
  const problems: Problem[] = [];
  const written = collectGatewayTexts(sections, sources.environment, problems);
  const texts = readSecretFile(written, sources, problems);
  const parsed = GATEWAY_SCHEMA.safeParse(nest(texts));
  for (const issue of parsed.error?.issues ?? []) reportIssue(issue, texts, sources.file, problems);
  if (parsed.success) {
    reportOrder(parsed.data, texts, sources.file, problems);
    reportTls(parsed.data, texts, sources, problems);
    reportClientCa(parsed.data, texts, sources, problems);
  }
  const admin = parsed.success ? compileAdmin(parsed.data.admin, texts, sources, problems) : OFF;
  const isUsable = parsed.success && !problems.some((problem) => problem.severity === 'error');
  const settings = isUsable ? { ...settingsOf(parsed.data, sources.nameOf), admin } : null;
  return { settings, places: texts, problems };
}

/** Puts the content of `secret_file` in the place of `secret`. */
function readSecretFile(texts: GatewayTexts, sources: GatewaySources, problems: Problem[]): GatewayTexts {
  const file = texts.get('upstream.secret_file');
  if (file === undefined) return texts;
  if (texts.has('upstream.secret')) {
    problems.push(errorAt(file, 'secret and secret_file are both set', 'keep one of them'));
    return texts;
  }
  const content = sources.readSecretFile(file.text);
  const secret = content.ok ? content.value.replace(/[\r\n]+$/, '') : '';
  if (!content.ok) problems.push(errorAt(file, `secret_file ${file.text} cannot be read: ${content.failure}`));
  else if (secret === '') problems.push(errorAt(file, `secret_file ${file.text} is empty`));
  // A secret that cannot be had is reported once, here.
  return new Map([...texts, ['upstream.secret', { ...file, key: 'secret', text: secret === '' ? 'unknown' : secret }]]);
}

function nest(texts: GatewayTexts): Record<string, Record<string, string>> {
  const sections = [...GATEWAY_KEYS.keys()].map((section) => {
    const own = [...texts].filter(([path]) => path.startsWith(`${section}.`));
    return [section, Object.fromEntries(own.map(([, placed]) => [placed.key, placed.text]))] as const;
  });
  return Object.fromEntries(sections);
}

/** A schema's message says what is accepted; a key that is missing has no place but the file. */
function reportIssue(issue: z.core.$ZodIssue, texts: GatewayTexts, file: string, problems: Problem[]): void {
  const [section, key] = issue.path.map(String);
  const placed = texts.get(`${section}.${key}`);
  if (placed !== undefined) {
    problems.push(errorAt(placed, `${key} = ${shown(placed)} must be ${issue.message}`));
    return;
  }
  const variable = `AMI_GATEWAY_${section}_${key}`.toUpperCase();
  problems.push(errorAt(wholeFile(file), `${key} is missing in [${section}]`, `or set ${variable} in the environment`));
}

/** Problems are printed and logged, so they never show a secret. */
function shown(placed: PlacedText): string {
  return placed.key === 'secret' || placed.key === 'redis' ? '(not shown)' : `'${placed.text}'`;
}

function reportOrder({ upstream }: GatewayValues, texts: GatewayTexts, file: string, problems: Problem[]): void {
  if (upstream.reconnect_min <= upstream.reconnect_max) return;
  const place = texts.get('upstream.reconnect_max') ?? texts.get('upstream.reconnect_min') ?? wholeFile(file);
  problems.push(errorAt(place, 'reconnect_max is less than reconnect_min'));
}

/** A connection to another machine that is not encrypted, or not verified, can be read and taken over on its way. */
function reportTls(
  { upstream }: GatewayValues,
  texts: GatewayTexts,
  sources: GatewaySources,
  problems: Problem[],
): void {
  const place = (key: string) => texts.get(`upstream.${key}`) ?? wholeFile(sources.file);
  if (upstream.tls && upstream.tls_verify === 'insecure') {
    const hint = 'whoever is in between can read and change everything; name the authority in tls_ca';
    problems.push(warningAt(place('tls_verify'), 'the certificate of Asterisk is not verified', hint));
  }
  if (!upstream.tls && texts.has('upstream.tls_ca')) {
    problems.push(warningAt(place('tls_ca'), 'tls_ca has no effect without tls = yes'));
  }
  if (!upstream.tls || upstream.tls_ca === undefined) return;
  const content = sources.readSecretFile(upstream.tls_ca);
  if (!content.ok)
    problems.push(errorAt(place('tls_ca'), `tls_ca ${upstream.tls_ca} cannot be read: ${content.failure}`));
}

function reportClientCa(
  { listener }: GatewayValues,
  texts: GatewayTexts,
  sources: GatewaySources,
  problems: Problem[],
): void {
  if (listener.tls_client_ca === undefined) return;
  const content = sources.readSecretFile(listener.tls_client_ca);
  const place = texts.get('listener.tls_client_ca') ?? wholeFile(sources.file);
  const message = `tls_client_ca ${listener.tls_client_ca} cannot be read`;
  if (!content.ok) problems.push(errorAt(place, `${message}: ${content.failure}`));
}

function settingsOf(values: GatewayValues, nameOf: NameOf): Omit<GatewaySettings, 'admin'> {
  const { upstream, metrics, sessions, log, listener, state, process } = values;
  return {
    upstream: upstreamOf(upstream, nameOf),
    metrics: {
      enabled: metrics.enabled,
      bindAddress: metrics.bindaddr,
      port: metrics.port,
      status: statusOf(metrics),
    },
    sessions: {
      maxQueueBytes: sessions.max_queue_bytes,
      maxSessions: sessions.max_sessions,
      idleTimeoutMs: sessions.idle_timeout,
    },
    listener: {
      proxies: listener.proxy_protocol_from,
      keepAliveMs: listener.tcp_keepalive,
      tlsClientCaFile: listener.tls_client_ca === undefined ? null : nameOf(listener.tls_client_ca),
    },
    limits: entryLimitsOf(values.limits),
    bans: bansOf(values.bans),
    state: { redisUrl: state.redis ?? null, redisTimeoutMs: state.redis_timeout },
    process: { user: process.user ?? null, group: process.group ?? null },
    reload: values.reload,
    drain: { delayMs: values.drain.delay, timeoutMs: values.drain.timeout },
    log: {
      level: log.level,
      securityFile: log.security_file === undefined ? null : nameOf(log.security_file),
      auditFile: log.audit_file === undefined ? null : nameOf(log.audit_file),
    },
  };
}

/** It shows who is connected from where: a network that may scrape metrics need not know. */
function statusOf({ bindaddr, status }: GatewayValues['metrics']): MetricsSettings['status'] {
  const isLocal = isLoopback(bindaddr);
  if (!(status ?? isLocal)) return 'off';
  return isLocal ? 'loopback' : 'everywhere';
}

function entryLimitsOf(values: GatewayValues['limits']): EntryLimits {
  return {
    authPerAddress: values.auth_per_address ?? null,
    connectionsPerAddress: values.connections_per_address,
    httpConnectionsPerAddress: values.http_connections_per_address ?? null,
    loginBytes: values.login_bytes,
    loginsPerSecond: values.logins_per_second,
    loginsPerSecondPerAddress: values.logins_per_second_per_address,
  };
}

function bansOf(values: GatewayValues['bans']): BanSettings {
  return {
    enabled: values.enabled,
    exempt: values.allow,
    maxFailures: values.max_failures,
    findTimeMs: values.find_time,
    banTimeMs: values.ban_time,
    maxPenaltyMs: values.max_delay,
    maxAccountFailures: values.account_failures,
    maxUserFailures: values.account_slow_failures,
    slowIntervalMs: values.account_slow_interval,
    knownTimeMs: values.account_known_time,
  };
}

function upstreamOf(values: GatewayValues['upstream'], nameOf: NameOf): UpstreamSettings {
  return {
    host: values.host,
    port: values.port,
    username: values.username,
    secret: values.secret,
    auth: values.auth,
    tls: values.tls ? tlsOf(values, nameOf) : null,
    connectTimeoutMs: values.connect_timeout,
    loginTimeoutMs: values.login_timeout,
    keepaliveIntervalMs: values.keepalive_interval,
    keepaliveTimeoutMs: values.keepalive_timeout,
    poolSize: values.pool_size,
    poolShare: values.pool_share ?? Math.max(1, values.pool_size - 1),
    poolIdleTimeoutMs: values.pool_idle_timeout,
    leaseWaitTimeoutMs: values.lease_wait_timeout,
    maxWaitingActions: values.max_waiting_actions,
    actionTimeoutMs: values.action_timeout,
    reconnectMinMs: values.reconnect_min,
    reconnectMaxMs: values.reconnect_max,
  };
}

function tlsOf(values: GatewayValues['upstream'], nameOf: NameOf): UpstreamTlsSettings {
  const caFile = values.tls_ca === undefined ? null : nameOf(values.tls_ca);
  return { caFile, servername: values.tls_servername ?? null, verify: values.tls_verify };
}
