// Finds an Asterisk to test with: one on the PATH, or one in a Debian tree of our own, made on first use.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { provideDebianTree } from './debian-tree.mjs';
import { findProgram } from './processes.mjs';

const run = promisify(execFile);

/**
 * @typedef {'22' | '16'} AsteriskVersion
 * @typedef {{
 *   readonly kind: 'installed', readonly version: AsteriskVersion,
 *   readonly root: string | null, readonly binary: string, readonly modulesDir: string, readonly dataDir: string
 * }} Installation  `root` is the folder to chroot into, or null; the other paths are as Asterisk sees them.
 * @typedef {{ readonly kind: 'unavailable', readonly reason: string }} Unavailable
 */

/** @type {Map<AsteriskVersion, Promise<Installation | Unavailable>>} */
const found = new Map();

/**
 * Finds or installs an Asterisk of this major version; asked again, it answers the same.
 * @param {AsteriskVersion} version
 */
export function findAsterisk(version) {
  const known = found.get(version);
  if (known !== undefined) return known;
  const search = findOnPath(version).then((installed) => installed ?? findInDebianTree(version));
  found.set(version, search);
  return search;
}

/** The folder, as the host sees it, that holds the homes of instances. @param {Installation} installation */
export function homesOf(installation) {
  return installation.root === null
    ? path.join(os.tmpdir(), `ami-gateway-${os.userInfo().username}`)
    : path.join(installation.root, 'srv');
}

/** @param {AsteriskVersion} version @returns {Promise<Installation | null>} */
async function findOnPath(version) {
  const binary = findProgram('asterisk');
  if (binary === null || (await majorVersionOf([binary])) !== version) return null;
  return { kind: 'installed', version, root: null, binary, ...stockDirectories('') };
}

/** @param {AsteriskVersion} version @returns {Promise<Installation | Unavailable>} */
async function findInDebianTree(version) {
  const tree = await provideDebianTree(version);
  if (tree.kind === 'unavailable') return tree;
  const { root } = tree;
  const binary = '/usr/sbin/asterisk';
  const major = await majorVersionOf(['chroot', root, binary]);
  if (major === version) return { kind: 'installed', version, root, binary, ...stockDirectories(root) };
  return { kind: 'unavailable', reason: `${root} holds Asterisk ${major ?? 'that does not run'}, not ${version}` };
}

/** @param {readonly string[]} command */
async function majorVersionOf(command) {
  const [program = '', ...args] = command;
  const output = await run(program, [...args, '-V']).catch(() => ({ stdout: '' }));
  return /^Asterisk (?:certified[/-])?(\d+)\./i.exec(output.stdout)?.[1] ?? null;
}

/** Where modules and documentation lie differs between distributions; the stock asterisk.conf says. @param {string} root */
function stockDirectories(root) {
  const file = `${root}/etc/asterisk/asterisk.conf`;
  const stock = existsSync(file) ? readFileSync(file, 'latin1') : '';
  /** @param {string} name */
  const directory = (name) => new RegExp(`^${name}\\s*=>?\\s*([^\\s;]+)`, 'm').exec(stock)?.[1] ?? null;
  return {
    modulesDir: directory('astmoddir') ?? '/usr/lib/asterisk/modules',
    dataDir: directory('astdatadir') ?? '/var/lib/asterisk',
  };
}
