/** A real HAProxy before the gateway, as a client of its own address. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe } from 'vitest';
import { freePort } from '../asterisk/free-ports.mjs';
import { poll, tiedToThisProcess } from '../asterisk/processes.mjs';
import { findHaproxy } from '../bench/parts/haproxy.mjs';

const START_TIMEOUT_MS = 20_000;

export async function describeWithHaproxy(title: string, suite: (program: string) => void): Promise<void> {
  const program = findHaproxy();
  if (program !== null) {
    describe(title, () => suite(program));
    return;
  }
  console.warn(`SKIPPED "${title}", no haproxy`);
  describe.skip(`${title} (no haproxy)`, () => undefined);
}

export interface ProxySettings {
  readonly program: string;
  readonly upstreamPort: number;
  /** The address that HAProxy connects from. */
  readonly source: string;
  readonly header: 'send-proxy' | 'send-proxy-v2';
}

export class Haproxy {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #dir: string;

  private constructor(port: number, child: ChildProcess, dir: string) {
    this.port = port;
    this.#child = child;
    this.#dir = dir;
  }

  static async start({ program, upstreamPort, source, header }: ProxySettings): Promise<Haproxy> {
    const port = await freePort();
    const dir = mkdtempSync(path.join(tmpdir(), 'ami-gateway-haproxy-'));
    const file = path.join(dir, 'haproxy.cfg');
    const timeouts = '  timeout connect 5s\n  timeout client 1h\n  timeout server 1h\n';
    const server = `  server gateway 127.0.0.1:${upstreamPort} source ${source} ${header}\n`;
    writeFileSync(file, `defaults\n  mode tcp\n${timeouts}listen ami\n  bind 127.0.0.1:${port}\n${server}`);
    const [command = '', ...args] = tiedToThisProcess([program, '-db', '-f', file], 'TERM');
    const child = spawn(command, args, { stdio: 'ignore' });
    if ((await poll(() => accepts(port), START_TIMEOUT_MS)) === null) throw new Error('HAProxy did not start');
    return new Haproxy(port, child, dir);
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
    rmSync(this.#dir, { recursive: true });
  }
}

function accepts(port: number): Promise<true | null> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(null));
  });
}
