/** Certificates for tests, made by OpenSSL when they are needed: none is in the repository. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface TestCertificate {
  readonly folder: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly certificate: string;
  readonly key: string;
}

/** A self-signed certificate for this name and for 127.0.0.1; its own authority. */
export function makeCertificate(name: string): TestCertificate {
  const folder = mkdtempSync(path.join(tmpdir(), 'ami-gateway-cert-'));
  const certificateFile = path.join(folder, 'cert.pem');
  const keyFile = path.join(folder, 'key.pem');
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name},IP:127.0.0.1`];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-keyout', keyFile, '-out', certificateFile];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...curve, ...files, ...subject], { stdio: 'ignore' });
  const read = (file: string) => readFileSync(file, 'utf8');
  return { folder, certificateFile, keyFile, certificate: read(certificateFile), key: read(keyFile) };
}
