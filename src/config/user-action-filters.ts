/** `actionfilter` lines of one user, which Asterisk does not know. A line that is not understood refuses the user. */
import { asciiLowerCase } from '../ami/message.js';
import type { ClassSet } from '../ami/privilege.js';
import { type ActionFilter, compileActionFilter, whyNeverMatches } from '../policy/action-filter.js';
import type { ConfVariable } from './conf-reading.js';
import { mayDo, whyNeverForwarded } from './known-actions.js';
import type { Problem } from './problem.js';
import { errorAt, warningAt } from './report.js';

const OPTION = 'actionfilter';

export function isActionFilterOption(option: ConfVariable): boolean {
  return asciiLowerCase(option.name).startsWith(OPTION);
}

/** With an error among the problems, the result is worth nothing. */
export function compileUserActionFilters(
  user: string,
  options: readonly ConfVariable[],
  write: ClassSet,
  problems: Problem[],
): readonly ActionFilter[] {
  return options.filter(isActionFilterOption).flatMap((line) => compileLine(user, line, write, problems) ?? []);
}

function compileLine(user: string, line: ConfVariable, write: ClassSet, problems: Problem[]): ActionFilter | null {
  const isMistyped = !/^actionfilter *(?:\(|$)/i.test(line.name);
  const source = { option: line.name, value: line.value };
  const filter = compileActionFilter(source, `${line.file}:${line.line}`);
  if (isMistyped || !filter.ok) {
    const reason = filter.ok ? `${line.name} is neither actionfilter nor actionfilter(...)` : filter.failure.reason;
    problems.push(errorAt(line, `invalid action filter, ${reason}: user '${user}' is refused`));
    return null;
  }
  const reason = whyNeverMatches(filter.value) ?? whyNoAction(filter.value, write);
  if (reason !== null) problems.push(warningAt(line, `this action filter can never match: ${reason}`));
  return filter.value;
}

function whyNoAction({ name }: ActionFilter, write: ClassSet): string | null {
  if (name === null) return null;
  const reason = whyNeverForwarded(name);
  if (reason !== null) return reason;
  return mayDo(write, name) ? null : 'the user has no class that allows the action';
}
