/**
 * Loads the configuration of a directory: the one file of `config` that reads a disk. Inside, texts and file names are
 * latin-1, so that every byte is kept; problems are for people, and come out as UTF-8 was meant.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fail, type Result, succeed } from '../lib/result.js';
import { findAdmin } from './admin-conf.js';
import { type LoadedConfig as CompiledConfig, type ConfigSources, compileConfig } from './compile-config.js';
import { parseConfFile } from './conf-file.js';
import type { ConfSource, ResolveFiles } from './conf-reading.js';
import type { Danger } from './danger.js';
import type { FileReach } from './danger-files.js';
import { type FileStamps, NO_FILE, stampOf } from './file-stamp.js';
import { findDangers } from './find-dangers.js';
import type { AdminSettings } from './gateway-settings.js';
import { collectGatewayTexts, type Environment } from './gateway-values.js';
import { expandBraces, hasWildcard, matchesName } from './glob.js';
import type { Problem } from './problem.js';
import { errorAt, wholeFile } from './report.js';

export type { Config } from './compile-config.js';

export interface LoadedConfig extends CompiledConfig {
  /** Every file and folder that was looked at, as it was just before; names in latin-1, as inside. */
  readonly stamps: FileStamps;
}

/** Problems call files as `directory` does: `config/manager.conf`. */
export function loadConfig(directory: string, environment: Environment): LoadedConfig {
  const root = toLatin1(directory);
  const stamps = new Map<string, string>();
  const look = (file: string) => void stamps.set(file, stamps.get(file) ?? readStamp(file));
  const loaded = compileConfig(sourcesIn(root, environment, look));
  const accounts = [...loaded.accounts].map(([key, account]) => {
    return [key, { ...account, problems: account.problems.map(readable) }] as const;
  });
  return { ...loaded, problems: loaded.problems.map(readable), accounts: new Map(accounts), stamps };
}

/** Where the gateway of this configuration can be reached by operators. Only gateway.conf and its `[admin]` need be right. */
export function loadAdminSettings(
  directory: string,
  environment: Environment,
): Result<AdminSettings, readonly Problem[]> {
  const root = toLatin1(directory);
  const sources = sourcesIn(root, environment);
  const file = parseConfFile('gateway.conf', sources.resolve);
  if (file.kind === 'invalid') return fail(file.problems.map(readable));
  const sections = file.kind === 'parsed' ? file.sections : [];
  const texts = collectGatewayTexts(sections, sources.environment, []);
  const place = sources.nameOf('gateway.conf');
  if (file.kind === 'missing' && texts.size === 0) return fail([readable(missingFile(place))]);
  const found = findAdmin(texts, { ...sources, file: place });
  return found.ok ? found : fail(found.failure.map(readable));
}

function missingFile(file: string): Problem {
  return errorAt(wholeFile(file), 'there is no such file', 'give its directory with --config');
}

/** Is told of every file before it is read. */
type Look = (file: string) => void;

function sourcesIn(root: string, environment: Environment, look: Look = () => undefined): ConfigSources {
  return {
    resolve: resolverIn(root, look),
    environment: Object.fromEntries(Object.entries(environment).map(([name, text]) => [name, text && toLatin1(text)])),
    readSecretFile: (name) => {
      const file = namerIn(root)(name);
      look(file);
      return readText(file);
    },
    nameOf: namerIn(root),
  };
}

/** How the files of a directory are found and read. */
export function openFolder(directory: string): Omit<ConfigSources, 'environment'> {
  const { resolve, readSecretFile, nameOf } = sourcesIn(toLatin1(directory), {});
  return { resolve, readSecretFile, nameOf };
}

/** What is valid and dangerous in a configuration that was loaded from this directory. */
export function loadDangers(directory: string, loaded: LoadedConfig): readonly Danger[] {
  return findDangers(loaded, { nameOf: namerIn(toLatin1(directory)), reachOf }).map(readable);
}

function namerIn(root: string): (file: string) => string {
  return (file) => (path.isAbsolute(file) ? file : path.join(root, file));
}

