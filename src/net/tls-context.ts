/** What a TLS listener speaks, and the options of Node's TLS for it. */
import type { ListenerTlsSettings } from '../config/general-settings.js';
import type { Certificate } from './certificate.js';

export interface TlsSettings {
  readonly certificate: Certificate;
  /** OpenSSL's list of ciphers; `null` for its default. */
  readonly ciphers: string | null;
  readonly honorCipherOrder: boolean;
  /** Nothing older is ever spoken. */
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  /** How long a handshake may take, in milliseconds. */
  readonly handshakeTimeoutMs: number;
}

/** What manager.conf and http.conf say of it, with the certificate that was read. */
export function tlsSettingsOf(
  files: ListenerTlsSettings,
  certificate: Certificate,
  handshakeTimeoutMs: number,
): TlsSettings {
  return {
    certificate,
    ciphers: files.cipher,
    honorCipherOrder: files.prefersServerCipherOrder,
    minVersion: files.disablesTls12 ? 'TLSv1.3' : 'TLSv1.2',
    handshakeTimeoutMs,
  };
}

/** The options of Node's TLS for these settings. */
export function contextOf(tls: TlsSettings) {
  const { certificate, ciphers, honorCipherOrder, minVersion } = tls;
  const { cert, key, clientCa } = certificate;
  // Who has no certificate may come in all the same: whether the user needs one is for the login to say.
  const asked = clientCa === null ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: false };
  return { cert, key, honorCipherOrder, minVersion, ...asked, ...(ciphers === null ? {} : { ciphers }) };
}
