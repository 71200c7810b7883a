/** `ami-gateway import`: makes the gateway's configuration from that of an Asterisk, which it only reads. */
import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadConfig, openFolder, toLatin1, toUtf8 } from '../config/load.js';
import { formatProblem } from '../config/problem.js';
import { fail, type Result, succeed } from '../lib/result.js';
import { count } from './check.js';
import { CHANGES_FILE } from './import-asterisk.js';
import type { PlannedFile } from './import-optional.js';
import { type ImportPlan, type ImportSources, planImport } from './import-plan.js';

export interface ImportCommand {
  /** Asterisk's folder, or a copy of it. */
  readonly from: string;
  readonly out: string;
  /** Whether files that are there may be replaced. */
  readonly force: boolean;
}

export interface ImportPorts {
  readonly tell: (line: string) => void;
  readonly complain: (line: string) => void;
}

/** The result is the exit code: 0 when every account was taken over. */
export function importAsterisk(command: ImportCommand, { tell, complain }: ImportPorts): 0 | 1 {
  const plan = planImport(sourcesOf(command));
  if (!plan.ok) return refuse(plan.failure.map(toUtf8));
  const files = [...plan.value.files, { name: CHANGES_FILE, text: changesText(plan.value) }];
  const obstacle = findObstacle(command, files);
  if (obstacle !== null) return refuse([obstacle]);
  const written = writeFiles(command.out, files);
  if (!written.ok) return refuse([written.failure]);
  const errors = loadConfig(command.out, {}).problems.filter(({ severity }) => severity === 'error');
  for (const line of report(plan.value, toLatin1(command.out), files)) tell(toUtf8(line));
  if (errors.length > 0) return refuse([...errors.map(formatProblem), 'what was written is not valid: do not use it']);
  return plan.value.left.length === 0 ? 0 : 1;

  function refuse(reasons: readonly string[]): 1 {
    for (const reason of reasons) complain(reason);
    return 1;
  }
}

/** What Asterisk calls its own folder; in a copy its files are elsewhere. */
const USUAL_FOLDER = '/etc/asterisk/';

function sourcesOf({ from, out }: ImportCommand): ImportSources {
  const { resolve, readSecretFile, nameOf } = openFolder(from);
  const inFolder = (name: string) => (name.startsWith(USUAL_FOLDER) ? name.slice(USUAL_FOLDER.length) : name);
  return {
    from: toLatin1(from),
    out: toLatin1(out),
    nameOf,
    readSecretFile,
    resolve: (pattern) => resolve(inFolder(pattern)),
    secret: randomBytes(24).toString('hex'),
    pathOf: (name) => path.resolve(nameOf(name)),
    whyUnreadable,
  };
}

function whyUnreadable(file: string): string | null {
  try {
    accessSync(Buffer.from(file, 'latin1'), constants.R_OK);
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

/** Why nothing is written, or `null`. */
function findObstacle({ from, out, force }: ImportCommand, files: readonly PlannedFile[]): string | null {
  if (existsSync(out) && realpathSync(out) === realpathSync(from)) {
    return `--out ${out} is the folder of Asterisk itself: name another one`;
  }
  const there = files.map(({ name }) => path.join(out, name)).filter((file) => existsSync(file));
  if (there.length === 0 || force) return null;
  return `nothing was written, because there are already ${there.join(', ')}: name another folder with --out, or replace them with --force`;
}

/** For their owner only: they hold secrets. A file that is replaced is made anew, so that nobody keeps it open. */
function writeFiles(out: string, files: readonly PlannedFile[]): Result<null> {
  try {
    mkdirSync(out, { recursive: true, mode: 0o700 });
    for (const { name, text } of files) {
      const file = path.join(out, name);
      rmSync(file, { force: true });
      writeFileSync(file, text, { encoding: 'latin1', mode: 0o600, flag: 'wx' });
    }
    return succeed(null);
  } catch (error) {
    return fail(`cannot write to ${out}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function changesText({ changes }: ImportPlan): string {
  return `What to change in Asterisk\n\n${changes.flatMap(numbered).join('\n')}\n`;
}

/** A step, wrapped to the width of a terminal. */
function numbered(change: string, index: number): readonly string[] {
  const lines: string[] = [];
  let line = `${index + 1}.`;
  for (const word of change.split(' ')) {
    if (line.length + word.length < WIDTH) line += ` ${word}`;
    else {
      lines.push(line);
      line = `   ${word}`;
    }
  }
  return [...lines, line];
}

const WIDTH = 110;

function report(plan: ImportPlan, out: string, files: readonly PlannedFile[]): readonly string[] {
  const { taken, left, changes } = plan;
  const notes = [...new Set(plan.notes)];
  return [
    `taken over: ${count(taken.length, 'account')}${taken.length === 0 ? '' : `: ${taken.join(', ')}`}`,
    ...left.flatMap(({ user, reasons }) => [`not taken over: [${user}]`, ...reasons.map((reason) => `  ${reason}`)]),
    ...(notes.length === 0 ? [] : ['to look at:', ...notes.map((note) => `  ${note}`)]),
    `written to ${out}, readable for you only: ${files.map(({ name }) => name).join(', ')}`,
    '',
    'what to change in Asterisk:',
    ...changes.flatMap(numbered),
  ];
}
