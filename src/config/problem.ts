/** What is wrong, or unwise, in a configuration file, with the place where a person will mend it. */
export interface Problem {
  /** `error` refuses something (the file, or the one user it concerns); `warning` refuses nothing. */
  readonly severity: 'error' | 'warning';
  readonly file: string;
  /** From 1; 0 where the whole file is meant. */
  readonly line: number;
  readonly message: string;
  /** What to do about it, where a person would want to be told. */
  readonly hint: string | null;
}

/** `file:line: message (hint)`, as `ami-gateway check` prints it. */
export function formatProblem(problem: Problem): string {
  const place = `${problem.file}:${problem.line}: `;
  const kind = problem.severity === 'warning' ? 'warning: ' : '';
  const hint = problem.hint === null ? '' : ` (${problem.hint})`;
  return `${place}${kind}${problem.message}${hint}`;
}
