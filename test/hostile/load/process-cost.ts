/** What a process has open and holds in memory, as the kernel tells. */
import { readdirSync, readFileSync } from 'node:fs';

export function openFilesOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** In bytes. */
export function residentBytesOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? '0';
  return Number(kilobytes) * 1024;
}

const SAMPLE_MS = 100;

/** The most that a process had in memory since this began. */
export class PeakMemory {
  peakBytes = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number) {
    this.#timer = setInterval(() => this.#sample(pid), SAMPLE_MS);
    this.#sample(pid);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** A process that has ended is found out by who talks to it. */
  #sample(pid: number): void {
    try {
      this.peakBytes = Math.max(this.peakBytes, residentBytesOf(pid));
    } catch {
      this.stop();
    }
  }
}
