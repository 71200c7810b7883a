/** A real Redis for tests: in memory only, on a port of its own. Skipped aloud where there is none and none can be had. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { describe } from 'vitest';
import { freePort } from '../asterisk/free-ports.mjs';
import { findProgram, poll, tiedToThisProcess } from '../asterisk/processes.mjs';

const START_TIMEOUT_MS = 20_000;

/** Declares a suite that needs Redis. Await it at the top level of the test file. */
export async function describeWithRedis(title: string, suite: () => void): Promise<void> {
  if (hasRedis()) {
    describe(title, suite);
    return;
  }
  console.warn(`SKIPPED "${title}", no redis-server`);
  describe.skip(`${title} (no redis-server)`, suite);
}

export class RedisServer {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.#child = child;
  }

  static async start(wanted: number | null = null): Promise<RedisServer> {
    const port = wanted ?? (await freePort());
    const settings = [
      '--port',
      `${port}`,
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      tmpdir(),
    ];
    const [program = '', ...args] = tiedToThisProcess([findRedis() ?? 'redis-server', ...settings], 'KILL');
    const child = spawn(program, args, { stdio: 'ignore' });
    if ((await poll(() => accepts(port), START_TIMEOUT_MS)) === null) throw new Error('Redis did not start');
    return new RedisServer(port, child);
  }

  /** Stops it in the middle of whatever it does; its connections stay. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

/** Whether there is one, or one can be had. */
export function hasRedis(): boolean {
  return findRedis() !== null;
}

let found: string | null | undefined;

function findRedis(): string | null {
  found ??= findProgram('redis-server') ?? install();
  return found;
}

function install(): string | null {
  if (process.getuid?.() !== 0 || findProgram('apt-get') === null) return null;
  try {
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'redis-server'], { stdio: 'ignore' });
  } catch {
    return null;
  }
  return findProgram('redis-server');
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
