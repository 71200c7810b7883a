// A Debian tree with Asterisk, in .asterisk/<version> of the repository: built once by debootstrap, entered by chroot.
// Debian bookworm and trixie have no asterisk package; sid has 22, bullseye has 16.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.mjs';
import { findProgram, tiedToThisProcess } from './processes.mjs';

/**
 * @import { AsteriskVersion, Unavailable } from './installation.mjs'
 * @typedef {{ readonly suite: string, readonly packages: string }} Recipe
 */

const trees = fileURLToPath(new URL('../../.asterisk', import.meta.url));

/** The suite of Debian that has this Asterisk. @type {Record<AsteriskVersion, Recipe>} */
const recipes = {
  22: { suite: 'sid', packages: 'asterisk' },
  16: { suite: 'bullseye', packages: 'asterisk,asterisk-voicemail' },
};

/** @param {AsteriskVersion} version @returns {Promise<{ readonly kind: 'tree', readonly root: string } | Unavailable>} */
export async function provideDebianTree(version) {
  const root = path.join(trees, version);
  const obstacle = obstacleTo(version);
  if (obstacle !== null) return { kind: 'unavailable', reason: obstacle };
  if (existsSync(root)) return { kind: 'tree', root };
  mkdirSync(trees, { recursive: true });
  const problem = await withLock(path.join(trees, `${version}.lock`), () => build(version, root));
  return problem === null ? { kind: 'tree', root } : { kind: 'unavailable', reason: problem };
}

/** @param {AsteriskVersion} version */
function obstacleTo(version) {
  const wish = `put an Asterisk ${version} on the PATH`;
  if (process.platform !== 'linux') return wish;
  if (process.getuid?.() !== 0) return `${wish}, or run as root on Debian, where debootstrap can make one`;
  if (findProgram('debootstrap') !== null || findProgram('apt-get') !== null) return null;
  return `${wish}, or install debootstrap`;
}

/** Returns what went wrong, or null. @param {AsteriskVersion} version @param {string} root */
async function build(version, root) {
  // Who waited for the lock finds the tree made.
  if (existsSync(root)) return null;
  process.stderr.write(`installing Asterisk ${version} into .asterisk/${version}, once, about a minute\n`);
  const log = path.join(trees, `${version}.log`);
  if (!(await installDebootstrap(log))) return `debootstrap is missing and apt-get cannot install it: ${endOf(log)}`;
  // A name of our own: the debootstrap of an aborted run may take a moment to notice.
  const unfinished = path.join(trees, `${version}.unfinished-${process.pid}`);
  await removeUnfinished(version, log);
  if (!(await debootstrap(recipes[version], unfinished, log))) {
    return `debootstrap failed, .asterisk/${version}.log ends with: ${endOf(log)}`;
  }
  rmSync(path.join(unfinished, 'var/cache/apt/archives'), { recursive: true, force: true });
  renameSync(unfinished, root);
  process.stderr.write(`installed Asterisk ${version}\n`);
  return null;
}

/** @param {string} log */
async function installDebootstrap(log) {
  if (findProgram('debootstrap') !== null) return true;
  // The keyring is a recommendation only, and other distributions than Debian need it to verify Debian's packages.
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', 'debootstrap', 'debian-archive-keyring'];
  if (await succeeds(install, log)) return true;
  await succeeds(['apt-get', 'update'], log);
  return succeeds(install, log);
}

/** @param {AsteriskVersion} version @param {string} log */
async function removeUnfinished(version, log) {
  const names = readdirSync(trees).filter((name) => name.startsWith(`${version}.unfinished`));
  for (const name of names) await removeTree(path.join(trees, name), log);
}

/** Removes a tree, in which debootstrap may have left /proc and /sys mounted. @param {string} root @param {string} log */
async function removeTree(root, log) {
  for (const mounted of mountsBelow(root).reverse()) {
    if (!(await succeeds(['umount', mounted], log))) throw new Error(`${mounted} is mounted and does not unmount`);
  }
  rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

/** @param {string} folder */
function mountsBelow(folder) {
  const mounts = readFileSync('/proc/self/mounts', 'latin1').split('\n');
  return mounts.map((line) => line.split(' ')[1] ?? '').filter((point) => point.startsWith(`${folder}/`));
}

/** @param {Recipe} recipe @param {string} folder @param {string} log */
function debootstrap({ suite, packages }, folder, log) {
  return succeeds(['debootstrap', '--variant=minbase', `--include=${packages}`, suite, folder], log);
}

/** @param {readonly string[]} command @param {string} log @returns {Promise<boolean>} */
function succeeds(command, log) {
  const [program = '', ...args] = tiedToThisProcess(command, 'TERM');
  const output = openSync(log, 'a');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const child = spawn(program, args, { env, stdio: ['ignore', output, output] });
  closeSync(output);
  return new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}

/** @param {string} log */
function endOf(log) {
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-2).join(' / ');
}
