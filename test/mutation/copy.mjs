// A copy of the repository in a temporary folder, with every break woven in: the work tree is never touched.
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { findBreaks } from './breaks.mjs';
import { weave } from './weave.mjs';

/** @typedef {import('./breaks.mjs').Break} Break */

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What the tests of the core read. */
const COPIED = ['src', 'test', 'config', 'package.json', 'tsconfig.json', 'README.md'];

/** @param {readonly string[]} files paths from the root @returns {Break[]} */
export function breaksOf(files) {
  /** @type {Break[]} */
  const breaks = [];
  for (const name of files) {
    const text = readFileSync(path.join(ROOT, name), 'utf8');
    const file = ts.createSourceFile(name, text, ts.ScriptTarget.ES2023, true);
    breaks.push(...findBreaks(file, name, breaks.length + 1));
  }
  return breaks;
}

/** @param {readonly Break[]} breaks */
export function makeCopy(breaks) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ami-gateway-breaks-'));
  for (const name of COPIED) cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  for (const [name, own] of groupByFile(breaks)) {
    const [first] = own;
    if (first !== undefined) writeFileSync(path.join(folder, name), weave(first.node.getSourceFile(), own));
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** @param {readonly Break[]} breaks */
function groupByFile(breaks) {
  /** @type {Map<string, Break[]>} */
  const groups = new Map();
  for (const one of breaks) groups.set(one.file, [...(groups.get(one.file) ?? []), one]);
  return groups;
}

/** Files that match a pattern of `*`, in the folder that it names. @param {string} pattern @returns {string[]} */
export function filesLike(pattern) {
  const folder = path.dirname(pattern);
  const name = new RegExp(`^${path.basename(pattern).replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
  if (!existsSync(path.join(ROOT, folder))) return [];
  return readdirSync(path.join(ROOT, folder))
    .filter((file) => name.test(file))
    .sort()
    .map((file) => `${folder}/${file}`);
}
