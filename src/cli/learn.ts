/** `ami-gateway learn`: the smallest section that would have allowed what a user did, as a diff against the present one. */
import { asciiLowerCase } from '../ami/message.js';
import type { ConfVariable } from '../config/conf-reading.js';
import { loadConfig } from '../config/load.js';
import type { Account } from '../config/manager-conf.js';
import { fail, type Result, succeed } from '../lib/result.js';
import { learnActions } from '../policy/action-classes.js';
import { type LearntLine, type LearntSection, learnSection } from '../policy/learn-section.js';
import { userKey } from '../policy/policy.js';
import { addLine, noUsage, type Usage } from '../policy/usage.js';
import { count } from './check.js';

export interface LearnQuestion {
  readonly dir: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly user: string | null;
  /** `null` for the one that the configuration names. */
  readonly audit: string | null;
  readonly asJson: boolean;
}

export interface LearnPorts {
  readonly linesOf: (file: string) => AsyncIterable<string>;
  readonly tell: (line: string) => void;
  readonly complain: (line: string) => void;
}

/** Resolves with the exit code: 0 done, 1 there is nothing to learn from, 2 the question is wrong. */
export async function learn(question: LearnQuestion, ports: LearnPorts): Promise<0 | 1 | 2> {
  const subject = findSubject(question);
  if (!subject.ok) return complain(ports, subject.failure, 2);
  const { account, file } = subject.value;
  const usage = await readUsage(file, account.user, ports.linesOf);
  if (!usage.ok) return complain(ports, usage.failure, 2);
  if (usage.value.unreadable > 0) {
    ports.complain(
      `${count(usage.value.unreadable, 'line')} of ${file} cannot be read and ${usage.value.unreadable === 1 ? 'does' : 'do'} not count`,
    );
  }
  if (usage.value.lines === 0) return complain(ports, `${file} holds nothing of [${account.user}]`, 1);
  const held = account.policy?.write ?? 0;
  const section = learnSection(usage.value, held, learnActions([]));
  if (question.asJson) ports.tell(JSON.stringify({ user: account.user, ...section }, null, 2));
  else for (const line of formatDiff(account, section, usage.value)) ports.tell(line);
  return 0;
}

interface Subject {
  readonly account: Account;
  readonly file: string;
}

function findSubject({ dir, environment, user, audit }: LearnQuestion): Result<Subject> {
  if (user === null) return fail('learn needs --user USER');
  const { accounts, config } = loadConfig(dir, environment);
  const account = accounts.get(userKey(user));
  if (account === undefined) return fail(`there is no user [${user}] in ${dir}/manager.conf`);
  const configured = config?.gateway.log.auditFile ?? null;
  const file = audit ?? configured;
  if (file === null)
    return fail('there is no audit log: set audit_file in [log] of gateway.conf, or name one with --audit');
  return succeed({ account, file });
}

async function readUsage(file: string, user: string, linesOf: LearnPorts['linesOf']): Promise<Result<Usage>> {
  const usage = noUsage();
  try {
    for await (const line of linesOf(file)) addLine(usage, user, line);
    return succeed(usage);
  } catch (error) {
    return fail(`cannot read the audit log ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function complain<Code extends 1 | 2>(ports: LearnPorts, sentence: string, code: Code): Code {
  ports.complain(sentence);
  return code;
}

function formatDiff(account: Account, section: LearntSection, usage: Usage): readonly string[] {
  const { place, options, user } = account;
  const learntNames = new Set(section.lines.map(({ option }) => wordOf(option)));
  // Where the log holds no address, the present rules for addresses stay.
  const isReplaced = (option: ConfVariable) =>
    REPLACED.has(wordOf(option.name)) && !(isAddressRule(option) && !learntNames.has('deny'));
  const present = options.filter((option) => !isSecret(option));
  const isKept = (line: LearntLine) => present.some((option) => isSame(option, line));
  return [
    `--- ${place.file}:${place.line} [${user}]`,
    `+++ learnt from ${count(usage.lines, 'line')}, ${usage.firstAt ?? ''} to ${usage.lastAt ?? ''}`,
    ` [${user}]`,
    ...present.map((option) => {
      const same = section.lines.find((line) => isSame(option, line));
      if (same !== undefined) return ` ${assignment(option.name, option.value)}${usesOf(same)}`;
      return `${isReplaced(option) ? '-' : ' '}${assignment(option.name, option.value)}`;
    }),
    ...section.lines
      .filter((line) => !isKept(line))
      .map((line) => `+${assignment(line.option, line.value)}${usesOf(line)}`),
    ...section.notes.map((note) => `# ${note}`),
  ];
}

const REPLACED: ReadonlySet<string> = new Set(['permit', 'deny', 'read', 'write', 'eventfilter', 'actionfilter']);

function isAddressRule({ name }: ConfVariable): boolean {
  return ['permit', 'deny'].includes(asciiLowerCase(name));
}

/** Neither shown nor changed. */
function isSecret({ name }: ConfVariable): boolean {
  return asciiLowerCase(name).startsWith('secret');
}

function wordOf(option: string): string {
  return asciiLowerCase(option.split('(', 1)[0] ?? '').trim();
}

function isSame(option: ConfVariable, line: LearntLine): boolean {
  return asciiLowerCase(option.name) === asciiLowerCase(line.option) && option.value === line.value;
}

function assignment(name: string, value: string): string {
  return `${name} = ${value}`.trimEnd();
}

function usesOf({ uses }: LearntLine): string {
  return uses === 0 ? '' : `  ; ${count(uses, 'time')}`;
}
