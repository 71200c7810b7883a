import { describe, expect, it } from 'vitest';
import { actionOf, decodeHeader } from '../../../src/ami/message.js';
import { isQuiet } from '../../../src/policy/quiet-actions.js';
import { SHIPPED_ACTIONS } from '../../../src/policy/shipped-actions.js';

const quiet = (...lines: string[]) => isQuiet(actionOf(lines.map(decodeHeader)));

describe('a quiet action', () => {
  it('is one that only reads, in any case', () => {
    expect([quiet('Action: CoreStatus'), quiet('action:corestatus')]).toEqual([true, true]);
  });

  it('is not one that changes something', () => {
    expect(
      ['Originate', 'UserEvent', 'Setvar', 'Hangup', 'DBPut', 'Command'].map((name) => quiet(`Action: ${name}`)),
    ).toEqual(Array.from({ length: 6 }, () => false));
  });

  it('reads a variable, but no function, which may do anything', () => {
    expect(quiet('Action: Getvar', 'Variable: CALLERID')).toBe(true);
    expect(quiet('Action: Getvar', 'Variable: CALLERID(num)')).toBe(false);
    expect(quiet('Action: Getvar', 'Variable: $[X]')).toBe(false);
    expect(quiet('Action: Status', 'Variables: A,B')).toBe(true);
    expect(quiet('Action: Status', 'Variables: A,SHELL(x)')).toBe(false);
  });

  it('is never one that Asterisk names for a change', () => {
    const names = Object.values(SHIPPED_ACTIONS).flatMap((text) => text.split(' '));
    const verbs =
      /add|remove|del|put|set|pause|kick|mute|lock|start|stop|hangup|transfer|reload|load$|send|notify|destroy|log/i;

    expect(
      names.filter((name) => quiet(`Action: ${name}`) && verbs.test(name.replace(/settings|technology/i, ''))),
    ).toEqual([]);
  });
});
