/** Accounts that may do more than a program needs, or that are easily taken over. */
import { asciiLowerCase } from '../ami/message.js';
import { ALL_CLASSES, CLASS_BITS, holdsAny, holdsEvery, labelsOf } from '../ami/privilege.js';
import { permitsEverybody } from '../policy/acl.js';
import type { Policy } from '../policy/policy.js';
import { type Danger, type DangerName, danger } from './danger.js';
import type { Account } from './manager-conf.js';
import type { Place } from './report.js';
import { isWellKnown } from './well-known-secrets.js';

/** Who is refused for an error is told of that first. `isReachable`: clients of other machines can connect. */
export function findAccountDangers(accounts: readonly Account[], isReachable: boolean): readonly Danger[] {
  const usable = accounts.flatMap(({ policy, ...account }) => (policy === null ? [] : [{ account, policy }]));
  const single = usable.flatMap((user) => [
    ...findRightDangers(user),
    ...(isReachable ? findOpenAccount(user) : []),
    ...findShortSecret(user),
  ]);
  return [...single, ...findSharedSecrets(usable)];
}

interface UsableAccount {
  readonly account: Pick<Account, 'user' | 'place' | 'options'>;
  readonly policy: Policy;
}

/** Classes with which one can change calls, settings or the machine. */
const CHANGING =
  CLASS_BITS.system |
  CLASS_BITS.call |
  CLASS_BITS.command |
  CLASS_BITS.agent |
  CLASS_BITS.config |
  CLASS_BITS.originate |
  CLASS_BITS.agi |
  CLASS_BITS.message;

function findOpenAccount({ account, policy }: UsableAccount): readonly Danger[] {
  if (!permitsEverybody(policy.acl) || !holdsAny(policy.write, CHANGING)) return [];
  const rights = holdsEvery(policy.write, ALL_CLASSES) ? 'all' : labelsOf(policy.write & CHANGING).join(', ');
  const message = `user '${account.user}' may be used from every address, with write rights for ${rights}`;
  const hint = 'write deny = 0.0.0.0/0, deny = ::/0 and behind them permit = with the address of its program';
  return [danger('open-account', account.place, message, hint)];
}

const RIGHTS: readonly (readonly [name: DangerName & keyof typeof CLASS_BITS, means: string, hint: string])[] = [
  [
    'originate',
    'may call every number and enter every context of the dialplan',
    'say which: actionfilter(action(include),name(Originate),header(Context),method(exact)) = CONTEXT; other actions then need an include, too',
  ],
  [
    'command',
    'may run every CLI command, which is as good as the account that Asterisk runs as',
    'take command out, or say which: actionfilter(action(include),name(Command),header(Command),method(exact)) = core show channels; other actions then need an include, too',
  ],
  [
    'system',
    'may load modules, change the database, and use functions such as SHELL() and FILE()',
    'take system out; reporting is enough to look, call to hang up',
  ],
  ['config', 'may read and rewrite the configuration of Asterisk, secrets included', 'take config out'],
  ['agi', 'may run every application of the dialplan in a call', 'take agi out, unless the program is an AsyncAGI one'],
];

/** `all` is told once; an account whose actions are included one by one was thought about. */
function findRightDangers({ account, policy }: UsableAccount): readonly Danger[] {
  if (policy.actionFilters.some((filter) => filter.action === 'include')) return [];
  const place = placeOf(account, 'write');
  if (holdsEvery(policy.write, ALL_CLASSES)) {
    const hint = 'name the classes that its program needs: ami-gateway explain tells which an action needs';
    const message = `write = all: user '${account.user}' may do everything that Asterisk can do`;
    return [danger('all-actions', place, message, hint)];
  }
  return RIGHTS.filter(([name]) => holdsAny(policy.write, CLASS_BITS[name]) && !isFiltered(policy, name)).map(
    ([name, means, hint]) => danger(name, place, `with ${name} in write, user '${account.user}' ${means}`, hint),
  );
}

/** Whether some line narrows the one action that such a class is about. */
function isFiltered({ actionFilters }: Policy, name: string): boolean {
  return actionFilters.some((filter) => filter.name === null || filter.name === name);
}

/** Below this a captured MD5 login can be searched for the secret. */
const LEAST_SECRET = 12;

export function isShort(secret: string): boolean {
  return secret.length < LEAST_SECRET;
}

export const LONGER = 'openssl rand -hex 24 makes one that nobody guesses';

function findShortSecret({ account, policy }: UsableAccount): readonly Danger[] {
  const { credentials } = policy;
  if (credentials.kind !== 'secret' || !isShort(credentials.secret)) return [];
  // Of one that attackers know, its account is told already.
  if (isWellKnown(credentials.secret, account.user)) return [];
  const message = `the secret of user '${account.user}' is shorter than ${LEAST_SECRET} bytes`;
  return [danger('short-secret', placeOf(account, 'secret', 'secret_file'), message, LONGER)];
}

function findSharedSecrets(users: readonly UsableAccount[]): readonly Danger[] {
  const first = new Map<string, string>();
  return users.flatMap(({ account, policy }) => {
    if (policy.credentials.kind !== 'secret') return [];
    const { secret } = policy.credentials;
    const other = first.get(secret);
    if (other === undefined) first.set(secret, account.user);
    if (other === undefined) return [];
    const message = `users '${other}' and '${account.user}' have the same secret: who knows one account has both`;
    return [danger('shared-secret', placeOf(account, 'secret', 'secret_file'), message, LONGER)];
  });
}

/** The line of the last option with one of these names. */
function placeOf(account: UsableAccount['account'], ...names: readonly string[]): Place {
  return account.options.findLast(({ name }) => names.includes(asciiLowerCase(name))) ?? account.place;
}
