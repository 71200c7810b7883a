/** Opens a connection to the upstream, over TCP or TLS, with a deadline and a sentence for every way to fail. */
import { readFileSync } from 'node:fs';
import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { fail, type Result, succeed } from '../lib/result.js';

export interface DialTls {
  /** A PEM file with the authorities to trust; `null` for those of the system. */
  readonly caFile: string | null;
  /** The name that the certificate must carry; `null` for the host that is dialled. */
  readonly servername: string | null;
  /** `insecure` takes any certificate: whoever is in between can then read and change everything. */
  readonly verify: 'yes' | 'insecure';
}

export interface DialSettings {
  readonly host: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
  /** `null` for plain TCP. */
  readonly tls: DialTls | null;
}

/** Resolves once, with a connected socket (TLS: after a verified handshake) or the reason; a socket that failed is destroyed. */
export function dial(settings: DialSettings, signal: AbortSignal): Promise<Result<Socket>> {
  const { host, port, connectTimeoutMs } = settings;
  const place = `cannot reach Asterisk at ${host} port ${port}`;
  const options = settings.tls === null ? succeed(null) : readTlsOptions(host, settings.tls);
  if (!options.ok) return Promise.resolve(fail(`${place}: ${options.failure}`));
  return new Promise((resolve) => {
    const tcp = { host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 };
    const socket = options.value === null ? connectTcp(tcp) : connectTls({ ...tcp, ...options.value });
    const abandon = () => give('given up');
    const settle = () => {
      clearTimeout(deadline);
      signal.removeEventListener('abort', abandon);
    };
    signal.addEventListener('abort', abandon);
    const deadline = setTimeout(() => give(`no answer within ${connectTimeoutMs} ms`), connectTimeoutMs);
    const give = (cause: string) => {
      settle();
      socket.destroy();
      resolve(fail(`${place}: ${cause}`));
    };
    socket.once('error', (error: NodeJS.ErrnoException) => give(dialFailure(error)));
    socket.once(options.value === null ? 'connect' : 'secureConnect', () => {
      settle();
      socket.removeAllListeners('error');
      // Whoever takes the socket sees 'close' after an error; the error itself must not be thrown.
      socket.on('error', () => undefined);
      socket.setNoDelay(true);
      resolve(succeed(socket));
    });
  });
}

/** The authorities are read for every connection: a rotated file needs no restart. */
function readTlsOptions(host: string, tls: DialTls): Result<ConnectionOptions> {
  const options = {
    servername: tls.servername ?? (isAddress(host) ? '' : host),
    rejectUnauthorized: tls.verify === 'yes',
    minVersion: 'TLSv1.2',
  } as const satisfies ConnectionOptions;
  if (tls.caFile === null) return succeed(options);
  try {
    return succeed({ ...options, ca: readFileSync(tls.caFile) });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return fail(`cannot read tls_ca ${tls.caFile}: ${code}`);
  }
}

function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':');
}

function dialFailure(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'connection refused; is Asterisk running, with enabled = yes and this port in its manager.conf?';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name cannot be resolved';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `its certificate is not signed by a trusted authority (${error.code}); name the authority in tls_ca`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'its certificate is for another name; set tls_servername to the name in the certificate';
    case 'CERT_HAS_EXPIRED':
      return 'its certificate has expired';
    case 'ECONNRESET':
      return 'the connection was reset; does the port speak TLS exactly if tls = yes?';
    default:
      return error.code ?? error.message;
  }
}
