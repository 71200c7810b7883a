// HAProxy in TCP mode before Asterisk: what any proxy between two processes costs.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../asterisk/free-ports.mjs';
import { findProgram, poll, tiedToThisProcess } from '../../asterisk/processes.mjs';

const startTimeoutMs = 10_000;

/** The program, installed where that is possible; or null. */
export function findHaproxy() {
  return findProgram('haproxy') ?? installHaproxy();
}

/** @param {string} program @param {number} upstreamPort */
export async function startHaproxy(program, upstreamPort) {
  const port = await freePort();
  const dir = mkdtempSync(path.join(tmpdir(), 'ami-gateway-haproxy-'));
  const file = path.join(dir, 'haproxy.cfg');
  writeFileSync(file, configuration(port, upstreamPort));
  const [command = '', ...args] = tiedToThisProcess([program, '-db', '-f', file], 'TERM');
  const child = spawn(command, args, { stdio: 'ignore' });
  const ended = once(child, 'exit');
  if ((await poll(() => accepts(port), startTimeoutMs)) === null) throw new Error('HAProxy did not start');
  rmSync(dir, { recursive: true });
  return {
    port,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function installHaproxy() {
  if (process.getuid?.() !== 0 || findProgram('apt-get') === null) return null;
  try {
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'haproxy'], { stdio: 'ignore' });
  } catch {
    return null;
  }
  return findProgram('haproxy');
}

/** @param {number} port @param {number} upstreamPort */
function configuration(port, upstreamPort) {
  return `global
  maxconn 4000
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
listen ami
  bind 127.0.0.1:${port}
  server asterisk 127.0.0.1:${upstreamPort}
`;
}

/** @param {number} port @returns {Promise<true | null>} */
function accepts(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(null));
  });
}
