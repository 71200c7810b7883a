// What the workers of a run tell, in files of the copy: one line of JSON each.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** @typedef {'quick' | 'slow'} Pass */

const folder = () => process.env.AMI_MUTATION_RECORDS ?? '';

/** @param {'caught' | 'reached' | 'failed' | 'quick'} name @param {object} line */
export function record(name, line) {
  appendFileSync(path.join(folder(), name), `${JSON.stringify(line)}\n`);
}

/** @returns {Set<number>} */
export function readCaught() {
  return new Set(readLines('caught').map(({ id }) => id));
}

/** The breaks that run at all. @returns {Set<number>} */
export function readReached() {
  return new Set(readLines('reached').flatMap(({ ids }) => ids));
}

/** The ids of the quick tests, once the quick pass has told them. @returns {Set<string>} */
export function readQuick() {
  return new Set(readLines('quick').flatMap(({ tests }) => tests));
}

/** The tests that fail without a break. @returns {string[]} */
export function readFailed() {
  return readLines('failed').map(({ file, test }) => `${file}: ${test}`);
}

/**
 * By the number of a break: its file, and whether that has code besides its tables.
 * @returns {Readonly<Record<number, { file: string, hasCode: boolean }>>}
 */
export function readHomes() {
  return JSON.parse(readFileSync(path.join(folder(), 'homes'), 'utf8'));
}

/** @param {string} copy @param {readonly { id: number, file: string, isTable: boolean }[]} breaks */
export function writeHomes(copy, breaks) {
  const withCode = new Set(breaks.filter(({ isTable }) => !isTable).map(({ file }) => file));
  const homes = breaks.map(({ id, file }) => [id, { file, hasCode: withCode.has(file) }]);
  writeFileSync(path.join(copy, 'homes'), JSON.stringify(Object.fromEntries(homes)));
}

/** @returns {Pass} */
export function readPass() {
  return readFileSync(path.join(folder(), 'pass'), 'latin1') === 'slow' ? 'slow' : 'quick';
}

/** @param {Pass} pass */
export function writePass(pass) {
  writeFileSync(path.join(folder(), 'pass'), pass);
}

/** @param {string} name @returns {{ id: number, ids: number[], file: string, test: string, tests: string[] }[]} */
function readLines(name) {
  const file = path.join(folder(), name);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'latin1').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}
