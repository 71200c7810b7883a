/** `ami-gateway check`: reports what is wrong with a configuration and what in it is dangerous, one a line. */
import type { Config } from '../config/compile-config.js';
import { DANGERS, type Danger } from '../config/danger.js';
import { loadConfig, loadDangers } from '../config/load.js';
import { nearestName } from '../config/nearest.js';
import { formatProblem, type Problem } from '../config/problem.js';

export interface CheckCommand {
  readonly dir: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Warnings count as errors. */
  readonly isStrict: boolean;
  /** Names of dangers that are not to be reported. */
  readonly accepted: readonly string[];
}

export interface CheckPorts {
  readonly tell: (line: string) => void;
  readonly complain: (line: string) => void;
}

/** Tells the problems and a summary; the result is the exit code: 1 for an error, 2 for wrong usage. */
export function check(command: CheckCommand, { tell, complain }: CheckPorts): 0 | 1 | 2 {
  const { dir, environment, isStrict, accepted } = command;
  const unknown = accepted.find((name) => !Object.hasOwn(DANGERS, name));
  if (unknown !== undefined) {
    const meant = nearestName(unknown, Object.keys(DANGERS));
    complain(`--accept ${unknown}: there is no such danger${meant === null ? '' : `, did you mean ${meant}?`}`);
    return 2;
  }
  const loaded = loadConfig(dir, environment);
  const dangers = loadDangers(dir, loaded).filter(({ name }) => !accepted.includes(name));
  for (const problem of sorted<Problem | Danger>([...loaded.problems, ...dangers])) tell(formatAny(problem));
  const errors = loaded.problems.filter((problem) => problem.severity === 'error').length;
  const warnings = loaded.problems.length + dangers.length - errors;
  if (loaded.config === null || errors > 0) {
    tell(`${count(errors, 'error')}, ${count(warnings, 'warning')}`);
    return 1;
  }
  const suffix = warnings === 0 ? '' : `, ${count(warnings, 'warning')}`;
  tell(`configuration is valid: ${describe(loaded.config)}${suffix}`);
  return isStrict && warnings > 0 ? 1 : 0;
}

/** A danger shows the name with which it can be accepted. */
function formatAny(problem: Problem | Danger): string {
  return 'name' in problem ? `${formatProblem(problem)} [${problem.name}]` : formatProblem(problem);
}

function describe({ general, policies }: Config): string {
  const { bindAddress, port } = general;
  const place = bindAddress.includes(':') ? `[${bindAddress}]:${port}` : `${bindAddress}:${port}`;
  return `${count(policies.users.size, 'user')}, listening on ${place}`;
}

/** By file, and within it from top to bottom. */
export function sorted<Kind extends Problem>(problems: readonly Kind[]): readonly Kind[] {
  return [...problems].sort((one, other) => compareText(one.file, other.file) || one.line - other.line);
}

function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
