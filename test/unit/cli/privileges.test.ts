import { describe, expect, it } from 'vitest';
import { findDescriptorShortage } from '../../../src/cli/descriptors.js';
import { dropPrivileges, type Identity } from '../../../src/cli/privileges.js';
import { compileInMemory, UPSTREAM_ACCOUNT } from '../config/in-memory.js';

function identity(uid: number, becomes = 1000): Identity & { readonly steps: string[] } {
  const steps: string[] = [];
  let current = uid;
  return {
    steps,
    getuid: () => current,
    setgroups: (groups) => steps.push(`setgroups ${groups.length}`),
    setgid: (group) => steps.push(`setgid ${group}`),
    initgroups: (user, group) => steps.push(`initgroups ${user} ${group}`),
    setuid: (user) => {
      steps.push(`setuid ${user}`);
      current = becomes;
    },
  };
}

describe('root', () => {
  it('is given up for user and group, the user last', () => {
    const self = identity(0);

    expect(dropPrivileges({ user: 'ami', group: 'voip' }, self)).toEqual({
      ok: true,
      value: { user: 'ami', group: 'voip' },
    });
    expect(self.steps).toEqual(['setgroups 0', 'setgid voip', 'initgroups ami voip', 'setuid ami']);
  });

  it('is given up for the group of the same name where none is set', () => {
    const self = identity(0);

    dropPrivileges({ user: 'ami', group: null }, self);

    expect(self.steps).toContain('setgid ami');
  });

  it('is told where nobody is named', () => {
    expect(dropPrivileges({ user: null, group: null }, identity(0))).toEqual({ ok: true, value: 'root' });
  });

  it('is not looked for where the process is somebody else', () => {
    const self = identity(1000);

    expect(dropPrivileges({ user: 'ami', group: null }, self)).toEqual({ ok: true, value: null });
    expect(self.steps).toEqual([]);
  });

  it('that stays is a failure: nothing may run as root against its configuration', () => {
    expect(dropPrivileges({ user: 'root', group: null }, identity(0, 0)).ok).toBe(false);
  });

  it('that cannot be given up is a failure', () => {
    const self: Identity = {
      ...identity(0),
      setuid: () => {
        throw new Error('User identifier does not exist: ami');
      },
    };

    expect(dropPrivileges({ user: 'ami', group: null }, self)).toEqual({
      ok: false,
      failure: 'cannot become user ami, group ami: User identifier does not exist: ami',
    });
  });
});

describe('file descriptors', () => {
  const settings = (maxSessions: number) => {
    const conf = {
      'manager.conf': '[general]\nenabled = yes\n',
      'gateway.conf': `[sessions]\nmax_sessions = ${maxSessions}`,
    };
    const gateway = compileInMemory(conf, UPSTREAM_ACCOUNT).config?.gateway;
    if (gateway === undefined) throw new Error('no configuration');
    return gateway;
  };

  it('that suffice are not spoken of', () => {
    expect(findDescriptorShortage(settings(1), 1)).toBeNull();
  });

  it.runIf(process.platform === 'linux')('that do not are told with their number', () => {
    const limit = findDescriptorShortage(settings(1_000_000), 2_000_000_000);

    expect(limit?.needed).toBeGreaterThan(2_000_000_000);
    expect(limit?.limit).toBeGreaterThan(0);
  });

  it.runIf(process.platform === 'linux')('that do not bound the sessions, so that all of them fit', () => {
    const all = findDescriptorShortage(settings(1_000_000), 2_000);
    const limit = all?.limit ?? 0;

    expect(all?.maxSessions).toBeLessThan(limit);
    expect(findDescriptorShortage(settings(all?.maxSessions ?? 0), 2_000)).toBeNull();
  });
});
