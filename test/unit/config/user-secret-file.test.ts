import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../../src/config/problem.js';
import { succeed } from '../../../src/lib/result.js';
import { compileInMemory, UPSTREAM_ACCOUNT } from './in-memory.js';

describe('the secret_file of a user', () => {
  it('holds the secret, without the line end behind it', () => {
    expect(load('s3cret\r\n\n')).toEqual([{ kind: 'secret', secret: 's3cret' }]);
    expect(load(' s3cret of alice \r\n')).toEqual([{ kind: 'secret', secret: ' s3cret of alice ' }]);
  });

  it('is never joined from two lines', () => {
    expect(load('s3cret\nother')).not.toContainEqual(expect.objectContaining({ kind: 'secret' }));
  });

  it.each([
    ['is empty', '\n', "manager.conf:4: the secret of user 'alice' is empty: the user is refused"],
    [
      'is more than one line',
      's3cret\nother\n',
      "manager.conf:4: secret_file alice.secret is more than one line: user 'alice' is refused",
    ],
  ])('refuses the user when it %s', (_what, text, problem) => {
    expect(load(text)).toContain(problem);
    expect(load(text)).not.toContainEqual(expect.objectContaining({ kind: 'secret' }));
  });
});

/** The credentials of all users, and the errors. */
function load(secret: string): readonly unknown[] {
  const text = '[general]\nenabled = yes\n[alice]\nsecret_file = alice.secret\n';
  const { config, problems } = compileInMemory({ 'manager.conf': text }, UPSTREAM_ACCOUNT, () => succeed(secret));
  const users = [...(config?.policies.users.values() ?? [])].map(({ credentials }) => credentials);
  return [...users, ...problems.filter(({ severity }) => severity === 'error').map(formatProblem)];
}
