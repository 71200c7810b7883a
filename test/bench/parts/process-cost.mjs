// What a process has cost so far, from /proc.
import { readdirSync, readFileSync } from 'node:fs';

/** Of utime and stime: USER_HZ, which is 100 on every Linux that Node runs on. */
const msPerTick = 10;
const nsPerMs = 1e6;

/** User and system time of a process with all its threads, living and dead; in steps of 10 ms. @param {number} pid */
export function cpuMs(pid) {
  // The name in parentheses may hold blanks; utime and stime are the 12th and 13th field behind it.
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * msPerTick;
}

/** The same to the nanosecond, for a process whose threads all live on. @param {number} pid */
export function exactCpuMs(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const spent = threads.map((thread) => {
    const [ns] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ');
    return Number(ns) / nsPerMs;
  });
  return spent.reduce((sum, ms) => sum + ms, 0);
}

/** Resident memory in bytes: now, and at its highest since `forgetPeak`. @param {number} pid */
export function residentBytes(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const kib = (/** @type {string} */ name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
  return { now: kib('VmRSS') * 1024, peak: kib('VmHWM') * 1024 };
}
