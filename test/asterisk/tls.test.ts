import { copyFileSync, rmSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { App } from '../../src/app.js';
import { openUpstream } from '../../src/gateway/upstream-login.js';
import { makeMetrics } from '../../src/telemetry/metrics.js';
import { metric } from '../gateway/running-gateway.js';
import { connectAmi } from './ami-client.mjs';
import { makeCertificate } from './certificates.js';
import { freePort } from './free-ports.mjs';
import type { RealAsterisk } from './instance.mjs';
import { provideAsterisk } from './provide.mjs';
import { describeWithAsterisk } from './require-asterisk.js';
import { startGateway, UPSTREAM_ACCOUNT } from './side-by-side.js';
import { masked } from './volatile.js';

const USERS = '[admin]\nsecret = s\nread = all\nwrite = all\n';
const first = makeCertificate('gateway.test');
const second = makeCertificate('renewed.test');
const upstream = makeCertificate('pbx.test');

await describeWithAsterisk('22', 'TLS on both sides', () => {
  let asterisk: RealAsterisk;
  let app: App;
  const telemetry = makeMetrics();
  beforeAll(async () => {
    const tls = { certificate: upstream.certificate, key: upstream.key };
    asterisk = await provideAsterisk({ version: '22', name: 'tls', users: `${USERS}${UPSTREAM_ACCOUNT}`, tls });
    const general = [
      'tlsenable = yes',
      `tlsbindaddr = 127.0.0.1:${await freePort()}`,
      `tlscertfile = ${first.certificateFile}`,
      `tlsprivatekey = ${first.keyFile}`,
    ].join('\n');
    const gatewayConf = `tls = yes\ntls_ca = ${upstream.certificateFile}\n`;
    app = await startGateway(asterisk.tlsPort, { users: USERS, general, gatewayConf }, telemetry);
  });
  afterAll(async () => {
    await app?.stop();
    await asterisk?.stop();
    for (const { folder } of [first, second, upstream]) rmSync(folder, { recursive: true });
  });

  const login = 'Action: Login\r\nUsername: admin\r\nSecret: s\r\nEvents: system\r\n\r\n';

  async function converse(port: number): Promise<string> {
    const client = await connectAmi({ port, tls: {} });
    client.send(`${login}Action: CoreSettings\r\nActionID: 1\r\n\r\nAction: Logoff\r\n\r\n`);
    const text = await client.readToEnd();
    client.close();
    return masked(`${client.banner}\n${text}`);
  }

  it('brings back the same bytes as Asterisk over TLS', async () => {
    const direct = await converse(asterisk.tlsPort);
    const gateway = await converse(app.tlsPort ?? 0);

    expect(direct).toContain('Response: Goodbye');
    expect(gateway).toBe(direct);
  });

  it('calls the transport TLS in security events', async () => {
    const watcher = await connectAmi({ port: app.port });
    await watcher.login('admin', 's', { Events: 'security' });
    await watcher.barrier();

    await converse(app.tlsPort ?? 0);

    expect(await watcher.readUntil('SessionTV')).toContain('RemoteAddress: IPV4/TLS/127.0.0.1/');
    watcher.close();
  });

  it('takes a new certificate for new connections and keeps the sessions that exist', async () => {
    const session = await connectAmi({ port: app.tlsPort ?? 0, tls: {} });
    await session.login('admin', 's', { Events: 'off' });
    copyFileSync(second.certificateFile, first.certificateFile);
    copyFileSync(second.keyFile, first.keyFile);

    expect((await app.reload()).ok).toBe(true);

    const seen = await handshake(app.tlsPort ?? 0, { ca: second.certificate, servername: 'renewed.test' });
    expect(seen.getPeerCertificate().subject.CN).toBe('renewed.test');
    seen.destroy();
    expect(await session.action({ Action: 'Ping' })).toContain('Ping: Pong');
    session.close();
  });

  it('keeps the certificate when the new files do not fit together', async () => {
    copyFileSync(upstream.keyFile, first.keyFile);

    expect((await app.reload()).ok).toBe(false);

    const seen = await handshake(app.tlsPort ?? 0, { ca: second.certificate, servername: 'renewed.test' });
    expect(seen.getPeerCertificate().subject.CN).toBe('renewed.test');
    seen.destroy();
  });

  it('does not speak TLS 1.1', async () => {
    const attempt = handshake(app.tlsPort ?? 0, {
      rejectUnauthorized: false,
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
    });

    await expect(attempt).rejects.toThrow();
  });

  it('ends who speaks plain text to the TLS port, and counts it', async () => {
    const socket = connectTcp({ host: '127.0.0.1', port: app.tlsPort ?? 0 });
    socket.write('Action: Login\r\n\r\n');

    await new Promise((closed) =>
      socket
        .once('close', closed)
        .on('error', () => undefined)
        .resume(),
    );

    expect(await metric(telemetry, 'connections_total', { listener: 'tls', result: 'tls-error' })).toBeGreaterThan(0);
  });

  const going = { signal: new AbortController().signal, dialled: () => undefined };
  const settings = () => ({
    host: '127.0.0.1',
    port: asterisk.tlsPort,
    connectTimeoutMs: 5000,
    loginTimeoutMs: 5000,
    username: 'gateway-account',
    secret: 'upstream-secret',
    auth: 'md5' as const,
  });

  it('does not log in at an Asterisk whose certificate nobody vouches for', async () => {
    const opened = await openUpstream(
      { ...settings(), tls: { caFile: null, servername: null, verify: 'yes' } },
      'on',
      going,
    );

    expect(opened).toMatchObject({ ok: false, failure: { kind: 'unreachable' } });
    expect(JSON.stringify(opened)).toContain('not signed by a trusted authority');
  });

  it('does not log in at an Asterisk whose certificate is for another name', async () => {
    const tls = { caFile: upstream.certificateFile, servername: 'other.test', verify: 'yes' } as const;

    const opened = await openUpstream({ ...settings(), tls }, 'on', going);

    expect(JSON.stringify(opened)).toContain('certificate is for another name');
  });

  it('logs in at any Asterisk when it is told to be insecure', async () => {
    const tls = { caFile: null, servername: null, verify: 'insecure' } as const;

    const opened = await openUpstream({ ...settings(), tls }, 'on', going);

    expect(opened.ok).toBe(true);
    if (opened.ok) opened.value.socket.destroy();
  });
});

function handshake(port: number, options: object): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: '127.0.0.1', port, ...options }, () => resolve(socket));
    socket.once('error', reject);
  });
}
