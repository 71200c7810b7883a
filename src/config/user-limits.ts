/** `actionrate` and `maxsessions` of one user. A limit that is not understood refuses the user. */
import { asciiLowerCase } from '../ami/message.js';
import type { ActionRate } from '../policy/action-rate.js';
import type { ConfVariable } from './conf-reading.js';
import { whyNeverForwarded } from './known-actions.js';
import type { Problem } from './problem.js';
import { errorAt, warningAt } from './report.js';
import { parseWithin } from './values.js';

export interface UserLimits {
  readonly actionRates: readonly ActionRate[];
  /** `null` for any number. */
  readonly maxSessions: number | null;
}

const RATE_OPTION = 'actionrate';

export function isRateOption(option: ConfVariable): boolean {
  return asciiLowerCase(option.name).startsWith(RATE_OPTION);
}

/** With an error among the problems, the result is worth nothing. */
export function compileUserLimits(user: string, options: readonly ConfVariable[], problems: Problem[]): UserLimits {
  const rates = options.filter(isRateOption).flatMap((option) => compileRate(user, option, problems) ?? []);
  // The last line for an action counts, as of every other option.
  const byAction = new Map(rates.map((rate) => [rate.action, rate]));
  return { actionRates: [...byAction.values()], maxSessions: readMaxSessions(user, options, problems) };
}

const PERIODS_MS: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** `actionrate = 100/s`, `actionrate(Originate) = 10/5m`. */
function compileRate(user: string, option: ConfVariable, problems: Problem[]): ActionRate | null {
  const [, name = null] = /^actionrate\(([^()\s]+)\)$/i.exec(option.name) ?? [];
  const [, countText = '', unitsText = '', unit = ''] = /^(\d+)\/(\d*)([smhd])$/.exec(option.value) ?? [];
  const count = parseWithin(countText, 1, 1_000_000);
  const units = unitsText === '' ? 1 : parseWithin(unitsText, 1, 86_400);
  const unitMs = PERIODS_MS.get(unit) ?? null;
  const isNamed = name !== null || asciiLowerCase(option.name) === RATE_OPTION;
  if (!isNamed || count === null || units === null || unitMs === null) {
    const message = `invalid ${option.name} = ${option.value}: user '${user}' is refused`;
    problems.push(errorAt(option, message, 'such as actionrate = 100/s or actionrate(Originate) = 10/m'));
    return null;
  }
  const reason = name === null ? null : whyNeverForwarded(name);
  if (reason !== null) problems.push(warningAt(option, `this limit never counts anything: ${reason}`));
  const action = name === null ? null : asciiLowerCase(name);
  return { action, count, periodMs: units * unitMs, place: `${option.file}:${option.line}` };
}

function readMaxSessions(user: string, options: readonly ConfVariable[], problems: Problem[]): number | null {
  const option = options.findLast(({ name }) => asciiLowerCase(name) === 'maxsessions');
  if (option === undefined) return null;
  const most = parseWithin(option.value, 1, 1_000_000);
  if (most === null) {
    const message = `maxsessions = ${option.value} is not a number from 1 to 1000000: user '${user}' is refused`;
    problems.push(errorAt(option, message));
  }
  return most;
}
