/**
 * One user: the sections of manager.conf that have its name (ami-spec 4). The last occurrence of an option wins; ACL
 * lines, filters and variables add up, but a later section of the same name starts them anew, as in Asterisk.
 */
import { asciiLowerCase } from '../ami/message.js';
import { type ClassSet, NO_CLASSES } from '../ami/privilege.js';
import { isFalse, isTrue } from '../ami/truth.js';
import type { Policy } from '../policy/policy.js';
import { parseClassList } from './class-list.js';
import type { ConfSection, ConfVariable } from './conf-reading.js';
import type { GeneralSettings } from './general-settings.js';
import { nearestName } from './nearest.js';
import type { Problem } from './problem.js';
import { errorAt, warningAt } from './report.js';
import { type AclSurroundings, compileUserAcl } from './user-acl.js';
import { compileUserActionFilters, isActionFilterOption } from './user-action-filters.js';
import { compileUserCredentials, type SecretSources } from './user-credentials.js';
import { compileUserFilters, isFilterOption } from './user-filters.js';
import { compileUserLimits, isRateOption } from './user-limits.js';
import { compileSetvar } from './user-setvar.js';
import { readBoolean, readNumber } from './values.js';

export interface UserSurroundings extends AclSurroundings, SecretSources {
  readonly general: GeneralSettings;
}

/** The sections of one user, in the order of the file. */
export interface UserSections {
  readonly name: string;
  readonly first: ConfSection;
  readonly last: ConfSection;
  readonly options: readonly ConfVariable[];
}

/** The policy of a user, or `null` after an error: who is not fully understood does not exist. */
export function compileUser(
  sections: UserSections,
  surroundings: UserSurroundings,
  problems: Problem[],
): Policy | null {
  const { name, first, last, options } = sections;
  const errorsBefore = countErrors(problems);
  reportUnknown(options, problems);
  if (name === '') problems.push(errorAt(first, 'a user must have a name'));
  if (first !== last) reportAgain(sections, problems);
  const proof = compileUserCredentials(name, first, options, surroundings, problems);
  const read = readClasses(name, 'read', options, problems);
  const write = readClasses(name, 'write', options, problems);
  const acl = compileUserAcl(name, last.variables, surroundings, problems);
  const filters = compileUserFilters(name, last.variables, read, problems);
  const actionFilters = compileUserActionFilters(name, last.variables, write, problems);
  const limits = compileUserLimits(name, options, problems);
  const setvar = compileSetvar(last.variables, problems);
  const rest = readSwitches(options, surroundings.general, problems);
  if (acl === null || filters === null || countErrors(problems) > errorsBefore) return null;
  return { user: name, ...proof, acl, read, write, filters, actionFilters, ...limits, setvar, ...rest };
}

/** Asterisk does not know these and passes over them, so one file can serve both. */
const OWN_OPTIONS: readonly string[] = ['secret_file', 'secret_hash', 'tls_user', 'maxsessions', 'enforce'];

const OPTIONS: readonly string[] = [
  'secret',
  ...OWN_OPTIONS,
  'read',
  'write',
  'permit',
  'deny',
  'acl',
  'setvar',
  'displayconnects',
  'allowmultiplelogin',
  'writetimeout',
];

/** Names that are mistyped cost a user its restrictions, and nobody would notice. */
const RESTRICTING: readonly string[] = [
  ...OWN_OPTIONS,
  'permit',
  'deny',
  'acl',
  'eventfilter',
  'actionfilter',
  'actionrate',
  'read',
  'write',
  'secret',
];

/** True for a line that means something. */
export function isUserOption(option: ConfVariable): boolean {
  if (OPTIONS.includes(asciiLowerCase(option.name))) return true;
  return isFilterOption(option) || isActionFilterOption(option) || isRateOption(option);
}

/** True for a line that adds to others of its name, and that a later section of the user starts anew. */
export function isListOption(option: ConfVariable): boolean {
  if (isAclOption(option) || isFilterOption(option) || isActionFilterOption(option)) return true;
  return asciiLowerCase(option.name) === 'setvar';
}

function reportUnknown(options: readonly ConfVariable[], problems: Problem[]): void {
  for (const option of options) {
    const name = asciiLowerCase(option.name);
    if (isUserOption(option)) continue;
    // Criteria in parentheses do not make a word another one.
    const [word = name] = name.split('(', 1);
    const meant = nearestName(word, [...OPTIONS, 'eventfilter', 'actionfilter', 'actionrate']);
    const hint = meant === null ? null : `did you mean '${meant}'?`;
    const report = meant !== null && RESTRICTING.includes(meant) ? errorAt : warningAt;
    problems.push(report(option, `unknown option '${option.name}', Asterisk ignores it`, hint));
  }
}

/** Asterisk drops the ACL and the filters of the earlier sections, even if the last one has none. */
function reportAgain({ name, first, last, options }: UserSections, problems: Problem[]): void {
  const isLost = (kind: (option: ConfVariable) => boolean) => options.some(kind) && !last.variables.some(kind);
  const message = `[${name}] is in ${first.file} line ${first.line} already: its ACL, filters and setvar start anew here`;
  const hint = `write [${name}](+) to add to the section`;
  const report = [isAclOption, isFilterOption, isActionFilterOption].some(isLost) ? errorAt : warningAt;
  problems.push(report(last, message, hint));
}

function isAclOption(option: ConfVariable): boolean {
  return ['permit', 'deny', 'acl'].includes(asciiLowerCase(option.name));
}

function readClasses(user: string, name: string, options: readonly ConfVariable[], problems: Problem[]): ClassSet {
  const option = lastOf(options, name);
  if (option === null) return NO_CLASSES;
  const list = parseClassList(option.value);
  if (!list.ok) {
    problems.push(errorAt(option, `${list.failure.message}: user '${user}' is refused`, list.failure.hint));
    return NO_CLASSES;
  }
  if (list.value.namesWithBlanks.length > 0) {
    const names = list.value.namesWithBlanks.join(', ');
    problems.push(
      warningAt(option, `Asterisk would not grant ${names}, because of the blanks around it; this gateway does`),
    );
  }
  return list.value.classes;
}

function readSwitches(options: readonly ConfVariable[], general: GeneralSettings, problems: Problem[]) {
  const multiple = lastOf(options, 'allowmultiplelogin');
  const enforce = lastOf(options, 'enforce');
  const connects = lastOf(options, 'displayconnects');
  const timeout = lastOf(options, 'writetimeout');
  return {
    isEnforced: enforce === null || readEnforce(enforce, problems),
    allowMultipleLogin: multiple === null ? general.allowMultipleLogin : readBoolean(multiple, problems),
    displayConnects: connects === null ? general.displayConnects : readBoolean(connects, problems),
    writeTimeoutMs: timeout === null ? 100 : readNumber(timeout, { least: 100, default: 100, unit: 1 }, problems),
  };
}

/** A word that is neither yes nor no must not lift the rules. */
function readEnforce(option: ConfVariable, problems: Problem[]): boolean {
  if (isFalse(option.value)) {
    const hint = 'once the log says what you expect, remove the line';
    problems.push(warningAt(option, 'eventfilter, actionfilter and actionrate are told and not enforced', hint));
    return false;
  }
  if (!isTrue(option.value)) problems.push(errorAt(option, `enforce = ${option.value} is neither yes nor no`));
  return true;
}

function lastOf(options: readonly ConfVariable[], name: string): ConfVariable | null {
  return options.findLast((option) => asciiLowerCase(option.name) === name) ?? null;
}

function countErrors(problems: readonly Problem[]): number {
  return problems.filter((problem) => problem.severity === 'error').length;
}
