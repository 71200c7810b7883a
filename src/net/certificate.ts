/**
 * A listener's certificate and key: read at start, read again when the files change or on demand. New connections get
 * the new one, sessions that exist keep theirs; files that do not fit together change nothing.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { fail, type Result, succeed } from '../lib/result.js';

export interface CertificateFiles {
  readonly certificateFile: string;
  /** `null`: the key stands in the certificate's file. */
  readonly privateKeyFile: string | null;
}

export interface Certificate {
  /** PEM, with the chain behind it. */
  readonly cert: Buffer;
  readonly key: Buffer;
  /** PEM of the authorities of client certificates; `null`: clients are not asked for one. */
  readonly clientCa: Buffer | null;
  /** When it expires, in milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

/** Polling sees what a notification would miss: a mounted secret is swapped by a link. */
const WATCH_INTERVAL_MS = 5000;

/** Reads both files and makes sure that they belong together; fails with a sentence for the operator, without any of their content. */
export function readCertificate(files: CertificateFiles, clientCaFile: string | null = null): Result<Certificate> {
  const keyFile = files.privateKeyFile ?? files.certificateFile;
  const cert = readFile(files.certificateFile);
  if (!cert.ok) return cert;
  const key = readFile(keyFile);
  if (!key.ok) return key;
  const clientCa = clientCaFile === null ? succeed(null) : readAuthorities(clientCaFile);
  if (!clientCa.ok) return clientCa;
  try {
    createSecureContext({ cert: cert.value, key: key.value });
    const expiresAtMs = Date.parse(new X509Certificate(cert.value).validTo);
    return succeed({ cert: cert.value, key: key.value, clientCa: clientCa.value, expiresAtMs });
  } catch (error) {
    return fail(`${files.certificateFile} and ${keyFile} are no certificate with its key (PEM): ${codeOf(error)}`);
  }
}

/** Calls back when one of the files has changed, until the returned function is called. */
export function watchCertificate(
  files: CertificateFiles,
  changed: () => void,
  clientCaFile: string | null = null,
): () => void {
  const names = [files.certificateFile, files.privateKeyFile, clientCaFile].filter((name) => name !== null);
  for (const name of names) watchFile(name, { interval: WATCH_INTERVAL_MS, persistent: false }, changed);
  return () => {
    for (const name of names) unwatchFile(name, changed);
  };
}

/** Without a certificate in it, OpenSSL would trust nobody and say nothing. */
function readAuthorities(name: string): Result<Buffer> {
  const text = readFile(name);
  if (!text.ok) return text;
  try {
    createSecureContext({ ca: text.value });
    return new X509Certificate(text.value).ca ? text : fail(`${name} is not the certificate of an authority`);
  } catch (error) {
    return fail(`${name} holds no certificate of an authority (PEM): ${codeOf(error)}`);
  }
}

function readFile(name: string): Result<Buffer> {
  try {
    return succeed(readFileSync(name));
  } catch (error) {
    return fail(`cannot read ${name}: ${codeOf(error)}`);
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? String(error.code) : error.message;
}
