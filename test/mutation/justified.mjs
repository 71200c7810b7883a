// The breaks that change nothing a client can see, with the reason, by the text of the line and not by its number.
import { readFileSync } from 'node:fs';

/** @typedef {import('./breaks.mjs').Break} Break */
/** @typedef {{ file: string, source: string, change: string, reason: string, place: number }} Justified */

const FILE = new URL('justified.txt', import.meta.url);
const SEPARATOR = ' ¦ ';

/** @returns {Justified[]} */
export function readJustified() {
  const lines = readFileSync(FILE, 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    if (line === '' || line.startsWith('#')) return [];
    const [file, source, change, reason, ...rest] = line.split(SEPARATOR);
    if (reason === undefined || reason.trim() === '' || rest.length > 0)
      throw new Error(`justified.txt:${index + 1}: write file, line, change, reason`);
    return [{ file: file ?? '', source: source ?? '', change: change ?? '', reason, place: index + 1 }];
  });
}

/** @param {Justified} entry @param {Break} one */
export function justifies({ file, source, change }, one) {
  return file === one.file && source === one.source && (change === describeChange(one) || change === '*');
}

/** @param {Break} one */
export function describeChange({ from, how, to }) {
  return how === 'replace' ? `${oneLine(from)} → ${oneLine(to)}` : `without ${oneLine(from)}`;
}

/** The line of justified.txt for it, but the reason. @param {Break} one */
export function entryFor(one) {
  return [one.file, one.source, describeChange(one), ''].join(SEPARATOR);
}

/** @param {string} text */
function oneLine(text) {
  return text.replace(/\s+/g, ' ');
}
