/** The names in a client's certificate: what `tls_user` is compared with. */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/**
 * The common names and the alternative names for DNS, e-mail and URI, as latin-1 like all text of the configuration.
 * None unless the certificate was verified: what a client says of itself proves nothing.
 */
export function certificateNamesOf(socket: Socket): readonly string[] {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return [];
  // A session that was resumed without a certificate counts as authorized, too; it has no names.
  const { subject, subjectaltname } = socket.getPeerCertificate();
  const common: readonly string[] = subject === undefined ? [] : [subject.CN ?? []].flat();
  const names = [...common, ...alternativeNames(subjectaltname ?? '')];
  return names.filter((name) => name !== '').map((name) => Buffer.from(name, 'utf8').toString('latin1'));
}

/** Node quotes what holds a comma or a quote; such a name is nobody's. */
export function alternativeNames(text: string): readonly string[] {
  const names: string[] = [];
  const entry = /([^:,"]+):(?:"((?:[^"\\]|\\.)*)"|([^",]*))(?:, |$)/sy;
  while (entry.lastIndex < text.length) {
    const parts = entry.exec(text);
    if (parts === null) return [];
    const [, kind = '', quoted, plain = ''] = parts;
    if (quoted === undefined && ['DNS', 'email', 'URI'].includes(kind)) names.push(plain);
  }
  return names;
}
