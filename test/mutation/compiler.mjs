// Asks the compiler about the breaks that no test catches: what does not compile never runs.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { ROOT } from './copy.mjs';

/** @typedef {import('./breaks.mjs').Break} Break */

/** The breaks that `npm run check` refuses. @param {readonly Break[]} breaks @returns {Set<number>} */
export function refusedByCompiler(breaks) {
  /** @type {Map<string, { text: string, version: number }>} */
  const changed = new Map();
  const compiler = startCompiler(changed);
  const refused = new Set();
  let version = 0;
  for (const one of breaks) {
    const file = path.join(ROOT, one.file);
    changed.set(file, { text: textWith(one), version: ++version });
    if (compiler.getSemanticDiagnostics(file).length + compiler.getSyntacticDiagnostics(file).length > 0)
      refused.add(one.id);
    changed.delete(file);
  }
  return refused;
}

/** @param {ReadonlyMap<string, { text: string, version: number }>} changed */
function startCompiler(changed) {
  const config = ts.readConfigFile(path.join(ROOT, 'tsconfig.build.json'), ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT);
  // A check that was taken out whole leaves no unused name behind.
  const lenient = { ...options, noUnusedLocals: false, noUnusedParameters: false };
  /** @type {ts.LanguageServiceHost} */
  const host = {
    getScriptFileNames: () => fileNames,
    getScriptVersion: (file) => String(changed.get(file)?.version ?? 0),
    getScriptSnapshot: (file) => {
      const text = changed.get(file)?.text ?? ts.sys.readFile(file);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => ROOT,
    getCompilationSettings: () => lenient,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  };
  return ts.createLanguageService(host);
}

/** The file with this one break in it, as a person would write it. @param {Break} one */
function textWith({ file, node, how, to }) {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const before = text.slice(0, node.getStart());
  const after = text.slice(node.end);
  if (how === 'replace') return `${before}(${to})${after}`;
  return how === 'entry' ? before + after.replace(/^\s*,/, '') : `${before};${after}`;
}
