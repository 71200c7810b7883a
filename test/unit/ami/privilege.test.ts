import { describe, expect, it } from 'vitest';
import {
  ALL_CLASSES,
  CLASS_BITS,
  decodePrivilege,
  holdsAny,
  holdsEvery,
  labelsOf,
  NO_CLASSES,
} from '../../../src/ami/privilege.js';

const { system, call, user, message } = CLASS_BITS;

describe('a Privilege', () => {
  it.each([
    ['call,all', call],
    ['system,user,all', system | user],
    ['message,all', message],
    ['all', NO_CLASSES],
    ['<none>', NO_CLASSES],
    ['Call,all', null],
    ['call, user', null],
    ['call,,all', null],
    ['', null],
    ['telepathy,all', null],
    ['toString,all', null],
    ['__proto__', null],
    ['call,all ', null],
  ])('%j is read as %s', (text, classes) => {
    expect(decodePrivilege(text)).toBe(classes);
  });

  it('is read back from the labels of every class', () => {
    const labels = Object.keys(CLASS_BITS);
    const bits = Object.values(CLASS_BITS);

    expect(labels.map((label) => decodePrivilege(`${label},all`))).toEqual(bits);
    expect(labelsOf(ALL_CLASSES)).toEqual(labels);
  });
});

describe('class sets', () => {
  it('hold any for actions and every for events', () => {
    expect([holdsAny(call, call | user), holdsAny(system, call | user), holdsAny(call, NO_CLASSES)]).toEqual([
      true,
      false,
      false,
    ]);
    expect([holdsEvery(call, call | user), holdsEvery(call | user | system, call | user)]).toEqual([false, true]);
    expect(holdsEvery(NO_CLASSES, NO_CLASSES)).toBe(true);
  });

  it('hold the bit that is the highest', () => {
    expect(holdsEvery(ALL_CLASSES, message)).toBe(true);
    expect(holdsAny(message, ALL_CLASSES)).toBe(true);
    expect(ALL_CLASSES).toBeGreaterThan(0);
  });

  it('have the bits of Asterisk, which a numeric event mask names', () => {
    expect(CLASS_BITS).toEqual({
      system: 0x1,
      call: 0x2,
      log: 0x4,
      verbose: 0x8,
      command: 0x10,
      agent: 0x20,
      user: 0x40,
      config: 0x80,
      dtmf: 0x100,
      reporting: 0x200,
      cdr: 0x400,
      dialplan: 0x800,
      originate: 0x1000,
      agi: 0x2000,
      cc: 0x8000,
      aoc: 0x10000,
      test: 0x20000,
      security: 0x40000,
      message: 0x40000000,
    });
  });

  it('have different bits', () => {
    const bits = Object.values(CLASS_BITS);

    expect(new Set(bits).size).toBe(bits.length);
    expect(bits.reduce<number>((sum, bit) => sum | bit, 0)).toBe(bits.reduce<number>((sum, bit) => sum + bit, 0));
  });
});
