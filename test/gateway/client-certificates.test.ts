/** Users that are known by the certificate of their client. */
import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AmiClient, connectAmi } from '../asterisk/ami-client.mjs';
import { makeCertificate, type TestCertificate } from '../asterisk/certificates.js';
import { freePort } from '../asterisk/free-ports.mjs';
import { metric, type RunningGateway, runGateway } from './running-gateway.js';

const USERS = `
[plain]
secret = s

[both]
secret = s
tls_user = crm.example

[alone]
tls_user = crm.example

[other]
tls_user = other.example
`;

let server: TestCertificate;
let crm: TestCertificate;
let forged: TestCertificate;
beforeAll(() => {
  server = makeCertificate('localhost');
  // Its own authority, which the gateway trusts.
  crm = makeCertificate('crm.example');
  forged = makeCertificate('crm.example');
});
afterAll(() => {
  for (const { folder } of [server, crm, forged]) rmSync(folder, { recursive: true });
});

let running: RunningGateway;
beforeEach(async () => {
  const general =
    `tlsenable = yes\ntlsbindaddr = 127.0.0.1:${await freePort()}\n` +
    `tlscertfile = ${server.certificateFile}\ntlsprivatekey = ${server.keyFile}\n`;
  const gatewayConf = `[listener]\ntls_client_ca = ${crm.certificateFile}\n`;
  running = await runGateway({ users: USERS, general, gatewayConf });
});
afterEach(() => running.stop());

function connectTls(own: TestCertificate | null): Promise<AmiClient> {
  const shown = own === null ? {} : { cert: own.certificate, key: own.key };
  return connectAmi({ port: running.app.tlsPort ?? 0, tls: { rejectUnauthorized: false, ...shown } });
}

async function answerTo(client: AmiClient, user: string, secret: string): Promise<string> {
  const answer = await client.login(user, secret);
  return /Message: (.*)\r\n/.exec(answer)?.[1] ?? answer;
}

const ACCEPTED = 'Authentication accepted';
const FAILED = 'Authentication failed';

describe('a client with a certificate', () => {
  it('logs in as the user that its name belongs to, without a secret', async () => {
    expect(await answerTo(await connectTls(crm), 'alone', '')).toBe(ACCEPTED);
  });

  it('still needs the secret where the user has one', async () => {
    expect(await answerTo(await connectTls(crm), 'both', 's')).toBe(ACCEPTED);
    expect(await answerTo(await connectTls(crm), 'both', 'wrong')).toBe(FAILED);
  });

  it('is no other user', async () => {
    expect(await answerTo(await connectTls(crm), 'other', '')).toBe(FAILED);
  });

  it('that nobody vouched for is connected, and is nobody', async () => {
    expect(await answerTo(await connectTls(forged), 'plain', 's')).toBe(ACCEPTED);
    expect(await answerTo(await connectTls(forged), 'alone', '')).toBe(FAILED);
    expect(await metric(running.telemetry, 'auth_attempts_total', { result: 'no-certificate' })).toBe(1);
  });
});

describe('a client without a certificate', () => {
  it('logs in over TLS as a user that needs none', async () => {
    expect(await answerTo(await connectTls(null), 'plain', 's')).toBe(ACCEPTED);
  });

  it('cannot be a user that needs one, over TLS or not', async () => {
    expect(await answerTo(await connectTls(null), 'alone', '')).toBe(FAILED);
    expect(await answerTo(await connectTls(null), 'both', 's')).toBe(FAILED);
    expect(await answerTo(await running.connect(), 'alone', '')).toBe(FAILED);
    expect(await answerTo(await running.connect(), 'both', 's')).toBe(FAILED);
  });
});
