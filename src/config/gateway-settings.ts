/** What gateway.conf says, in the units that the gateway works with. */

import type { Networks } from '../policy/networks.js';

export interface UpstreamSettings {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly secret: string;
  /** How the secret is proved: by a challenge, or as it is. */
  readonly auth: 'md5' | 'plain';
  /** `null` for plain TCP. */
  readonly tls: UpstreamTlsSettings | null;
  readonly connectTimeoutMs: number;
  /** For banner and login together; Asterisk delays a refusal by one second. */
  readonly loginTimeoutMs: number;
  /** A Ping leaves after so long without bytes from Asterisk. */
  readonly keepaliveIntervalMs: number;
  /** Without any byte for so long after the Ping, Asterisk counts as gone. */
  readonly keepaliveTimeoutMs: number;
  /** Connections for actions at most, which is also how many actions run at the same time. */
  readonly poolSize: number;
  /** Most of them that one user may hold at the same time. */
  readonly poolShare: number;
  readonly poolIdleTimeoutMs: number;
  /** How long an action waits for a free connection. */
  readonly leaseWaitTimeoutMs: number;
  /** How many actions wait at most, over all sessions. */
  readonly maxWaitingActions: number;
  /** How long an answer may take. */
  readonly actionTimeoutMs: number;
  readonly reconnectMinMs: number;
  readonly reconnectMaxMs: number;
}

export interface UpstreamTlsSettings {
  /** A PEM file with the authorities to trust; `null` for those of the system. */
  readonly caFile: string | null;
  /** The name that the certificate must carry; `null` for the host. */
  readonly servername: string | null;
  /** `insecure` takes any certificate. */
  readonly verify: 'yes' | 'insecure';
}

export interface MetricsSettings {
  readonly enabled: boolean;
  readonly bindAddress: string;
  readonly port: number;
  /** Whether the status page, which shows users and addresses, is beside the metrics; and for whom. */
  readonly status: 'off' | 'loopback' | 'everywhere';
}

/** Where operators reach the running gateway. */
export type AdminSettings =
  | { readonly kind: 'off' }
  /** Who may open the file may do everything. */
  | { readonly kind: 'socket'; readonly path: string }
  /** On loopback only; the secret is asked for, because everybody on the machine can connect. */
  | { readonly kind: 'port'; readonly bindAddress: string; readonly port: number; readonly secret: string };

export interface SessionLimits {
  /** Bytes that may wait for one client that reads slowly. */
  readonly maxQueueBytes: number;
  readonly maxSessions: number;
  /** How long a client that has logged in may send nothing; 0 for ever. */
  readonly idleTimeoutMs: number;
}

export interface ListenerOptions {
  /** Whose connections begin with a PROXY header, which is believed. */
  readonly proxies: Networks;
  /** Silence after which the kernel asks whether a client is still there; 0 for never. */
  readonly keepAliveMs: number;
  /** A PEM file with the authorities of client certificates; `null`: clients over TLS are not asked for one. */
  readonly tlsClientCaFile: string | null;
}

/** What strangers may take before they have logged in. */
export interface EntryLimits {
  /** `null`: a share of authlimit. */
  readonly authPerAddress: number | null;
  readonly connectionsPerAddress: number;
  /** Connections over HTTP; `null`: a share of sessionlimit. */
  readonly httpConnectionsPerAddress: number | null;
  readonly loginBytes: number;
  readonly loginsPerSecond: number;
  readonly loginsPerSecondPerAddress: number;
}

export interface BanSettings {
  readonly enabled: boolean;
  /** Who is never banned, locked, slowed or paced. */
  readonly exempt: Networks;
  readonly maxFailures: number;
  /** How long failures count. */
  readonly findTimeMs: number;
  /** How long bans and locks last. */
  readonly banTimeMs: number;
  /** How long the answer to a failed login waits at most. */
  readonly maxPenaltyMs: number;
  /** Failures of one user at one address that lock it there. */
  readonly maxAccountFailures: number;
  /** Failures of one user over all addresses, after which new addresses take turns. */
  readonly maxUserFailures: number;
  readonly slowIntervalMs: number;
  /** How long an address counts as known after a login. */
  readonly knownTimeMs: number;
}

export interface StateSettings {
  /** Where gateways share what they know of guessers; `null` for each its own. Holds a secret, perhaps. */
  readonly redisUrl: string | null;
  readonly redisTimeoutMs: number;
}

/** Whom the process becomes once it listens; `null` to stay who it is. */
export interface ProcessSettings {
  readonly user: string | null;
  readonly group: string | null;
}

export interface ReloadSettings {
  /** Whether a change of a file that was read is a reason to read all again. */
  readonly watch: boolean;
}

export interface DrainSettings {
  /** From the signal, which turns readiness off, until the listeners close. */
  readonly delayMs: number;
  /** How long actions in work may take then. */
  readonly timeoutMs: number;
}

export type LogLevelName = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LogSettings {
  readonly level: LogLevelName;
  /** Where the security log goes, as Asterisk's lines for fail2ban and CrowdSec; `null` for nowhere. */
  readonly securityFile: string | null;
  /** Where it is noted what each user did and received, one JSON line each; `null` for nowhere. */
  readonly auditFile: string | null;
}

export interface GatewaySettings {
  readonly upstream: UpstreamSettings;
  readonly metrics: MetricsSettings;
  readonly admin: AdminSettings;
  readonly sessions: SessionLimits;
  readonly listener: ListenerOptions;
  readonly limits: EntryLimits;
  readonly bans: BanSettings;
  readonly state: StateSettings;
  readonly process: ProcessSettings;
  readonly reload: ReloadSettings;
  readonly drain: DrainSettings;
  readonly log: LogSettings;
}
