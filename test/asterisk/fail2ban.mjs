// Debian's fail2ban, to try its filters with: the one that is installed, or one unpacked into .asterisk/fail2ban of the
// repository. Nothing is installed by it, and only fail2ban-regex is ever run, which bans nobody.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { withLock } from './lock.mjs';
import { findProgram } from './processes.mjs';

const run = promisify(execFile);
const home = fileURLToPath(new URL('../../.asterisk', import.meta.url));
const unpacked = path.join(home, 'fail2ban');

/**
 * @typedef {{ readonly kind: 'found', readonly hostsIn: (log: string) => Promise<readonly string[]> }} Fail2ban
 *   `hostsIn` runs the stock filter `asterisk` over a log file and tells the address of each line that matched, in order.
 * @typedef {{ readonly kind: 'unavailable', readonly reason: string }} Unavailable
 */

/** @returns {Promise<Fail2ban | Unavailable>} */
export async function findFail2ban() {
  const installed = findProgram('fail2ban-regex');
  if (installed !== null) return found([installed], '/etc/fail2ban', {});
  const problem = await unpack();
  if (problem !== null) return { kind: 'unavailable', reason: problem };
  const command = ['python3', path.join(unpacked, 'usr/bin/fail2ban-regex')];
  const PYTHONPATH = path.join(unpacked, 'usr/lib/python3/dist-packages');
  return found(command, path.join(unpacked, 'etc/fail2ban'), { PYTHONPATH });
}

/**
 * @param {readonly string[]} command @param {string} config @param {Readonly<Record<string, string>>} env
 * @returns {Fail2ban}
 */
function found([program = '', ...args], config, env) {
  const filter = path.join(config, 'filter.d/asterisk.conf');
  return {
    kind: 'found',
    hostsIn: async (log) => {
      const options = { env: { ...process.env, ...env }, maxBuffer: 1 << 24 };
      const { stdout } = await run(program, [...args, '--config', config, '--out', 'ip', log, filter], options);
      return stdout.split('\n').filter((line) => line !== '');
    },
  };
}

/** Returns what went wrong, or null. @returns {Promise<string | null>} */
async function unpack() {
  const wish = 'install fail2ban';
  if (findProgram('apt-get') === null || findProgram('python3') === null) return `${wish}, or apt-get and python3`;
  mkdirSync(home, { recursive: true });
  return withLock(path.join(home, 'fail2ban.lock'), async () => {
    if (existsSync(unpacked)) return null;
    const folder = mkdtempSync(path.join(home, 'fail2ban.unfinished-'));
    try {
      await download(folder);
      const [name = ''] = readdirSync(folder);
      await run('dpkg-deb', ['-x', path.join(folder, name), path.join(folder, 'tree')]);
      renameSync(path.join(folder, 'tree'), unpacked);
      return null;
    } catch (error) {
      return `${wish}; it cannot be downloaded here: ${String(error)}`;
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

/** @param {string} folder */
async function download(folder) {
  const get = () => run('apt-get', ['download', 'fail2ban'], { cwd: folder });
  await get().catch(async () => {
    await run('apt-get', ['update']);
    await get();
  });
}
