/**
 * Accounts: whatever is damaged, a user has all of its restrictions or does not exist. Every line of a section that
 * restricts is accounted for in the policy, and an error inside a section refuses its user.
 */
import { asciiLowerCase } from '../../../../src/ami/message.js';
import { CLASS_BITS, labelsOf } from '../../../../src/ami/privilege.js';
import { parseConfFile } from '../../../../src/config/conf-file.js';
import type { ConfSection, ConfVariable } from '../../../../src/config/conf-reading.js';
import type { Problem } from '../../../../src/config/problem.js';
import type { Policy } from '../../../../src/policy/policy.js';
import { resolveIn } from '../../../unit/config/conf-cases.js';
import { compileInMemory } from '../../../unit/config/in-memory.js';
import { CONF_WORDS, joinFiles, shippedConf, splitFiles } from '../conf-texts.js';
import { mutated } from '../mutate.js';
import type { Random } from '../random.js';
import type { FuzzTarget } from '../target.js';

const RESTRICTED = `[general]
enabled = yes
[victim]
secret = s3cret
deny = 0.0.0.0/0,::/0
permit = 127.0.0.1/255.255.255.255
acl = office
read = call,user
write = originate,reporting
eventfilter = !Event: Newchannel
eventfilter(name(Hangup),header(Channel),method(starts_with)) = PJSIP/
actionfilter = !^Action: Command
actionfilter(action(include),name(Originate),header(Context)) = ^from-internal$
actionrate(Originate) = 10/m
maxsessions = 2
[other](victim)
secret = x
`;

const ACL = '[office]\ndeny = 0.0.0.0/0\npermit = 127.0.0.0/8,10.0.0.0/255.0.0.0\n[home]\npermit = ::1\n';

const TEXTS: readonly string[] = [
  joinFiles({ 'manager.conf': RESTRICTED, 'acl.conf': ACL }),
  joinFiles({ 'manager.conf': RESTRICTED.replace('[victim]', '[victim](!)'), 'acl.conf': ACL }),
  joinFiles({ 'manager.conf': shippedConf('manager.conf'), 'acl.conf': shippedConf('acl.conf') }),
];

const WORDS: readonly string[] = [
  ...CONF_WORDS,
  ...['permit', 'deny', 'acl', 'eventfilter', 'actionfilter', 'actionrate', 'maxsessions', 'read', 'write', 'secret'],
  ...['all', 'none', 'call', 'calls', ',', '0.0.0.0/0', '/33', '::/0', '!', 'name(', 'method(exact)', '(', ')', '*'],
  ...['[victim]', '[victim](+)', '[VICTIM]', '[other](victim)', 'office', '100/s', 'secret =', 'tls_user = x'],
];

export const accounts: FuzzTarget = {
  name: 'accounts: a damaged section refuses its user, never widens it',
  inputs: 30_000,
  make: (random) => (random.oneIn(2) ? mutated(TEXTS, random, WORDS) : withOneLineMutated(random)),
  judge: (input) => {
    const files = splitFiles(input);
    const { config, problems } = compileInMemory(files);
    if (config === null) return null;
    const errors = problems.filter(({ severity, file }) => severity === 'error' && file === 'manager.conf');
    const parsed = parseConfFile('manager.conf', resolveIn(new Map(Object.entries(files))));
    if (parsed.kind !== 'parsed') return 'there is a configuration without manager.conf';
    for (const policy of config.policies.users.values()) {
      const sections = sectionsOf(parsed.sections, policy);
      const last = sections.at(-1);
      if (last === undefined) return `there is no section of ${policy.user}`;
      const fault = judgeUser(
        policy,
        sections.flatMap(({ variables }) => variables),
        last.variables,
        errors,
      );
      if (fault !== null) return `${policy.user}: ${fault}`;
    }
    return null;
  },
};

/** Damage where it counts: in one line of the account. */
function withOneLineMutated(random: Random): string {
  const lines = random.pick(TEXTS).split('\n');
  const damaged = random.below(lines.length);
  return lines.map((line, at) => (at === damaged ? mutated([line], random, WORDS) : line)).join('\n');
}

function sectionsOf(sections: readonly ConfSection[], { user }: Policy): readonly ConfSection[] {
  const key = asciiLowerCase(user);
  return sections.filter((section) => !section.isTemplate && asciiLowerCase(section.name) === key);
}

/** `last` counts for what adds up, `options` for what is said once. */
function judgeUser(
  policy: Policy,
  options: readonly ConfVariable[],
  last: readonly ConfVariable[],
  errors: readonly Problem[],
): string | null {
  const place = errors.find((error) => options.some(({ line }) => line === error.line));
  if (place !== undefined) return `lives on in spite of ${place.message}`;
  if (policy.credentials.kind === 'secret' && policy.credentials.secret === '') return 'has an empty secret';
  return judgeAcl(policy, last) ?? judgeLists(policy, options, last) ?? judgeClasses(policy, options);
}

function judgeAcl({ acl }: Policy, last: readonly ConfVariable[]): string | null {
  const own = last.filter(({ name }) => ['permit', 'deny'].includes(asciiLowerCase(name)));
  const named = last.filter(({ name }) => asciiLowerCase(name) === 'acl').flatMap(({ value }) => value.split(','));
  if (acl.kind === 'refuse-all') return null;
  const entries = own.reduce((sum, { value }) => sum + value.split(',').length, 0);
  const sets = named.length + (own.length === 0 ? 0 : 1);
  if (acl.sets.length !== sets) return `${acl.sets.length} rule sets instead of ${sets}`;
  const rules = own.length === 0 ? 0 : (acl.sets[0]?.rules.length ?? 0);
  return rules === entries ? null : `${rules} rules instead of ${entries}`;
}

function judgeLists(policy: Policy, options: readonly ConfVariable[], last: readonly ConfVariable[]): string | null {
  const linesOf = (some: readonly ConfVariable[], word: string) =>
    some.filter(({ name }) => asciiLowerCase(name).startsWith(word));
  const wanted = new Set(linesOf(last, 'eventfilter').map(({ name, value }) => `${name}=${value}`)).size;
  const filters = policy.filters.include.length + policy.filters.exclude.length;
  // Two ways to write one filter make one of it; there is none only where there is no line.
  if (filters > wanted || (filters === 0) !== (wanted === 0)) return `${filters} event filters of ${wanted}`;
  const rules = linesOf(last, 'actionfilter').length;
  if (policy.actionFilters.length !== rules) return `${policy.actionFilters.length} action filters of ${rules}`;
  const rates = linesOf(options, 'actionrate').length;
  if ((policy.actionRates.length === 0) !== (rates === 0)) return `${policy.actionRates.length} rates of ${rates}`;
  const limits = options.filter(({ name }) => asciiLowerCase(name) === 'maxsessions').length;
  return (policy.maxSessions === null) === (limits === 0) ? null : 'maxsessions is lost';
}

/** No class that is not written in the last line of that name. */
function judgeClasses(policy: Policy, options: readonly ConfVariable[]): string | null {
  for (const side of ['read', 'write'] as const) {
    const option = options.findLast(({ name }) => asciiLowerCase(name) === side);
    const words = (option?.value ?? '').split(',').map((word) => word.trim());
    if (words.includes('all')) continue;
    const named = words.reduce((classes, word) => classes | bitOf(word), 0);
    if ((policy[side] & ~named) !== 0) return `${side} has ${labelsOf(policy[side]).join()} of ${words.join()}`;
  }
  return null;
}

function bitOf(word: string): number {
  return Object.entries(CLASS_BITS).find(([label]) => label === word)?.[1] ?? 0;
}
