/** The compiled gateway as a process of its own, with a configuration of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { freePort } from '../asterisk/free-ports.mjs';
import { poll, tiedToThisProcess } from '../asterisk/processes.mjs';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

export interface ServeFiles {
  readonly upstreamPort: number;
  readonly users?: string;
  readonly general?: string;
  readonly upstream?: string;
  readonly amiPort?: number;
  readonly metricsPort?: number;
  /** How many descriptors the process may have open. */
  readonly openFiles?: number;
  /** Sections of gateway.conf behind [metrics]. */
  readonly sections?: string;
}

export class ServeProcess {
  readonly amiPort: number;
  readonly metricsPort: number;
  /** The folder of its configuration. */
  readonly dir: string;
  readonly #child: ChildProcess;
  #output = '';

  private constructor(
    dir: string,
    ports: { readonly ami: number; readonly metrics: number },
    command: string[],
    openFiles: number | null = null,
  ) {
    this.dir = dir;
    this.amiPort = ports.ami;
    this.metricsPort = ports.metrics;
    const limited = openFiles === null ? [] : ['prlimit', `--nofile=${openFiles}:${openFiles}`];
    const [program = '', ...args] = tiedToThisProcess([...limited, process.execPath, ...command], 'KILL');
    this.#child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#child.stderr?.on('data', (chunk: Buffer) => this.#take(chunk));
  }

  /** `ami-gateway serve`. */
  static async start(files: ServeFiles): Promise<ServeProcess> {
    const { dir, ports } = await writeFiles(files);
    const command = [path.join(DIST, 'main.js'), 'serve', '--config', dir];
    return new ServeProcess(dir, ports, command, files.openFiles ?? null);
  }

  /** Only what `serve` does, without the last resort of main.ts: the process must find its end by itself. */
  static async startBare(files: ServeFiles): Promise<ServeProcess> {
    const { dir, ports } = await writeFiles(files);
    const code = `import { serve } from ${JSON.stringify(pathToFileURL(path.join(DIST, 'cli/serve.js')).href)};
      const tell = (line) => console.error(line);
      process.exitCode = await serve({ dir: ${JSON.stringify(dir)}, env: {}, version: 'test', tell });`;
    return new ServeProcess(dir, ports, ['--input-type=module', '--eval', code]);
  }

  /** Everything it wrote, to standard output and error. */
  get output(): string {
    return this.#output;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Writes its files anew, on the ports that it has. */
  rewrite(files: ServeFiles): void {
    writeInto(this.dir, files, { ami: this.amiPort, metrics: this.metricsPort });
  }

  signal(name: 'SIGTERM' | 'SIGINT' | 'SIGKILL' | 'SIGHUP'): void {
    this.#child.kill(name);
  }

  /** Waits until it has written this. */
  async wrote(text: string): Promise<void> {
    const found = await poll(() => (this.#output.includes(text) ? true : null), 40_000);
    if (found === null) throw new Error(`'${text}' was not written, but:\n${this.#output}`);
  }

  /** Its exit code; fails when it still runs after twenty seconds. */
  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      await once(this.#child, 'close', { signal: AbortSignal.timeout(20_000) });
    }
    return this.#child.exitCode;
  }

  /** Ends it whatever it does, and removes its files. */
  async clean(): Promise<void> {
    this.#child.kill('SIGKILL');
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'close');
    rmSync(this.dir, { recursive: true });
  }

  #take(chunk: Buffer): void {
    this.#output += chunk.toString('utf8');
  }
}

async function writeFiles(files: ServeFiles) {
  const dir = mkdtempSync(path.join(tmpdir(), 'ami-gateway-serve-'));
  const ports = { ami: files.amiPort ?? (await freePort()), metrics: files.metricsPort ?? (await freePort()) };
  writeInto(dir, files, ports);
  return { dir, ports };
}

function writeInto(dir: string, files: ServeFiles, ports: { readonly ami: number; readonly metrics: number }): void {
  const {
    users = '[admin]\nsecret = s\nread = all\nwrite = all\n',
    general = '',
    upstream = '',
    sections = '',
  } = files;
  const listen = `enabled = yes\nport = ${ports.ami}\nbindaddr = 127.0.0.1\n`;
  writeFileSync(path.join(dir, 'manager.conf'), `[general]\n${listen}${general}\n${users}`);
  const account = `port = ${files.upstreamPort}\nusername = gateway-account\nsecret = upstream-secret\n`;
  const metrics = `[metrics]\nport = ${ports.metrics}\n`;
  writeFileSync(path.join(dir, 'gateway.conf'), `[upstream]\n${account}${upstream}\n${metrics}${sections}`);
}
