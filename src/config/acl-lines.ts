/** `permit` and `deny` lines of a section, and what to tell about a bad one. */
import { asciiLowerCase } from '../ami/message.js';
import type { AclFault, AclLine } from '../policy/acl.js';
import type { ConfVariable } from './conf-reading.js';
import type { Problem } from './problem.js';
import { errorAt } from './report.js';

export interface PlacedAclLine extends AclLine {
  readonly option: ConfVariable;
}

/** In the order of the file, in which they are evaluated. */
export function aclLinesOf(options: readonly ConfVariable[]): readonly PlacedAclLine[] {
  return options.flatMap((option) => {
    const name = asciiLowerCase(option.name);
    return name === 'permit' || name === 'deny'
      ? [{ sense: name, text: option.value, place: `${option.file}:${option.line}`, option }]
      : [];
  });
}

/** `whose` is the section that is refused for it. */
export function reportAclFault(
  fault: AclFault,
  lines: readonly PlacedAclLine[],
  whose: string,
  problems: Problem[],
): void {
  const option = lines[fault.lineIndex]?.option;
  if (option === undefined) return;
  const message = `${fault.message} in ${option.name} = ${option.value}: ${whose} is refused`;
  problems.push(errorAt(option, message, hintOf(fault, option.value)));
}

function hintOf(fault: AclFault, text: string): string | null {
  if (text.includes('#')) return "# starts no comment in Asterisk's configuration files, use ;";
  if (/^[^ \t/]+[ \t]+\d+\.\d+\.\d+\.\d+$/.test(fault.entry)) return 'a netmask stands behind a /, without blanks';
  return fault.hint;
}
