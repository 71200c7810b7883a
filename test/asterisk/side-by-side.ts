/**
 * One real Asterisk, reached directly and through a gateway whose users are the same: what a client sends to both must
 * bring back the same bytes.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App } from '../../src/app.js';
import { type LoadedConfig, loadConfig } from '../../src/config/load.js';
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
  readonly httpConf?: string | undefined;
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

/** What the gateway's files say. */
export type GatewayFiles = Omit<Wanted, 'version' | 'name'>;

/** A gateway in this process, before the Asterisk at `upstreamPort`; as a function, `wanted` is asked again by a reload. */
export async function startGateway(
  upstreamPort: number,
  wanted: GatewayFiles | (() => GatewayFiles),
  telemetry: Telemetry = makeMetrics(),
  log: Log = makeLogger(process.env.AMI_TEST_LOG === undefined ? 'silent' : 'debug', process.stdout),
): Promise<App> {
  const ports = { upstream: upstreamPort, ami: await freePort(), http: await freePort(), metrics: await freePort() };
  const load = () => loadFiles(typeof wanted === 'function' ? wanted() : wanted, ports);
  const { config, problems, stamps } = load();
  if (config === null) throw new Error(problems.map(formatProblem).join('\n'));
  const nowMs = () => performance.timeOrigin + performance.now();
  const app = new App({ log, telemetry, nowMs, random: Math.random, load, stamps }, config);
  const started = await app.start();
  if (!started.ok) throw new Error(started.failure);
  return app;
}

interface GatewayPorts {
  readonly upstream: number;
  readonly ami: number;
  readonly http: number;
  readonly metrics: number;
}

/** Writes the files, and reads them as the gateway does. */
function loadFiles(files: GatewayFiles, ports: GatewayPorts): LoadedConfig {
  const dir = mkdtempSync(path.join(tmpdir(), 'ami-gateway-test-'));
  const { users, general = '', acl = '', gatewayConf = '', bindaddr = '127.0.0.1' } = files;
  const listen = `enabled = yes\nport = ${ports.ami}\nbindaddr = ${bindaddr}\n`;
  const web = files.httpConf === undefined ? '' : 'webenabled = yes\n';
  writeFileSync(path.join(dir, 'manager.conf'), `[general]\n${listen}${web}${general}\n${users}\n`, 'latin1');
  if (files.httpConf !== undefined) {
    const http = `[general]\nenabled = yes\nbindaddr = 127.0.0.1\nbindport = ${ports.http}\n`;
    writeFileSync(path.join(dir, 'http.conf'), http + files.httpConf, 'latin1');
  }
  writeFileSync(path.join(dir, 'acl.conf'), acl, 'latin1');
  const upstream = `[upstream]\nport = ${ports.upstream}\nusername = gateway-account\nsecret = upstream-secret\n`;
  const gateway = `${upstream}${gatewayConf}\n[metrics]\nport = ${ports.metrics}\n`;
  writeFileSync(path.join(dir, 'gateway.conf'), gateway, 'latin1');
  const loaded = loadConfig(dir, {});
  rmSync(dir, { recursive: true });
  return loaded;
}
