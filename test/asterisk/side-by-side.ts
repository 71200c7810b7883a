/**
 * One real Asterisk, reached directly and through a gateway whose users are the same: what a client sends to both must
 * bring back the same bytes.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App } from '../../src/app.js';
import { loadConfig } from '../../src/config/load.js';
import { formatProblem } from '../../src/config/problem.js';
import { type Log, makeLogger } from '../../src/telemetry/logger.js';
import { makeMetrics, type Telemetry } from '../../src/telemetry/metrics.js';
import { freePort } from './free-ports.mjs';
import type { RealAsterisk } from './instance.mjs';
import { provideAsterisk } from './provide.mjs';

export interface Side {
  readonly name: 'direct' | 'gateway';
  readonly port: number;
}

export interface SideBySide {
  readonly asterisk: RealAsterisk;
  readonly direct: Side;
  readonly gateway: Side;
  readonly app: App;
  readonly telemetry: Telemetry;
  stop(): Promise<void>;
}

export interface Wanted {
  readonly version: '22' | '16';
  readonly name: string;
  /** User sections, for Asterisk and gateway alike. */
  readonly users: string;
  readonly general?: string;
  readonly acl?: string;
  readonly dialplan?: string;
  /** More files for Asterisk's configuration directory, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Lines of gateway.conf behind [upstream]. */
  readonly gatewayConf?: string;
  readonly bindaddr?: string;
  /** Turns AMI over HTTP on, for Asterisk and gateway; lines of the gateway's http.conf. */
  readonly httpConf?: string;
}

/** The gateway's account at Asterisk, as its gateway.conf has it. */
export const UPSTREAM_ACCOUNT = '[gateway-account]\nsecret = upstream-secret\nread = all\nwrite = all\n';
/** A user who may do and see everything. */
export const ADMIN_SECTION = '[admin]\nsecret = s\nread = all\nwrite = all\n';

export async function sideBySide(wanted: Wanted): Promise<SideBySide> {
  const { version, name, users, general = '', acl = '', dialplan = '', files = {} } = wanted;
  const asterisk = await provideAsterisk({
    version,
    name,
    users: `${users}\n${UPSTREAM_ACCOUNT}`,
    general,
    acl,
    dialplan,
    files,
    http: wanted.httpConf === undefined ? null : {},
  });
  const telemetry = makeMetrics();
  const app = await startGateway(asterisk.port, wanted, telemetry);
  return {
    asterisk,
    app,
    telemetry,
    direct: { name: 'direct', port: asterisk.port },
    gateway: { name: 'gateway', port: app.port },
    stop: async () => {
      await app.stop();
      await asterisk.stop();
    },
  };
}

/** A gateway in this process, before the Asterisk at `upstreamPort`. */
export async function startGateway(
  upstreamPort: number,
  wanted: Omit<Wanted, 'version' | 'name'>,
  telemetry: Telemetry = makeMetrics(),
  log: Log = makeLogger(process.env.AMI_TEST_LOG === undefined ? 'silent' : 'debug', process.stdout),
): Promise<App> {
  const dir = mkdtempSync(path.join(tmpdir(), 'ami-gateway-test-'));
  mkdirSync(dir, { recursive: true });
  const port = await freePort();
  const { users, general = '', acl = '', gatewayConf = '', bindaddr = '127.0.0.1' } = wanted;
  const listen = `enabled = yes\nport = ${port}\nbindaddr = ${bindaddr}\n`;
  const web = wanted.httpConf === undefined ? '' : 'webenabled = yes\n';
  writeFileSync(path.join(dir, 'manager.conf'), `[general]\n${listen}${web}${general}\n${users}\n`, 'latin1');
  if (wanted.httpConf !== undefined) {
    const http = `[general]\nenabled = yes\nbindaddr = 127.0.0.1\nbindport = ${await freePort()}\n`;
    writeFileSync(path.join(dir, 'http.conf'), http + wanted.httpConf, 'latin1');
  }
  writeFileSync(path.join(dir, 'acl.conf'), acl, 'latin1');
  const upstream = `[upstream]\nport = ${upstreamPort}\nusername = gateway-account\nsecret = upstream-secret\n`;
  writeFileSync(
    path.join(dir, 'gateway.conf'),
    `${upstream}${gatewayConf}\n[metrics]\nport = ${await freePort()}\n`,
    'latin1',
  );
  const { config, problems } = loadConfig(dir, {});
  rmSync(dir, { recursive: true });
  if (config === null) throw new Error(problems.map(formatProblem).join('\n'));
  const nowMs = () => performance.timeOrigin + performance.now();
  const app = new App({ log, telemetry, nowMs, random: Math.random }, config);
  const started = await app.start();
  if (!started.ok) throw new Error(started.failure);
  return app;
}
