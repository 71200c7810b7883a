/** `ami-gateway check`: reports every problem of a configuration, one a line. */
import { loadConfig } from '../config/load.js';
import { formatProblem, type Problem } from '../config/problem.js';

/** Writes the problems and a summary; the result is the exit code, 1 when there is an error. Warnings are fine. */
export function check(
  directory: string,
  environment: Readonly<Record<string, string | undefined>>,
  write: (line: string) => void,
): 0 | 1 {
  const { config, problems } = loadConfig(directory, environment);
  for (const problem of sorted(problems)) write(formatProblem(problem));
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  const warnings = problems.length - errors;
  if (config === null || errors > 0) {
    write(`${count(errors, 'error')}, ${count(warnings, 'warning')}`);
    return 1;
  }
  const { bindAddress, port } = config.general;
  const users = count(config.policies.users.size, 'user');
  const place = bindAddress.includes(':') ? `[${bindAddress}]:${port}` : `${bindAddress}:${port}`;
  const suffix = warnings === 0 ? '' : `, ${count(warnings, 'warning')}`;
  write(`configuration is valid: ${users}, listening on ${place}${suffix}`);
  return 0;
}

/** By file, and within it from top to bottom. */
export function sorted(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort((one, other) => compareText(one.file, other.file) || one.line - other.line);
}

function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
