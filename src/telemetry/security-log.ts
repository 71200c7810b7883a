/**
 * The security log, a file that fail2ban and CrowdSec read, and the audit log, which `learn` reads. Lines wait in a
 * bounded queue and are appended one batch at a time; a disk that is full or hangs costs lines, which are counted, and
 * never holds up a session.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fail, type Result, succeed } from '../lib/result.js';
import type { Log } from './logger.js';
import type { Metrics } from './metrics.js';

export interface SecurityLogDeps {
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Which of the files it is: its name in logs, the setting that names it, and where losses are counted. */
export interface FilePurpose {
  readonly name: 'security log' | 'audit log';
  readonly setting: 'security_file' | 'audit_file';
  readonly lost: 'securityLogLost' | 'auditLinesLost';
}

export const SECURITY: FilePurpose = { name: 'security log', setting: 'security_file', lost: 'securityLogLost' };
export const AUDIT: FilePurpose = { name: 'audit log', setting: 'audit_file', lost: 'auditLinesLost' };

/** Thousands of lines: more than come while a disk takes its time. */
const MAX_QUEUED_BYTES = 1 << 20;
/** How long the last lines may take when the process ends. */
const STOP_MS = 1000;
/** Without O_NONBLOCK a FIFO that nobody reads would stop the gateway. */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;
const MODE = 0o640;

export class SecurityLog {
  readonly #deps: SecurityLogDeps;
  readonly #path: Buffer;
  readonly #purpose: FilePurpose;
  #handle: FileHandle | null = null;
  #queue: string[] = [];
  #queuedBytes = 0;
  #lost = 0;
  /** A batch that was cut short may have left half a line. */
  #isTorn = false;
  /** The steps on the file, one after the other; none of them fails. */
  #steps: Promise<void> = Promise.resolve();

  /** `file` is latin-1, as all text of the configuration. */
  constructor(deps: SecurityLogDeps, file: string, purpose: FilePurpose = SECURITY) {
    this.#deps = deps;
    this.#purpose = purpose;
    this.#path = Buffer.from(file, 'latin1');
  }

  /** Opens the file for appending; fails with a sentence that says what to do. */
  async start(): Promise<Result<void>> {
    const opened = await openFile(this.#path, this.#purpose);
    if (opened.ok) this.#handle = opened.value;
    return opened.ok ? succeed(undefined) : opened;
  }

  /** Appends whole lines with their ends, as soon as the file takes them. */
  write(lines: readonly string[]): void {
    for (const line of lines) {
      if (this.#queuedBytes + line.length > MAX_QUEUED_BYTES) {
        this.#lose(1, 'the file does not take lines fast enough');
        continue;
      }
      if (this.#queue.length === 0) this.#then(() => this.#append());
      this.#queue.push(line);
      this.#queuedBytes += line.length;
    }
  }

  /** Closes the file and opens whatever has its name now: logrotate has moved the old one. */
  reopen(): void {
    this.#then(async () => {
      const opened = await openFile(this.#path, this.#purpose);
      if (!opened.ok) return this.#deps.log.error({ detail: opened.failure }, `${this.#purpose.name} was not reopened`);
      await this.#close();
      this.#handle = opened.value;
      this.#deps.log.info(`${this.#purpose.name} reopened`);
    });
  }

  /** Resolves when the last lines are in the file, or had time enough. */
  async stop(): Promise<void> {
    this.#then(() => this.#close());
    await Promise.race([this.#steps, delay(STOP_MS, undefined, { ref: false })]);
  }

  #then(step: () => Promise<void>): void {
    this.#steps = this.#steps.then(step);
  }

  async #append(): Promise<void> {
    const lines = this.#queue;
    this.#queue = [];
    this.#queuedBytes = 0;
    try {
      await this.#handle?.appendFile(`${this.#isTorn ? '\n' : ''}${lines.join('')}`, 'latin1');
      this.#isTorn = false;
      this.#tellRecovery();
    } catch (error) {
      this.#isTorn = true;
      this.#lose(lines.length, codeOf(error));
    }
  }

  async #close(): Promise<void> {
    // What was written is written; a file that does not close has nothing more to tell.
    await this.#handle?.close().catch(() => undefined);
    this.#handle = null;
  }

  /** One log line when the trouble begins, one when it is over; the metric counts what is between. */
  #lose(count: number, detail: string): void {
    if (this.#lost === 0) this.#deps.log.error({ file: this.#file, detail }, `${this.#purpose.name} is losing lines`);
    this.#lost += count;
    this.#deps.metrics[this.#purpose.lost].inc(count);
  }

  #tellRecovery(): void {
    if (this.#lost === 0) return;
    this.#deps.log.warn({ file: this.#file, lost: this.#lost }, `${this.#purpose.name} is written again`);
    this.#lost = 0;
  }

  get #file(): string {
    return this.#path.toString('utf8');
  }
}

async function openFile(path: Buffer, { name, setting }: FilePurpose): Promise<Result<FileHandle>> {
  try {
    return succeed(await open(path, FLAGS, MODE));
  } catch (error) {
    const advice = `create its folder and let the gateway's user write there, or change ${setting} in [log]`;
    return fail(`cannot open the ${name} ${path.toString('utf8')}: ${codeOf(error)}; ${advice}`);
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? String(error.code) : error.message;
}
