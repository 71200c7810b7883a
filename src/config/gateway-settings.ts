/** What gateway.conf says, in the units that the gateway works with. */

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
}

export interface SessionLimits {
  /** Bytes that may wait for one client that reads slowly. */
  readonly maxQueueBytes: number;
  readonly maxSessions: number;
}

export type LogLevelName = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LogSettings {
  readonly level: LogLevelName;
  /** Where the security log goes, as Asterisk's lines for fail2ban and CrowdSec; `null` for nowhere. */
  readonly securityFile: string | null;
}

export interface GatewaySettings {
  readonly upstream: UpstreamSettings;
  readonly metrics: MetricsSettings;
  readonly sessions: SessionLimits;
  readonly log: LogSettings;
}
