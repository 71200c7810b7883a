/** `ami-gateway COMMAND …` as a process, as an operator runs it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface CommandOutcome {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

export interface RunningCommand {
  readonly child: ChildProcess;
  readonly outcome: Promise<CommandOutcome>;
}

export function startCommand(...args: readonly string[]): RunningCommand {
  const env = { ...process.env, AMI_GATEWAY_CONFIG: undefined, SUDO_USER: undefined };
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env });
  return { child, outcome: outcomeOf(child) };
}

export function runCommand(...args: readonly string[]): Promise<CommandOutcome> {
  return startCommand(...args).outcome;
}

async function outcomeOf(child: ChildProcess): Promise<CommandOutcome> {
  const texts = { out: '', errors: '' };
  child.stdout?.on('data', (chunk: Buffer) => {
    texts.out += chunk.toString('utf8');
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    texts.errors += chunk.toString('utf8');
  });
  await once(child, 'close', { signal: AbortSignal.timeout(40_000) });
  return { code: child.exitCode, ...texts };
}