/** The permissions of others, as far as all folders above let them through. */
function reachOf(file: string): FileReach | null {
  if (process.platform === 'win32') return null;
  const name = path.resolve(file);
  const modes = [name, ...foldersAbove(name)].map((one) => attempt(() => statSync(bytesOf(one)).mode));
  const [own, folder, ...above] = modes.map((mode) => (mode.ok ? mode.value : 0));
  if (own === undefined || folder === undefined) return null;
  const isReached = [folder, ...above].every((mode) => (mode & 0o001) !== 0);
  // In a folder that all may write, and that is not sticky, a file can be replaced.
  const isReplaceable = (folder & 0o1002) === 0o002;
  return { mayRead: isReached && (own & 0o004) !== 0, mayWrite: isReached && ((own & 0o002) !== 0 || isReplaceable) };
}

function foldersAbove(name: string): readonly string[] {
  const folder = path.dirname(name);
  return folder === name ? [] : [folder, ...foldersAbove(folder)];
}

/** Texts inside are latin-1, one character a byte. */
export function toLatin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

export function toUtf8(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

/** For people: inside, texts are latin-1. */
export function readable<Kind extends Problem>(problem: Kind): Kind {
  const hint = problem.hint === null ? null : toUtf8(problem.hint);
  return { ...problem, file: toUtf8(problem.file), message: toUtf8(problem.message), hint };
}

function resolverIn(root: string, look: Look): ResolveFiles {
  return (pattern) => {
    const names = expandBraces(pattern);
    if (names.length === 0)
      return [{ kind: 'unreadable', path: pattern, reason: 'its braces stand for too many files' }];
    const files = names.flatMap((one) => expandWildcards(root, one, look));
    for (const file of files) look(file);
    return files.flatMap(readSource);
  };
}

/** The names that a pattern without braces stands for, in byte order as from glob(3); a plain name stands for itself. */
function expandWildcards(root: string, pattern: string, look: Look): readonly string[] {
  const start = path.isAbsolute(pattern) ? ['/'] : [root];
  const segments = pattern.split('/').filter((segment) => segment !== '');
  return segments.reduce<readonly string[]>(
    (folders, segment) => folders.flatMap((folder) => expandSegment(folder, segment, look)),
    start,
  );
}

function expandSegment(folder: string, segment: string, look: Look): readonly string[] {
  if (!hasWildcard(segment)) return [path.join(folder, segment)];
  look(folder);
  const names = namesIn(folder).filter((name) => matchesName(segment, name));
  return names.sort().map((name) => path.join(folder, name));
}

/** What cannot be listed matches nothing, as in Asterisk; the #include itself is then reported. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(bytesOf(folder), 'latin1');
  } catch {
    return [];
  }
}

const ABSENT: readonly string[] = ['ENOENT', 'ENOTDIR'];

/** What is not a regular file is not there, as in Asterisk. */
function readSource(file: string): readonly ConfSource[] {
  const isFile = attempt(() => statSync(bytesOf(file)).isFile());
  if (isFile.ok ? !isFile.value : ABSENT.includes(isFile.failure)) return [];
  const text = readText(file);
  if (!text.ok) return [{ kind: 'unreadable', path: file, reason: text.failure }];
  return [{ kind: 'file', path: file, text: text.value }];
}

function readStamp(file: string): string {
  const stats = attempt(() => statSync(bytesOf(file), { bigint: true }));
  return stats.ok ? stampOf(stats.value) : NO_FILE;
}

function readText(file: string): Result<string> {
  return attempt(() => readFileSync(bytesOf(file), 'latin1'));
}

/** Reading fails with the system's own word for it, such as EACCES. */
function attempt<Value>(read: () => Value): Result<Value> {
  try {
    return succeed(read());
  } catch (error) {
    return fail(error instanceof Error && 'code' in error ? String(error.code) : String(error));
  }
}

function bytesOf(name: string): Buffer {
  return Buffer.from(name, 'latin1');
}
