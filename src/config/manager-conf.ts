/** manager.conf: `[general]`, and every other section is a user (ami-spec 3 and 4). */
import { asciiLowerCase } from '../ami/message.js';
import { type Policies, type Policy, userKey } from '../policy/policy.js';
import type { NamedAcls } from './acl-conf.js';
import { isIpv6 } from './bind-address.js';
import type { ConfSection, ConfVariable } from './conf-reading.js';
import { GENERAL_OPTIONS } from './general-options.js';
import { DEFAULT_GENERAL, type GeneralSettings } from './general-settings.js';
import { nearestName } from './nearest.js';
import type { Problem } from './problem.js';
import { errorAt, type Place, warningAt, wholeFile } from './report.js';
import type { SecretSources } from './user-credentials.js';
import { compileUser, type UserSections } from './user-section.js';

/** What the files say of one user and what became of it, for people who ask why. */
export interface Account {
  /** As its section is called. */
  readonly user: string;
  /** Its first section. */
  readonly place: Place;
  /** The lines of all its sections, in the order of the file. */
  readonly options: readonly ConfVariable[];
  /** `null`: the user is refused, for the errors among its problems. */
  readonly policy: Policy | null;
  readonly problems: readonly Problem[];
}

export interface ManagerConf {
  /** `null` when there is an error in `[general]`: then the gateway must not run. */
  readonly general: GeneralSettings | null;
  /** The users without errors; the others are refused, as if they did not exist. */
  readonly policies: Policies;
  /** By the keys of `policies`, those who are refused included. */
  readonly accounts: ReadonlyMap<string, Account>;
  readonly problems: readonly Problem[];
}

export interface ManagerSources extends SecretSources {
  /** How problems call manager.conf. */
  readonly file: string;
  readonly acls: NamedAcls;
}

export function compileManagerConf(sections: readonly ConfSection[], sources: ManagerSources): ManagerConf {
  const { file } = sources;
  const problems: Problem[] = [];
  const visible = sections.filter((section) => !section.isTemplate);
  const [generalSection, ...ignored] = visible.filter(isGeneral);
  const general = compileGeneral(generalSection?.variables ?? [], problems);
  if (!general.enabled) problems.push(notEnabled(file, generalSection));
  for (const section of ignored) {
    problems.push(
      errorAt(section, 'Asterisk ignores every [general] but the first', 'move its lines, or write [general](+)'),
    );
  }
  const isUsable = !problems.some((problem) => problem.severity === 'error');
  const listensOnBothFamilies = isIpv6(general.bindAddress) && general.bindAddress !== '::1';
  const users = new Map<string, Policy>();
  const accounts = new Map<string, Account>();
  for (const [key, user] of groupUsers(visible)) {
    const own: Problem[] = [];
    const policy = compileUser(user, { ...sources, general, listensOnBothFamilies }, own);
    if (policy !== null) users.set(key, policy);
    accounts.set(key, { user: user.name, place: user.first, options: user.options, policy, problems: own });
    problems.push(...own);
  }
  if (users.size === 0) problems.push(warningAt(wholeFile(file), 'nobody can log in: there is no usable account'));
  return { general: isUsable ? general : null, policies: { users }, accounts, problems };
}

function isGeneral(section: ConfSection): boolean {
  return asciiLowerCase(section.name) === 'general';
}

function notEnabled(file: string, section: ConfSection | undefined): Problem {
  const message = section === undefined ? 'there is no section [general]' : 'AMI is not enabled';
  return errorAt(section ?? wholeFile(file), message, 'write enabled = yes in [general]');
}

function compileGeneral(options: readonly ConfVariable[], problems: Problem[]): GeneralSettings {
  return options.reduce((settings, option) => applyOption(settings, option, problems), DEFAULT_GENERAL);
}

function applyOption(settings: GeneralSettings, option: ConfVariable, problems: Problem[]): GeneralSettings {
  const name = asciiLowerCase(option.name);
  const apply = GENERAL_OPTIONS.get(name);
  if (apply === undefined) {
    const meant = nearestName(name, [...GENERAL_OPTIONS.keys()]);
    const hint = meant === null ? null : `did you mean '${meant}'?`;
    problems.push(warningAt(option, `invalid keyword '${option.name}' in [general], as in Asterisk`, hint));
    return settings;
  }
  return apply(settings, option, problems);
}

/** By key, in the order in which Asterisk would make them. */
function groupUsers(visible: readonly ConfSection[]): ReadonlyMap<string, UserSections> {
  const users = new Map<string, UserSections>();
  for (const section of visible) {
    if (isGeneral(section)) continue;
    const key = userKey(section.name);
    const known = users.get(key);
    const { first, options } = known ?? { first: section, options: [] };
    users.set(key, { name: first.name, first, last: section, options: [...options, ...section.variables] });
  }
  return users;
}
