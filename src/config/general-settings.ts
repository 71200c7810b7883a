/** `[general]` of manager.conf (ami-spec 3). */

/** TLS options; in effect once the gateway listens with TLS. */
export interface ListenerTlsSettings {
  readonly enabled: boolean;
  /** `null`: the address of `bindaddr`. */
  readonly bindAddress: string | null;
  readonly port: number;
  readonly certificateFile: string;
  /** `null`: in the certificate's file. */
  readonly privateKeyFile: string | null;
  /** `null`: OpenSSL's default. */
  readonly cipher: string | null;
  readonly prefersServerCipherOrder: boolean;
  readonly disablesTls10: boolean;
  readonly disablesTls11: boolean;
  readonly disablesTls12: boolean;
}

export interface GeneralSettings {
  readonly enabled: boolean;
  readonly webEnabled: boolean;
  readonly port: number;
  /** An IPv4 or IPv6 literal; `::` is every address of both families. */
  readonly bindAddress: string;
  /** Time to log in, in milliseconds. */
  readonly authTimeoutMs: number;
  /** Connections that may be unauthenticated at the same time. */
  readonly authLimit: number;
  /** The default of users who do not say. */
  readonly allowMultipleLogin: boolean;
  /** The default of users who do not say. */
  readonly displayConnects: boolean;
  readonly httpTimeoutMs: number;
  readonly brokenEventsAction: boolean;
  readonly disabledEvents: readonly string[];
  /** `null`: not set, so events keep the Timestamp header that Asterisk gives them, or gives them not. */
  readonly timestampEvents: boolean | null;
  /** `null`: not set, as above for SequenceNumber, File, Line and Func. */
  readonly debug: boolean | null;
  /** `null`: not set, as above for ChanVariable. */
  readonly channelVars: readonly string[] | null;
  readonly tls: ListenerTlsSettings;
}

export const DEFAULT_GENERAL: GeneralSettings = {
  enabled: false,
  webEnabled: false,
  port: 5038,
  bindAddress: '::',
  authTimeoutMs: 30_000,
  authLimit: 50,
  allowMultipleLogin: true,
  displayConnects: true,
  httpTimeoutMs: 60_000,
  brokenEventsAction: false,
  disabledEvents: [],
  timestampEvents: null,
  debug: null,
  channelVars: null,
  tls: {
    enabled: false,
    bindAddress: null,
    port: 5039,
    certificateFile: 'asterisk.pem',
    privateKeyFile: null,
    cipher: null,
    prefersServerCipherOrder: false,
    disablesTls10: false,
    disablesTls11: false,
    disablesTls12: false,
  },
};
