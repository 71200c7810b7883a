// Where and on what a result was measured.
import os from 'node:os';

/** @param {string} main the gateway's program */
export function describeMachine(main) {
  const cpus = os.cpus();
  return {
    date: new Date().toISOString(),
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    kernel: os.release(),
    node: process.version,
    loadAverage: os.loadavg().map((load) => Math.round(load * 100) / 100),
    gateway: main.split('/').slice(-2).join('/'),
  };
}

/** Whether others were at work when the run began, who will have been in its way. @param {ReturnType<typeof describeMachine>} machine */
export function isBusy({ cores, loadAverage }) {
  return (loadAverage[0] ?? 0) > cores / 4;
}
