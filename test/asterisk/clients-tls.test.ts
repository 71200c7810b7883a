/** The real clients over TLS: none of them speaks it, so each goes through `openssl s_client`, as an operator would help one. */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { App } from '../../src/app.js';
import { makeCertificate } from './certificates.js';
import { asteriskAmiClient } from './clients/asterisk-ami-client.js';
import { asteriskManager } from './clients/asterisk-manager.js';
import { describeClient } from './clients/real-client.js';
import { telephonyAsteriskAmi } from './clients/telephony-asterisk-ami.js';
import { yana } from './clients/yana.js';
import { freePort } from './free-ports.mjs';
import type { RealAsterisk } from './instance.mjs';
import { provideAsterisk } from './provide.mjs';
import { describeWithAsterisk } from './require-asterisk.js';
import { startGateway, UPSTREAM_ACCOUNT } from './side-by-side.js';

const USERS = '[operator]\nsecret = s\nread = system\nwrite = command,system\n';
const certificate = makeCertificate('gateway.test');

await describeWithAsterisk('22', 'real clients over TLS', () => {
  let asterisk: RealAsterisk;
  let app: App;
  let bridge: Server;
  let bridgePort = 0;
  beforeAll(async () => {
    asterisk = await provideAsterisk({ version: '22', name: 'tlsclients', users: UPSTREAM_ACCOUNT });
    const tlsPort = await freePort();
    const { certificateFile, keyFile } = certificate;
    const files = `tlscertfile = ${certificateFile}\ntlsprivatekey = ${keyFile}`;
    const general = `tlsenable = yes\ntlsbindaddr = 127.0.0.1:${tlsPort}\n${files}`;
    app = await startGateway(asterisk.port, { users: USERS, general });
    bridge = bridgeTo(tlsPort);
    bridgePort = await freePort();
    await new Promise<void>((listening) => bridge.listen(bridgePort, '127.0.0.1', listening));
  });
  afterAll(async () => {
    bridge?.close();
    await app?.stop();
    await asterisk?.stop();
    rmSync(certificate.folder, { recursive: true });
  });

  for (const client of [asteriskManager, asteriskAmiClient, yana, telephonyAsteriskAmi]) {
    describeClient(client, () => {
      it('logs in, pings and runs a command', async () => {
        const conversation = await client.connect({ port: bridgePort, username: 'operator', secret: 's' });

        await conversation.act({ Action: 'Ping' });
        await conversation.act({ Action: 'Command', Command: 'core show uptime' });
        await conversation.leave();

        const told = conversation.told.map(({ text }) => text).join('\n');
        expect(told).toMatch(/ping: ?Pong/i);
        expect(told).toMatch(/Command output follows/i);
      });
    });
  }
});

/** For each connection one `openssl s_client` that verifies the certificate of the gateway. */
function bridgeTo(port: number): Server {
  return createServer((socket) => {
    const target = ['-connect', `127.0.0.1:${port}`, '-CAfile', certificate.certificateFile, '-verify_return_error'];
    const tls = spawn('openssl', ['s_client', '-quiet', '-no_ign_eof', ...target], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    socket.on('error', () => undefined);
    tls.stdin.on('error', () => undefined);
    socket.pipe(tls.stdin);
    tls.stdout.pipe(socket);
    socket.on('close', () => tls.kill());
  });
}
