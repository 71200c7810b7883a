/** What the configuration says about each way in, and what it leads to. */
import type { HttpSettings } from '../config/http-settings.js';
import type { Config } from '../config/load.js';
import type { FrontDoor } from '../gateway/front-door.js';
import type { AdminDeps, AdminSettings } from '../http/admin.js';
import type { AmiHttp } from '../http/ami-http.js';
import type { HttpListenerDeps, HttpListenerSettings } from '../http/http-listener.js';
import type { HttpsListenerSettings } from '../http/https-listener.js';
import type { Connection, Transport } from '../net/connection.js';
import type { ListenerDeps, ListenerSettings } from '../net/listener.js';
import type { TlsListenerSettings } from '../net/tls-listener.js';
import type { Log } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';

export interface EntranceDeps {
  readonly door: FrontDoor;
  readonly accept: (connection: Connection, waitedMs: number) => void;
  readonly http: AmiHttp;
  readonly admin: AdminDeps;
  /** False once root was given up. */
  readonly mayOpenLowPorts: () => boolean;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** As much as a client may pipeline before TCP holds it back. */
const MAX_PENDING_BYTES = 64 * 1024;
const CONGESTED_BYTES = 256 * 1024;
const LINGER_MS = 2000;

export function listenerDepsOf({ door, accept }: EntranceDeps, transport: Transport): ListenerDeps {
  return {
    arrive: () => door.arrive(),
    accept,
    refused: (remote, reason, code) => door.refused(transport, remote, reason, code),
  };
}

export function httpDepsOf({ http }: EntranceDeps, transport: 'http' | 'https'): HttpListenerDeps {
  return http.listenerDeps(transport);
}

export function tcpSettingsOf({ general, gateway }: Config): ListenerSettings {
  const { maxQueueBytes } = gateway.sessions;
  const connection = {
    maxQueueBytes,
    congestedBytes: Math.min(CONGESTED_BYTES, maxQueueBytes / 2),
    maxPendingBytes: MAX_PENDING_BYTES,
    lingerMs: LINGER_MS,
    maxLoginBytes: gateway.limits.loginBytes,
  };
  const { bindAddress, port, authTimeoutMs: entryTimeoutMs } = general;
  return { bindAddress, port, connection, entryTimeoutMs, ...gateway.listener, tls: null };
}

export function tlsSettingsOf(config: Config): TlsListenerSettings | null {
  const { general, gateway } = config;
  if (!general.tls.enabled) return null;
  const { tls: _, ...rest } = tcpSettingsOf(config);
  return {
    ...rest,
    bindAddress: general.tls.bindAddress ?? general.bindAddress,
    port: general.tls.port,
    files: general.tls,
    clientCaFile: gateway.listener.tlsClientCaFile,
    handshakeTimeoutMs: general.authTimeoutMs,
  };
}

export function httpSettingsOf(config: Config): HttpListenerSettings | null {
  const { http } = config;
  if (http === null || http.plain === null) return null;
  return { ...http.plain, ...sharedByHttp(config, http), transport: 'http', tls: null };
}

export function httpsSettingsOf(config: Config): HttpsListenerSettings | null {
  const { http } = config;
  if (http === null || http.tls === null) return null;
  const { bindAddress, port } = http.tls;
  return { bindAddress, port, files: http.tls, transport: 'https', ...sharedByHttp(config, http) };
}

function sharedByHttp({ general, gateway }: Config, { inactivityMs, keepAliveMs }: HttpSettings) {
  return { inactivityMs, keepAliveMs, proxies: gateway.listener.proxies, entryTimeoutMs: general.authTimeoutMs };
}

export function adminSettingsOf({ gateway }: Config): AdminSettings | null {
  return gateway.metrics.enabled ? gateway.metrics : null;
}
