// The gateway as it is run: a process of its own, with its configuration in a folder.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../asterisk/free-ports.mjs';
import { poll } from '../../asterisk/processes.mjs';
import { clientSections, upstream } from './accounts.mjs';

const startTimeoutMs = 20_000;
const stopTimeoutMs = 10_000;
const memoryProbe = new URL('memory-probe.mjs', import.meta.url).href;
const results = fileURLToPath(new URL('../results/', import.meta.url));

/** All load comes from one address, and more of it than any limit on logins is meant to let pass. */
const lifted = {
  AMI_GATEWAY_LIMITS_AUTH_PER_ADDRESS: '100000',
  AMI_GATEWAY_LIMITS_CONNECTIONS_PER_ADDRESS: '100000',
  AMI_GATEWAY_LIMITS_LOGINS_PER_SECOND: '100000',
  AMI_GATEWAY_LIMITS_LOGINS_PER_SECOND_PER_ADDRESS: '100000',
};

/**
 * `main` is the program; `users` are sections of manager.conf in place of the usual ones; with `profile` a .cpuprofile
 * of that name is written when it ends; with `probed` it can be asked for its memory.
 * @typedef {{
 *   readonly main: string, readonly upstreamPort: number, readonly users?: string,
 *   readonly profile?: string | null, readonly probed?: boolean
 * }} GatewayWish
 * @typedef {{ readonly rss: number, readonly heapUsed: number, readonly external: number }} Memory
 * @typedef {Awaited<ReturnType<typeof startGateway>>} Gateway
 */

/** @param {GatewayWish} wish */
export async function startGateway(wish) {
  const dir = mkdtempSync(path.join(tmpdir(), 'ami-gateway-bench-'));
  const port = await freePort();
  const metricsPort = await freePort();
  writeConfiguration(dir, wish, port, metricsPort);
  const child = spawn(process.execPath, argumentsOf(wish, dir), {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, ...lifted },
  });
  let complaints = '';
  child.stderr?.on('data', (text) => {
    complaints += text;
  });
  const ended = once(child, 'exit');
  const ready = await poll(() => (child.exitCode === null ? isReady(metricsPort) : false), startTimeoutMs);
  rmSync(dir, { recursive: true });
  if (!ready) {
    child.kill('SIGKILL');
    throw new Error(`the gateway did not start: ${complaints}`);
  }
  return {
    port,
    pid: child.pid ?? 0,
    /** After a garbage collection. @returns {Promise<Memory>} */
    async memory() {
      child.send('memory');
      const [memory] = await once(child, 'message');
      return memory;
    },
    /** One of its metrics, by its name and labels as they are exposed; 0 while it is not there. @param {string} name */
    async metric(name) {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      const line = text.split('\n').find((each) => each.startsWith(`${name} `));
      return line === undefined ? 0 : Number(line.slice(name.length));
    },
    async stop() {
      child.kill('SIGTERM');
      const insist = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
      await ended;
      clearTimeout(insist);
    },
  };
}

/** @param {string} dir @param {GatewayWish} wish @param {number} port @param {number} metricsPort */
function writeConfiguration(dir, wish, port, metricsPort) {
  const { upstreamPort, users = clientSections } = wish;
  const general = `enabled = yes\nbindaddr = 127.0.0.1\nport = ${port}\nauthlimit = 10000\nauthtimeout = 60`;
  const login = `port = ${upstreamPort}\nusername = ${upstream.username}\nsecret = ${upstream.secret}`;
  writeFileSync(path.join(dir, 'manager.conf'), `[general]\n${general}\n${users}\n`, 'latin1');
  writeFileSync(path.join(dir, 'gateway.conf'), `[upstream]\n${login}\n[metrics]\nport = ${metricsPort}\n`, 'latin1');
}

/** @param {GatewayWish} wish @param {string} dir */
function argumentsOf({ main, profile = null, probed = false }, dir) {
  const probing = probed ? ['--expose-gc', '--import', memoryProbe] : [];
  return [...probing, ...profiling(profile), main, 'serve', '--config', dir];
}

/** @param {string | null} name */
function profiling(name) {
  if (name === null) return [];
  mkdirSync(results, { recursive: true });
  return ['--cpu-prof', `--cpu-prof-dir=${results}`, `--cpu-prof-name=${name}.cpuprofile`];
}

/** @param {number} metricsPort @returns {Promise<true | null>} */
async function isReady(metricsPort) {
  const answer = await fetch(`http://127.0.0.1:${metricsPort}/readyz`).catch(() => null);
  return answer?.ok === true ? true : null;
}
