/** Files of the configuration that other users of the machine can read or change. */
import { asciiLowerCase } from '../ami/message.js';
import type { Config, FileSections } from './compile-config.js';
import type { ConfVariable } from './conf-reading.js';
import { type Danger, danger } from './danger.js';
import { wholeFile } from './report.js';

/** What users can do with a file who are neither its owner nor in its group. */
export interface FileReach {
  readonly mayRead: boolean;
  readonly mayWrite: boolean;
}

export interface FileSurroundings {
  /** The path of a file, of which names are relative to the directory of the configuration. */
  readonly nameOf: (file: string) => string;
  /** `null` where that cannot be told. */
  readonly reachOf: (path: string) => FileReach | null;
}

export function findFileDangers(
  config: Config,
  sections: FileSections,
  { nameOf, reachOf }: FileSurroundings,
): readonly Danger[] {
  const options = Object.values(sections).flatMap((one) => one.flatMap(({ variables }) => variables));
  const secret = new Set([...options.flatMap((option) => secretFileOf(option, nameOf) ?? []), ...keyFilesOf(config)]);
  const all = new Set([...options.map(({ file }) => file), ...secret]);
  return [...all].flatMap((file) => {
    const reach = reachOf(file);
    const writable = reach?.mayWrite === true ? [writableFile(file)] : [];
    const readable = reach?.mayRead === true && secret.has(file) ? [readableFile(file)] : [];
    return [...writable, ...readable];
  });
}

/** The file in which the secret of such a line stands. */
function secretFileOf({ name, value, file }: ConfVariable, nameOf: FileSurroundings['nameOf']): string | null {
  switch (asciiLowerCase(name)) {
    case 'secret':
    case 'redis':
      return value === '' ? null : file;
    case 'secret_file':
      return nameOf(value);
    default:
      return null;
  }
}

function keyFilesOf({ general, http }: Config): readonly string[] {
  const listeners = [general.tls.enabled ? general.tls : null, http?.tls ?? null];
  return listeners.flatMap((tls) => (tls === null ? [] : [tls.privateKeyFile ?? tls.certificateFile]));
}

function readableFile(file: string): Danger {
  const hint = 'chmod o-rwx, and let it belong to the user as whom the gateway runs';
  return danger('readable-file', wholeFile(file), 'every user of this machine can read the secrets in it', hint);
}

function writableFile(file: string): Danger {
  const hint = 'chmod o-w, for it and its folder';
  return danger(
    'writable-file',
    wholeFile(file),
    'every user of this machine can change it, and so the accounts',
    hint,
  );
}
