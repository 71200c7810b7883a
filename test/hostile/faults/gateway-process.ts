/** The compiled gateway as a process of its own, whose memory and descriptors are watched. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../asterisk/free-ports.mjs';
import { tiedToThisProcess } from '../../asterisk/processes.mjs';
import { until } from './until.js';

const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const PROBE = new URL('../../bench/parts/memory-probe.mjs', import.meta.url).href;
const KEPT_OUTPUT = 200_000;

export interface GatewayWish {
  readonly upstreamPort: number;
  /** Sections of manager.conf. */
  readonly users: string;
  /** Lines of manager.conf's [general]. */
  readonly general?: string;
  /** Lines of gateway.conf's [upstream], and further sections behind them. */
  readonly gatewayConf?: string;
  /** Turns AMI over HTTP on. */
  readonly http?: boolean;
}

export interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
}

export class GatewayProcess {
  readonly port: number;
  readonly httpPort: number;
  readonly metricsPort: number;
  readonly #child: ChildProcess;
  readonly #dir: string;
  #output = '';

  private constructor(dir: string, ports: readonly [number, number, number]) {
    this.#dir = dir;
    [this.port, this.httpPort, this.metricsPort] = ports;
    const node = [process.execPath, '--expose-gc', '--import', PROBE, MAIN, 'serve', '--config', dir];
    const [program = '', ...args] = tiedToThisProcess(node, 'KILL');
    this.#child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    const keep = (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString('utf8')).slice(-KEPT_OUTPUT);
    };
    this.#child.stdout?.on('data', keep);
    this.#child.stderr?.on('data', keep);
  }

  /** Resolves when it is logged in at Asterisk and open to clients. */
  static async start(wish: GatewayWish): Promise<GatewayProcess> {
    const dir = mkdtempSync(path.join(tmpdir(), 'ami-gateway-hostile-'));
    const ports = [await freePort(), await freePort(), await freePort()] as const;
    const web = wish.http === true ? 'webenabled = yes\n' : '';
    const listen = `enabled = yes\nbindaddr = 127.0.0.1\nport = ${ports[0]}\n${web}`;
    writeFileSync(path.join(dir, 'manager.conf'), `[general]\n${listen}${wish.general ?? ''}\n${wish.users}\n`);
    const account = `port = ${wish.upstreamPort}\nusername = gateway-account\nsecret = upstream-secret\n`;
    const more = `${wish.gatewayConf ?? ''}\n[metrics]\nport = ${ports[2]}\n`;
    writeFileSync(path.join(dir, 'gateway.conf'), `[upstream]\n${account}${more}`);
    const httpConf = `[general]\nenabled = yes\nbindaddr = 127.0.0.1\nbindport = ${ports[1]}\n`;
    if (wish.http === true) writeFileSync(path.join(dir, 'http.conf'), httpConf);
    const gateway = new GatewayProcess(dir, ports);
    await gateway.#untilReady();
    return gateway;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The last of what it wrote. */
  get output(): string {
    return this.#output;
  }

  /** Resident bytes behind a garbage collection. */
  async settledMemory(): Promise<Memory> {
    this.#child.send('memory');
    const [memory] = await once(this.#child, 'message', { signal: AbortSignal.timeout(20_000) });
    return memory;
  }

  get residentBytes(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'latin1');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
  }

  get descriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }

  async isReady(): Promise<boolean> {
    const { status } = await get(this.metricsPort, '/readyz').catch(() => ({ status: 0 }));
    return status === 200;
  }

  /** All its metrics by name and labels, without the prefix, such as `sessions{state="authenticated"}`. */
  async metrics(): Promise<ReadonlyMap<string, number>> {
    const { text } = await get(this.metricsPort, '/metrics');
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const parted = lines.map(
      (line) => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' '))] as const,
    );
    return new Map(parted.map(([name, value]) => [name.replace(/^ami_gateway_/, ''), Number(value)]));
  }

  /** 0 while it was never counted. */
  async metric(name: string): Promise<number> {
    return (await this.metrics()).get(name) ?? 0;
  }

  /** Ends it and tells its exit code. */
  async stop(): Promise<number | null> {
    if (this.isAlive) {
      const ended = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      const insist = setTimeout(() => this.#child.kill('SIGKILL'), 15_000);
      await ended;
      clearTimeout(insist);
    }
    rmSync(this.#dir, { recursive: true, force: true });
    return this.#child.exitCode;
  }

  async #untilReady(): Promise<void> {
    const isSettled = async () => !this.isAlive || (await this.isReady());
    await until('the gateway is ready', isSettled, 30_000).catch(() => undefined);
    if (this.isAlive && (await this.isReady())) return;
    await this.stop();
    throw new Error(`the gateway did not start:\n${this.#output}`);
  }
}

/** On a connection of its own, so that the descriptors of the gateway are not those of our asking. */
async function get(port: number, route: string): Promise<{ readonly status: number; readonly text: string }> {
  const request = http.get({ host: '127.0.0.1', port, path: route, agent: false, timeout: 10_000 });
  const [answer] = await once(request, 'response', { signal: AbortSignal.timeout(10_000) });
  return { status: Number(answer.statusCode), text: await textOf(answer) };
}
