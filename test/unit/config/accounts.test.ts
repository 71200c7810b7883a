import { describe, expect, it } from 'vitest';
import { ALL_CLASSES, type ClassSet, labelsOf } from '../../../src/ami/privilege.js';
import { sorted } from '../../../src/cli/check.js';
import type { LoadedConfig } from '../../../src/config/compile-config.js';
import { formatProblem } from '../../../src/config/problem.js';
import type { Policy } from '../../../src/policy/policy.js';
import { filesOf, readConfCases } from './conf-cases.js';
import { compileInMemory } from './in-memory.js';

describe('accounts and [general]', () => {
  it.each(readConfCases('accounts'))('$title', (one) => {
    const loaded = compileInMemory(withGeneral(filesOf(one)));

    expect(problemsOf(loaded)).toEqual(patternsOf(one.parts.get('problems') ?? ''));
    expect(usersOf(loaded)).toBe(one.parts.get('users'));
  });
});

describe('manager.conf', () => {
  it('without [general] is refused', () => {
    const loaded = compileInMemory({ 'manager.conf': '[alice]\nsecret = s3cret-of-alice\n' });

    expect(loaded.config).toBeNull();
    expect(problemsOf(loaded)).toContain(
      'manager.conf:0: there is no section [general] (write enabled = yes in [general])',
    );
  });

  it('says in a policy where its action filters are written, and splits setvar at the first =', () => {
    const text = '[general]\nenabled = yes\n[alice]\nsecret = s3cret-of-alice\nactionfilter = x\nsetvar = A=c=d\n';
    const { config } = compileInMemory({ 'manager.conf': text });

    expect(config?.policies.users.get('alice')).toMatchObject({
      actionFilters: [{ place: 'manager.conf:5' }],
      setvar: [{ name: 'A', value: 'c=d' }],
    });
  });
});

/** The section goes to the end, so that the lines of the case keep their numbers. */
function withGeneral(files: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  const manager = files.get('manager.conf') ?? '';
  const general = manager.includes('[general]') ? '' : '\n[general]\nenabled = yes\n';
  return { ...Object.fromEntries(files), 'manager.conf': manager + general };
}

function problemsOf({ problems }: LoadedConfig): readonly string[] {
  return sorted(problems).map(formatProblem);
}

/** A `*` in a line stands for the words of someone else. */
function patternsOf(text: string): readonly unknown[] {
  const lines = text === '' ? [] : text.split('\n');
  return lines.map((line) => {
    const [start = '', end] = line.split(/(?<=, )\*(?=:)/);
    return end === undefined
      ? line
      : expect.stringMatching(new RegExp(`^${escapeRegExp(start)}.+${escapeRegExp(end)}$`));
  });
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function usersOf({ config }: LoadedConfig): string {
  if (config === null) return 'refused';
  return [...config.policies.users.values()].map(userOf).join('\n');
}

function userOf(policy: Policy): string {
  const filters = policy.filters.include.length + policy.filters.exclude.length;
  const differences = [
    policy.allowMultipleLogin ? [] : ['single login'],
    policy.displayConnects ? [] : ['hidden connects'],
    policy.writeTimeoutMs === 100 ? [] : [`write timeout ${policy.writeTimeoutMs}`],
    filters === 0 ? [] : [`${filters} filters`],
    policy.credentials.kind === 'scrypt' ? ['hashed secret'] : [],
    policy.certificateName === null ? [] : [`certificate ${policy.certificateName}`],
    policy.actionFilters.length === 0 ? [] : [`${policy.actionFilters.length} action filters`],
    policy.actionRates.map(({ action, count, periodMs }) => `${action ?? '*'}/${count} in ${periodMs} ms`),
    policy.maxSessions === null ? [] : [`${policy.maxSessions} sessions`],
    policy.setvar.map(({ name, value }) => `${name}=${value}`),
  ].flat();
  return [`${policy.user}: ${classesOf(policy.read)} / ${classesOf(policy.write)}`, ...differences].join('; ');
}

function classesOf(classes: ClassSet): string {
  if (classes === ALL_CLASSES) return 'all';
  return labelsOf(classes).join(',') || 'none';
}
