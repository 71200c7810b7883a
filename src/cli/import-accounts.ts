/** Which accounts of an Asterisk can be taken over, and what their sections become: flat, without what does not count. */
import { asciiLowerCase } from '../ami/message.js';
import { stripBlanks } from '../config/blanks.js';
import type { ConfSection, ConfVariable } from '../config/conf-reading.js';
import type { WrittenOption, WrittenSection } from '../config/conf-writer.js';
import type { Account } from '../config/manager-conf.js';
import { formatProblem, type Problem } from '../config/problem.js';
import { warningAt } from '../config/report.js';
import { isListOption, isUserOption } from '../config/user-section.js';
import { userKey } from '../policy/policy.js';

export interface ImportedAccounts {
  readonly sections: readonly WrittenSection[];
  readonly left: readonly LeftAccount[];
  /** What a person should look at in those that were taken. */
  readonly warnings: readonly Problem[];
}

export interface LeftAccount {
  readonly user: string;
  /** With file and line. */
  readonly reasons: readonly string[];
}

/** `pathOf` makes the name of a file mean the same for another folder. */
export function importAccounts(
  accounts: ReadonlyMap<string, Account>,
  sections: readonly ConfSection[],
  pathOf: (name: string) => string,
): ImportedAccounts {
  const taken: WrittenSection[] = [];
  const left: LeftAccount[] = [];
  const warnings: Problem[] = [];
  for (const [key, account] of accounts) {
    const own = sections.filter((section) => !section.isTemplate && userKey(section.name) === key);
    const reasons = reasonsToLeave(account, own);
    if (reasons.length > 0) left.push({ user: account.user, reasons });
    else {
      const options = effectiveOptions(own);
      taken.push({ name: account.user, options: options.map((option) => written(option, pathOf)) });
      warnings.push(...warningsOf(account, options));
    }
  }
  return { sections: taken, left, warnings };
}

/** What Asterisk dropped in silence may have been a restriction: nobody can know, so the account stays behind. */
function reasonsToLeave({ policy, problems }: Account, own: readonly ConfSection[]): readonly string[] {
  const errors = policy === null ? problems.filter(({ severity }) => severity === 'error').map(formatProblem) : [];
  return [...errors, ...own.flatMap((section) => section.lost).map(formatProblem)];
}

/** Of lists the lines of the last section count, of everything else the last line of all. */
function effectiveOptions(own: readonly ConfSection[]): readonly ConfVariable[] {
  const last = own.at(-1);
  const options = own.flatMap((section) =>
    section.variables.filter((option) => isUserOption(option) && (section === last || !isListOption(option))),
  );
  return options.filter((option, index) => isListOption(option) || isLastOfName(options, index));
}

export function isLastOfName(options: readonly ConfVariable[], index: number): boolean {
  const name = asciiLowerCase(options[index]?.name ?? '');
  return options.findLastIndex((other) => asciiLowerCase(other.name) === name) === index;
}

function written({ name, value }: ConfVariable, pathOf: (name: string) => string): WrittenOption {
  switch (asciiLowerCase(name)) {
    case 'secret_file':
      return { name, value: pathOf(value) };
    case 'read':
    case 'write':
      return { name, value: withoutBlanks(value) };
    default:
      return { name, value };
  }
}

/** Asterisk does not know a class with blanks around it, and grants nothing for it; the gateway would. */
function withoutBlanks(classes: string): string {
  const words = classes.split(',');
  return words.filter((word) => word === stripBlanks(word)).join(',');
}

/** The note takes the place of the compiler's warning, which is about what is not written any more. */
function warningsOf({ problems }: Account, options: readonly ConfVariable[]): readonly Problem[] {
  const narrowed = options.filter(({ name, value }) => isClassList(name) && withoutBlanks(value) !== value);
  const isAbout = (problem: Problem) =>
    narrowed.some(({ file, line }) => problem.file === file && problem.line === line);
  const notes = narrowed.map((option) => {
    const message = `Asterisk grants nothing for a class with blanks around it: ${option.name} = ${withoutBlanks(option.value)} is written`;
    return warningAt(option, message, `write ${option.value.replace(/[\x00- ]/g, '')} if all of it is meant`);
  });
  return [...problems.filter((problem) => !isAbout(problem)), ...notes];
}

function isClassList(name: string): boolean {
  return ['read', 'write'].includes(asciiLowerCase(name));
}
