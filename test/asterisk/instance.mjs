// One running Asterisk: started, asked, frozen, killed, started again.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { connectAmi } from './ami-client.mjs';
import { findProgram, isFrozen, poll, tiedToThisProcess } from './processes.mjs';

const run = promisify(execFile);
const bootTimeoutMs = 60_000;
const stopTimeoutMs = 10_000;
const commandTimeoutMs = 30_000;

/**
 * @import { Installation } from './installation.mjs'
 * @import { ChildProcess } from 'node:child_process'
 * @typedef {{ readonly ami: number, readonly http: number, readonly tls: number }} Ports
 * @typedef {{
 *   readonly installation: Installation, readonly home: string, readonly inside: string, readonly ports: Ports
 * }} Place  `home` is the folder as the host sees it, `inside` as Asterisk does.
 */

/** @param {Place} place */
export async function startInstance(place) {
  const asterisk = new RealAsterisk(place);
  await asterisk.start();
  return asterisk;
}

export class RealAsterisk {
  host = '127.0.0.1';
  /** Seconds from the last start to fully booted. */
  startSeconds = 0;
  /** @type {ChildProcess | null} */
  #process = null;
  #place;

  /** @param {Place} place */
  constructor(place) {
    this.#place = place;
  }

  get version() {
    return this.#place.installation.version;
  }

  get port() {
    return this.#place.ports.ami;
  }

  /** 0 when AMI over HTTP was not asked for. */
  get httpPort() {
    return this.#place.ports.http;
  }

  /** 0 when TLS was not asked for. */
  get tlsPort() {
    return this.#place.ports.tls;
  }

  /** 0 while stopped. */
  get pid() {
    return this.#process?.pid ?? 0;
  }

  /** The folder of manager.conf and the others, as the host sees it. */
  get configDir() {
    return path.join(this.#place.home, 'etc');
  }

  /** Starts it, with whatever configuration is there now, and waits until it is fully booted. */
  async start() {
    if (this.#process !== null) throw new Error('this Asterisk already runs');
    const began = performance.now();
    const child = this.#spawn();
    this.#process = child;
    child.once('exit', () => {
      this.#process = null;
    });
    await this.#waitUntilBooted().catch(async (error) => {
      await this.kill();
      throw error;
    });
    this.startSeconds = (performance.now() - began) / 1000;
  }

  /** The output of a command of its CLI. @param {string} command */
  async cli(command) {
    const [program = '', ...args] = this.#command(['-rx', command]);
    const { stdout } = await run(program, args, { encoding: 'latin1', timeout: commandTimeoutMs });
    return stdout;
  }

  /** Reads the configuration again: of one module, or of all. @param {string} [module] */
  reload(module) {
    return this.cli(module === undefined ? 'core reload' : `module reload ${module}`);
  }

  /** Ends it as an operator does; `start` starts it again. */
  async stop() {
    this.resume();
    await this.#end('SIGTERM');
  }

  /** Ends it as a crash does. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** Freezes it: its connections stay, and nothing answers. Done when its last thread has stopped. */
  async pause() {
    const { pid } = this;
    this.#process?.kill('SIGSTOP');
    const frozen = await poll(() => (pid === 0 || isFrozen(pid) ? true : null), stopTimeoutMs);
    if (frozen === null) throw new Error(`process ${pid} does not stop`);
  }

  resume() {
    this.#process?.kill('SIGCONT');
  }

  /** What it has logged since its home was made, over all its starts. */
  log() {
    return ['messages', 'console'].map((name) => this.#read(`log/${name}`)).join('');
  }

  #spawn() {
    const console = openSync(path.join(this.#place.home, 'log/console'), 'a');
    // Should this process be killed, Asterisk goes with it.
    const [program = '', ...args] = tiedToThisProcess(this.#command(['-f']), 'KILL');
    const child = spawn(program, args, { stdio: ['ignore', console, console] });
    closeSync(console);
    writeFileSync(path.join(this.#place.home, 'process'), `${child.pid}\n${this.#configuration}`);
    return child;
  }

  get #configuration() {
    return `${this.#place.inside}/etc/asterisk.conf`;
  }

  /** @param {readonly string[]} args */
  #command(args) {
    const { root, binary } = this.#place.installation;
    const entering = root === null ? [] : [findProgram('chroot') ?? 'chroot', root];
    return [...entering, binary, '-C', this.#configuration, ...args];
  }

  async #waitUntilBooted() {
    // The first command is answered when the control socket is there; this one waits until everything is loaded.
    const booted = () => {
      if (this.#process === null) throw new Error(`Asterisk ended while starting:\n${this.log()}`);
      return existsSync(path.join(this.#place.home, 'run/asterisk.ctl')) ? this.#askWhetherBooted() : null;
    };
    if ((await poll(booted, bootTimeoutMs)) === null) throw new Error(`Asterisk did not boot:\n${this.log()}`);
    const client = await connectAmi({ port: this.port });
    client.close();
  }

  async #askWhetherBooted() {
    const answer = await this.cli('core waitfullybooted').catch(() => '');
    return answer.includes('fully booted') ? true : null;
  }

  /** @param {NodeJS.Signals} signal */
  async #end(signal) {
    const child = this.#process;
    if (child === null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const insist = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    await ended;
    clearTimeout(insist);
    rmSync(path.join(this.#place.home, 'process'), { force: true });
  }

  /** @param {string} name */
  #read(name) {
    const file = path.join(this.#place.home, name);
    return existsSync(file) ? readFileSync(file, 'latin1') : '';
  }
}
