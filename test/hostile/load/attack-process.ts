/** An attack while it goes on. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface AttackSettings {
  readonly port: number;
  readonly count: number;
  readonly addresses: number;
}

export interface AttackCounts {
  readonly opened: number;
  readonly ended: number;
  /** Connections that were closed without a byte, banner included. */
  readonly failed: number;
  readonly sentBytes: number;
  readonly rounds: number;
}

const ATTACKER = fileURLToPath(new URL('attacker.mjs', import.meta.url));

export class AttackProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async begin(name: string, settings: AttackSettings): Promise<AttackProcess> {
    const child = fork(ATTACKER, [name, JSON.stringify(settings)], { execArgv: [] });
    await once(child, 'message', { signal: AbortSignal.timeout(60_000) });
    return new AttackProcess(child);
  }

  async stop(): Promise<AttackCounts> {
    const ended = once(this.#child, 'exit');
    this.#child.send('stop');
    const [counts] = await once(this.#child, 'message', { signal: AbortSignal.timeout(60_000) });
    await ended;
    return counts;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
