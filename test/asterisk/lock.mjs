// A lock between processes. The kernel holds it for a child that lives as long as our pipe to it, so that no end of this
// process, however sudden, leaves it taken.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Does a piece of work while no other process does any under the same lock.
 * @template T @param {string} file @param {() => Promise<T>} work
 */
export async function withLock(file, work) {
  const holder = spawn('flock', [file, 'sh', '-c', 'echo taken; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit').then(failToLock)]);
  try {
    return await work();
  } finally {
    const released = once(holder, 'exit');
    holder.stdin.end();
    await released;
  }
}

function failToLock() {
  throw new Error('flock, of util-linux, could not take the lock');
}
