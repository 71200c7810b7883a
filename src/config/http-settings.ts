/** `[general]` of http.conf: AMI over HTTP (ami-spec 9.7). */
import type { ListenerTlsSettings } from './general-settings.js';

export interface HttpSettings {
  /** `null`: no plain HTTP. */
  readonly plain: HttpAddress | null;
  /** `null`: no HTTPS. */
  readonly tls: HttpTlsSettings | null;
  /** What stands before `/rawman` and the others: empty, or a slash and the prefix. */
  readonly prefix: string;
  /** The Server header: `null` for Asterisk's own, empty for none. */
  readonly serverName: string | null;
  /** TCP connections at the same time. */
  readonly sessionLimit: number;
  /** How long a request or an answer may stall. */
  readonly inactivityMs: number;
  /** How long a connection may wait for its next request; 0 closes it behind the first one. */
  readonly keepAliveMs: number;
}

export interface HttpAddress {
  readonly bindAddress: string;
  readonly port: number;
}

export interface HttpTlsSettings extends ListenerTlsSettings {
  readonly bindAddress: string;
}
