import { describe, expect, it } from 'vitest';
import { ALL_CLASSES, CLASS_BITS, decodePrivilege, NO_CLASSES } from '../../../src/ami/privilege.js';
import { learnActions, listCommandsLines, lookupAction, maySubmit } from '../../../src/policy/action-classes.js';
import { SHIPPED_ACTIONS } from '../../../src/policy/shipped-actions.js';
import { readCases } from './case-file.js';

const { call, reporting, system } = CLASS_BITS;
const ALL_BUT_UNLABELLED = Object.values(CLASS_BITS).reduce((held, bit) => held | bit);

describe('the table of actions', () => {
  it('takes names and classes from the last (Priv: …) of each announced line', () => {
    const table = learnActions(['NewAction: Does x: (Priv: all) (really).  (Priv: call,reporting,all)']);

    expect(lookupAction(table, 'newaction')).toEqual({
      kind: 'known',
      name: 'NewAction',
      needs: [call | reporting],
      announced: true,
    });
  });

  it('takes a name of one letter for one', () => {
    expect(learnActions(['A: x.  (Priv: <none>)']).announced).toHaveLength(1);
    expect(learnActions(['A: x.  (Priv: call) x']).announced).toEqual([]);
  });

  it('asks for a class once that both the upstream and our table name', () => {
    expect(lookupAction(learnActions(['Hangup: x.  (Priv: system,call,all)']), 'Hangup')).toMatchObject({
      needs: [system | call],
    });
  });

  it('skips lines that announce nothing', () => {
    const lines = ['Response: Success', 'ActionID: (Priv: x', '', 'NoPriv: y', ': z (Priv: <none>)', ' (Priv: a:b)'];

    expect(learnActions(lines).announced).toEqual([]);
  });

  it.each(readCases('shipped-actions'))('ships what Asterisk registers: $expected', ({ expected, columns }) => {
    const needs = decodePrivilege(expected);
    const names = Object.entries(SHIPPED_ACTIONS)
      .filter(([labels]) => decodePrivilege(labels) === needs)
      .flatMap(([, list]) => list.split(' '));

    expect(names.sort()).toEqual((columns[0] ?? '').split(' ').sort());
  });

  it('ships no action that Asterisk does not register', () => {
    const registered = readCases('shipped-actions').flatMap(({ columns }) => (columns[0] ?? '').split(' '));

    expect(learnActions([]).actions.size).toBe(registered.length);
  });

  it('keeps our class where the upstream announces none, as before AST-2014-006', () => {
    const table = learnActions(['MixMonitor: Record.  (Priv: <none>)']);

    expect(may('MixMonitor', NO_CLASSES, table)).toBe(false);
    expect(may('MixMonitor', call, table)).toBe(false);
    expect(may('MixMonitor', system, table)).toBe(true);
  });

  it('demands both where the upstream announces another class than ours', () => {
    const table = learnActions(['ConfbridgeStartRecord: Record.  (Priv: call,all)']);

    expect(may('ConfbridgeStartRecord', call, table)).toBe(false);
    expect(may('ConfbridgeStartRecord', system, table)).toBe(false);
    expect(may('ConfbridgeStartRecord', call | system, table)).toBe(true);
  });

  it('follows an upstream that has become stricter', () => {
    const table = learnActions(['QueueReset: Reset.  (Priv: system,all)', 'Hangup: Hang up.  (Priv: system,all)']);

    expect(may('QueueReset', NO_CLASSES, table)).toBe(false);
    expect(may('Hangup', call, table)).toBe(false);
    expect(may('Hangup', system, table)).toBe(true);
  });

  it('leaves an action of an unknown class to those who hold all', () => {
    const table = learnActions(['Future: Does.  (Priv: call,hologram,all)', 'Odd: Does.  (Priv: )']);

    expect(may('Future', ALL_BUT_UNLABELLED, table)).toBe(false);
    expect(may('Future', ALL_CLASSES, table)).toBe(true);
    expect(may('Odd', ALL_BUT_UNLABELLED, table)).toBe(false);
  });

  it('knows the actions we ship before any upstream was asked', () => {
    const table = learnActions([]);

    expect(lookupAction(table, 'oRiGiNaTe')).toEqual({
      kind: 'known',
      name: 'Originate',
      needs: [CLASS_BITS.originate],
      announced: false,
    });
    expect(lookupAction(table, 'Nonsense')).toEqual({ kind: 'unknown' });
    expect(lookupAction(table, '')).toEqual({ kind: 'unknown' });
  });

  it('lists to each user the lines of the upstream that he may use, verbatim and in order', () => {
    const lines = [
      'Hangup: Hangup channel.  (Priv: system,call,all)',
      'Ping: Keepalive command.  (Priv: <none>)',
      'Status: List channel status.  (Priv: system,call,reporting,all)',
    ];
    const table = learnActions(['Response: Success', ...lines, '']);

    expect(listCommandsLines(table, NO_CLASSES)).toEqual([lines[1]]);
    expect(listCommandsLines(table, reporting)).toEqual([lines[1], lines[2]]);
    expect(listCommandsLines(table, call)).toEqual(lines);
  });
});

function may(name: string, write: number, table: ReturnType<typeof learnActions>): boolean {
  const known = lookupAction(table, name);
  return known.kind === 'known' && maySubmit(write, known);
}
