// Cleans up behind us: homes and processes of runs that could not do it themselves. What is not surely ours stays.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runs, wasStartedWith } from './processes.mjs';

/** @type {Set<string>} */
const homesOfThisProcess = new Set();

/** Ends what still runs in a home and removes it when this process ends. @param {string} home */
export function removeOnExit(home) {
  if (homesOfThisProcess.size === 0) {
    process.once('exit', removeHomes);
    process.once('SIGTERM', removeAndEnd);
    process.once('SIGINT', removeAndEnd);
  }
  homesOfThisProcess.add(home);
}

function removeHomes() {
  for (const home of homesOfThisProcess) removeHome(home);
}

/** @param {NodeJS.Signals} signal */
function removeAndEnd(signal) {
  // Whoever else listens ends the process in its own time, and 'exit' comes then.
  if (process.listenerCount(signal) > 0) return;
  removeHomes();
  process.kill(process.pid, signal);
}

/** Removes the homes whose owner is gone. @param {string} homes */
export function removeLeftovers(homes) {
  for (const name of readdirSync(homes)) {
    const home = path.join(homes, name);
    const owner = textOf(path.join(home, 'owner'));
    if (owner !== '' && !runs(owner)) removeHome(home);
  }
}

/** @param {string} home */
function removeHome(home) {
  const [pid = '', configuration = ''] = textOf(path.join(home, 'process')).split('\n');
  if (pid !== '' && wasStartedWith(Number(pid), configuration)) process.kill(Number(pid), 'SIGKILL');
  // Repeated while the dying process still writes.
  rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

/** @param {string} file */
function textOf(file) {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
