// What the test machinery needs to know of processes: who runs, who is ours, and how one is ended.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const searchPath = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/sbin', '/usr/bin', '/bin'];

/** The full path of a program, or null. @param {string} name */
export function findProgram(name) {
  return searchPath.map((folder) => path.join(folder, name)).find(isExecutable) ?? null;
}

/**
 * A command that the kernel ends with this process, should it be killed; where that cannot be had, the command alone.
 * @param {readonly string[]} command @param {'TERM' | 'KILL'} signal
 */
export function tiedToThisProcess([program = '', ...args], signal) {
  const command = [findProgram(program) ?? program, ...args];
  return canTie() ? ['setpriv', '--pdeathsig', signal, ...command] : command;
}

/** @type {boolean | null} */
let tying = null;

/** Not every setpriv knows the option: Busybox's does not. */
function canTie() {
  tying ??= spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0;
  return tying;
}

/**
 * A process id and its start time: unlike the id alone it is not given to another process later. Null when no such
 * process runs.
 * @param {number} pid
 */
export function identify(pid) {
  const { state, startTime } = statusOf(`/proc/${pid}/stat`);
  return state === '' || state === 'Z' ? null : `${pid} ${startTime}`;
}

/** Whether a stop signal has reached every thread of a process: it returns to its sender before. @param {number} pid */
export function isFrozen(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.every((thread) => statusOf(`/proc/${pid}/task/${thread}/stat`).state === 'T');
}

/** @param {string} file */
function statusOf(file) {
  try {
    // The name in parentheses may hold blanks; state is the first field behind it, the start time the 20th.
    const fields = readFileSync(file, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
    return { state: fields[0] ?? '', startTime: fields[19] ?? '' };
  } catch {
    return { state: '', startTime: '' };
  }
}

/** Whether the process of an identity still runs. @param {string} identity */
export function runs(identity) {
  return identity !== '' && identify(Number.parseInt(identity, 10)) === identity;
}

/** Whether one of the arguments a process was started with is this one. @param {number} pid @param {string} argument */
export function wasStartedWith(pid, argument) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').includes(argument);
  } catch {
    return false;
  }
}

/**
 * Asks again and again until the answer is not null; the last resort where nothing can be listened to.
 * @template T @param {() => Promise<T | null> | T | null} ask @param {number} timeoutMs
 * @returns {Promise<T | null>} null when the time ran out
 */
export async function poll(ask, timeoutMs) {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await delay(20)) {
    const answer = await ask();
    if (answer !== null) return answer;
  }
  return null;
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
