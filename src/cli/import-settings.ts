/** What becomes of `[general]` of Asterisk's manager.conf and http.conf. */
import { asciiLowerCase } from '../ami/message.js';
import { isTrue } from '../ami/truth.js';
import type { ConfVariable } from '../config/conf-reading.js';
import type { WrittenOption } from '../config/conf-writer.js';
import { GENERAL_OPTIONS } from '../config/general-options.js';
import { DEFAULT_GENERAL } from '../config/general-settings.js';
import { isHttpOption } from '../config/http-conf.js';
import { formatProblem, type Problem } from '../config/problem.js';
import { isLastOfName } from './import-accounts.js';

export interface ImportedSettings {
  readonly options: readonly WrittenOption[];
  /** What was left out, and why. */
  readonly notes: readonly string[];
}

export interface ImportFiles {
  /** Makes the name of a file mean the same for another folder. */
  readonly pathOf: (name: string) => string;
  /** Why a file cannot be read, in the system's word; `null` when it can. */
  readonly whyUnreadable: (path: string) => string | null;
}

/** `[general]` of manager.conf. `hasHttp`: an http.conf goes with it. */
export function importGeneral(
  options: readonly ConfVariable[],
  hasHttp: boolean,
  files: ImportFiles,
): ImportedSettings {
  const judged = lastOfEach(options).map((option) => ({ option, problems: problemsOf(option) }));
  const bad = judged.flatMap(({ problems }) => problems.filter(({ severity }) => severity === 'error'));
  const good = judged.filter(({ problems }) => problems.every(({ severity }) => severity !== 'error'));
  const kept = good
    .map(({ option }) => option)
    .filter((option) => GENERAL_OPTIONS.has(asciiLowerCase(option.name)))
    .filter(({ name }) => asciiLowerCase(name) !== 'enabled' && (hasHttp || asciiLowerCase(name) !== 'webenabled'));
  const tls = importTls(kept, files);
  const enabled = { name: 'enabled', value: 'yes' };
  return {
    options: [enabled, ...tls.options],
    notes: [...bad.map((problem) => `left out: ${formatProblem(problem)}`), ...tls.notes],
  };
}

/** `[general]` of http.conf. */
export function importHttp(options: readonly ConfVariable[], files: ImportFiles): ImportedSettings {
  return importTls(lastOfEach(options).filter(isHttpOption), files);
}

function lastOfEach(options: readonly ConfVariable[]): readonly ConfVariable[] {
  return options.filter((_option, index) => isLastOfName(options, index));
}

function problemsOf(option: ConfVariable): readonly Problem[] {
  const problems: Problem[] = [];
  GENERAL_OPTIONS.get(asciiLowerCase(option.name))?.(DEFAULT_GENERAL, option, problems);
  return problems;
}

const FILES = ['tlscertfile', 'tlscert', 'sslcert', 'tlsprivatekey', 'sslprivatekey'];

/** Without its certificate a gateway does not start, so TLS waits for the person who can bring it. */
function importTls(options: readonly ConfVariable[], files: ImportFiles): ImportedSettings {
  const written = options.map(({ name, value }) => {
    return { name, value: isFile({ name }) ? files.pathOf(value) : value };
  });
  const isOn = options.some(({ name, value }) => /^(?:tls|ssl)enable$/i.test(name) && isTrue(value));
  if (!isOn) return { options: written, notes: [] };
  const named = written.filter(isFile).map(({ value }) => value);
  const missing = (named.length === 0 ? [files.pathOf('asterisk.pem')] : named).flatMap((path) => {
    const reason = files.whyUnreadable(path);
    return reason === null ? [] : [`${path} (${reason})`];
  });
  if (missing.length === 0) return { options: written, notes: [] };
  const note = `TLS is left off: cannot read ${missing.join(' and ')}; copy it to where the gateway can read it, then write its tls lines anew`;
  return { options: written.filter(({ name }) => !/^(?:tls|ssl)/i.test(name)), notes: [note] };
}

function isFile({ name }: { readonly name: string }): boolean {
  return FILES.includes(asciiLowerCase(name));
}
