// The gateway as its own process, as a user runs it: started, asked for its counts and its log, ended.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { poll, tiedToThisProcess } from '../asterisk/processes.mjs';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const startTimeoutMs = 20_000;
const stopTimeoutMs = 10_000;
const logTimeoutMs = 5_000;
const httpTimeoutMs = 5_000;
const shownLines = 15;

/**
 * @typedef {{ readonly ami: number, readonly metrics: number, readonly upstream: number }} Ports
 * @typedef {Readonly<Record<string, unknown>>} LogLine
 */

export class GatewayProcess {
  folder;
  ports;
  /** Resolves when the process has ended. @type {Promise<unknown>} */
  ended = new Promise(() => undefined);
  /** @type {import('node:child_process').ChildProcess | null} */
  #process = null;

  /** @param {string} folder of its configuration and its log @param {Ports} ports */
  constructor(folder, ports) {
    this.folder = folder;
    this.ports = ports;
  }

  get logFile() {
    return path.join(this.folder, 'gateway.log');
  }

  get metricsUrl() {
    return `http://127.0.0.1:${this.ports.metrics}/metrics`;
  }

  /** Starts it and waits until it is logged in at Asterisk and listens. */
  async start() {
    const log = openSync(this.logFile, 'a');
    const command = tiedToThisProcess([process.execPath, main, 'serve', '--config', this.folder], 'KILL');
    const [program = '', ...args] = command;
    const child = spawn(program, args, { env: environment(), stdio: ['ignore', log, log] });
    closeSync(log);
    this.#process = child;
    this.ended = Promise.race([once(child, 'exit'), once(child, 'error')]).finally(() => {
      this.#process = null;
    });
    const isReady = () => (this.#process === null ? false : this.#askWhetherReady());
    if ((await poll(isReady, startTimeoutMs)) !== true) {
      throw new Error(`the gateway did not start; its last lines:\n${this.lastLines()}`);
    }
  }

  /** Ends it as an operator does. */
  async stop() {
    const insist = setTimeout(() => this.#process?.kill('SIGKILL'), stopTimeoutMs);
    if (this.#process?.kill('SIGTERM')) await this.ended;
    clearTimeout(insist);
  }

  async metrics() {
    const response = await fetch(this.metricsUrl, { signal: AbortSignal.timeout(httpTimeoutMs) });
    if (!response.ok) throw new Error(`${this.metricsUrl} answers ${response.status}`);
    return response.text();
  }

  /** The last line of the log with these fields; waits for it. @param {LogLine} wanted */
  async logged(wanted) {
    const fits = (/** @type {LogLine} */ line) => Object.entries(wanted).every(([key, value]) => line[key] === value);
    const line = await poll(() => this.#readLog().findLast(fits) ?? null, logTimeoutMs);
    if (line === null) throw new Error(`the log has no ${JSON.stringify(wanted)}; it ends with:\n${this.lastLines()}`);
    return line;
  }

  lastLines() {
    return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-shownLines).join('\n');
  }

  /** @returns {LogLine[]} */
  #readLog() {
    const lines = readFileSync(this.logFile, 'utf8').split('\n').slice(0, -1);
    return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  }

  async #askWhetherReady() {
    const signal = AbortSignal.timeout(httpTimeoutMs);
    const answer = await fetch(`http://127.0.0.1:${this.ports.metrics}/readyz`, { signal }).catch(() => null);
    return answer?.ok ? true : null;
  }
}

/** Settings of a gateway that somebody runs from the same shell would win over the files of this one. */
function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AMI_GATEWAY_')));
}
