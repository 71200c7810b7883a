/** `setvar = NAME=VALUE` lines: channel variables for the calls that a user originates. */
import { asciiLowerCase } from '../ami/message.js';
import type { ChannelVariable } from '../policy/policy.js';
import type { ConfVariable } from './conf-reading.js';
import type { Problem } from './problem.js';
import { warningAt } from './report.js';

/** Asterisk reads this many bytes of the line. */
const LIMIT = 255;

export function compileSetvar(options: readonly ConfVariable[], problems: Problem[]): readonly ChannelVariable[] {
  return options
    .filter((option) => asciiLowerCase(option.name) === 'setvar')
    .flatMap((option) => compileLine(option, problems) ?? []);
}

function compileLine(option: ConfVariable, problems: Problem[]): ChannelVariable | null {
  if (option.value.length > LIMIT) {
    problems.push(warningAt(option, `setvar is cut to ${LIMIT} bytes, as in Asterisk`));
  }
  const text = option.value.slice(0, LIMIT);
  const equals = text.indexOf('=');
  if (equals >= 0) return { name: text.slice(0, equals), value: text.slice(equals + 1) };
  problems.push(warningAt(option, `setvar = ${text} sets nothing`, 'write setvar = NAME=VALUE'));
  return null;
}
