import { expect, it } from 'vitest';
import { fail, succeed } from '../../../src/lib/result.js';
import { unreachable } from '../../../src/lib/unreachable.js';

it('a result holds a value or a failure, and not both', () => {
  expect(succeed(1)).toEqual({ ok: true, value: 1 });
  expect(fail('why')).toEqual({ ok: false, failure: 'why' });
});

it('a value that no type allows stops loudly', () => {
  const lie: unknown = { kind: 'lie' };

  expect(() => Reflect.apply(unreachable, undefined, [lie])).toThrow('unreachable: {"kind":"lie"}');
});
