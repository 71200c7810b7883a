/** Node's HTTP server with our limits: a strict parser, and deadlines for what clients send. */
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { contextOf, type TlsSettings } from '../net/tls-context.js';
import { MAX_HEADER_BYTES } from './http-limits.js';

export interface HttpServerSettings {
  /** `null` for plain HTTP. */
  readonly tls: TlsSettings | null;
  /** How long a request or an answer may stall, in milliseconds. */
  readonly inactivityMs: number;
  /** How long a connection may wait for its next request, in milliseconds; 0 closes it behind the first one. */
  readonly keepAliveMs: number;
}

/** How often Node looks for requests that are too slow. */
const DEADLINE_CHECK_MS = 1000;

/** Fails as OpenSSL does where it cannot use the TLS settings. */
export function makeHttpServer({ tls, inactivityMs, keepAliveMs }: HttpServerSettings): Server | TlsServer {
  const options = {
    maxHeaderSize: MAX_HEADER_BYTES,
    insecureHTTPParser: false,
    requireHostHeader: false,
    headersTimeout: inactivityMs,
    requestTimeout: inactivityMs,
    keepAliveTimeout: keepAliveMs,
    connectionsCheckingInterval: Math.min(DEADLINE_CHECK_MS, inactivityMs),
    noDelay: true,
  };
  const server =
    tls === null
      ? createServer(options)
      : createTlsServer({ ...options, ...contextOf(tls), handshakeTimeout: tls.handshakeTimeoutMs });
  // Node would drop further headers in silence; the hundred and first is refused by us.
  server.maxHeadersCount = 0;
  return server;
}
