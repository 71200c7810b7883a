import { describe, expect, it } from 'vitest';
import { type AmiAction, actionOf, decodeHeader } from '../../../src/ami/message.js';
import { ALL_CLASSES, CLASS_BITS } from '../../../src/ami/privilege.js';
import { learnActions } from '../../../src/policy/action-classes.js';
import {
  type ActionFilter,
  compileActionFilter,
  describeFilterDenial,
  judgeActionFilters,
  whyNeverMatches,
} from '../../../src/policy/action-filter.js';
import { authorizeAction, denialMessage } from '../../../src/policy/authorize-action.js';
import { readCases } from './case-file.js';

describe('an action filter', () => {
  it.each(readCases('action-filter'))('decides as written: $place', ({ expected, columns }) => {
    const [lines = '', headers = ''] = columns;

    expect(decide(lines, headers)).toBe(expected);
  });

  it.each([
    ['(name(Originate),header(Context),method(exact)) ='],
    ['(name(Originate)) = text without a method'],
    ['(nonsense(x)) = y'],
    ['(action(allow),name(x)) ='],
    ['= ((unbalanced'],
    ['='],
    ['= !'],
  ])('that cannot be read is a fault: %s', (line) => {
    expect(compile(line, 1)).toBeNull();
  });

  it('tells the log its line, and cleans what comes from the wire', () => {
    const [filter] = filtersOf('(action(exclude),name(Hangup)) =');
    const denial = judgeActionFilters(filter === undefined ? [] : [filter], 'Hangup', actionFrom('Action: Hangup'));
    const odd = judgeActionFilters(
      filtersOf('(name(Hangup)) ='),
      'Hangup',
      actionFrom('Action: Hangup // \x1b: 1 // \x1b: 2'),
    );

    expect(denial === null ? null : describeFilterDenial(denial)).toBe('1');
    expect(odd === null ? null : describeFilterDenial(odd)).toBe('more than one ?');
  });

  it.each([
    ['(header(Context),method(starts_with)) =  from', 'the blanks before its value are not part of it'],
    ['= ^Originate', 'it is compared with the whole action, which begins with `Action: `'],
    ['= evil$', 'it is compared with the whole action, which ends with an empty line'],
    ['= ^tion: ', 'it is compared with the whole action, which begins with `Action: `'],
    ['= ^xAction: ', 'it is compared with the whole action, which begins with `Action: `'],
    ['(header(Context),method(starts_with)) = a b', null],
    ['(header(Context),method(regex)) = ^ a|^b', null],
    ['= ^Action: Orig|^Foo', null],
    ['= ^Act', null],
    ['= evil$|.$', null],
    ['= ^Action: Orig', null],
    ['= from-crm', null],
    ['(name(Originate)) =', null],
    ['(header(Context),method(exact)) = from-crm', null],
  ])('says why it can never match: %s', (line, reason) => {
    expect(filtersOf(line).map(whyNeverMatches)).toEqual([reason]);
  });
});

describe('an action filter at the end of the action', () => {
  it.each([
    ['\n', null],
    ['x\r\n\r\n', null],
    ['\r\n\r', 'it is compared with the whole action, which ends with an empty line'],
    ['\r\n\r\nx', 'it is compared with the whole action, which ends with an empty line'],
  ])('with %j may match: %s', (value, reason) => {
    const filter = compileActionFilter({ option: 'actionfilter(method(ends_with))', value }, '1');

    expect(filter.ok && whyNeverMatches(filter.value)).toBe(reason);
  });
});

describe('what the log says of a refusal by action filter', () => {
  it('is short, whatever the client sent', () => {
    expect(describeFilterDenial({ kind: 'ambiguous', header: 'x'.repeat(200) })).toHaveLength(80);
    expect(describeFilterDenial({ kind: 'not-included' })).toBe('no actionfilter includes it');
  });
});

describe('a user with action filters', () => {
  const filters = filtersOf('(name(Originate),header(Context),method(exact)) = from-crm // (name(QueueStatus)) =');

  it.each([
    ['forward', 'Action: Originate // Channel: A/b // Context: from-crm // Exten: 1 // Priority: 1'],
    ['Permission denied', 'Action: Originate // Channel: A/b // Context: other // Exten: 1 // Priority: 1'],
    ['Permission denied', 'Action: Hangup // Channel: A/b'],
    ['Permission denied', 'Action: Command // Command: core show uptime'],
    ['forward', 'Action: queuestatus'],
  ])('hears %s to %s', (expected, headers) => {
    expect(ask(headers, ALL_CLASSES)).toBe(expected);
  });

  it.each([
    ['Action: Ping'],
    ['Action: Events // EventMask: off'],
    ['Action: WaitEvent'],
    ['Action: ListCommands'],
    ['Action: Logoff'],
    ['Action: Filter // Operation: Add // Filter: x'],
  ])('may still do what concerns its session alone: %s', (headers) => {
    expect(ask(headers, ALL_CLASSES)).toBe('answer');
  });

  it('gets no class from them', () => {
    expect(ask('Action: Originate // Context: from-crm // Channel: A/b', CLASS_BITS.call)).toBe('Permission denied');
  });

  it('hears of an unknown action what everybody hears', () => {
    expect(ask('Action: Nonsense', ALL_CLASSES)).toContain('Invalid/unknown command: Nonsense.');
  });

  it('has its arguments checked as well', () => {
    const crossed = 'Action: Originate // Channel: A/b // Context: from-crm // Application: System // Data: id';

    expect(ask(crossed, CLASS_BITS.originate)).not.toBe('forward');
  });

  function ask(headers: string, write: number): string {
    const action = actionFrom(headers);
    const table = learnActions([
      'Hangup: x (Priv: call,all)',
      'Originate: x (Priv: originate,all)',
      'Command: x (Priv: command,all)',
      'QueueStatus: x (Priv: <none>)',
    ]);
    const verdict = authorizeAction(
      { user: 'crm', write, actionFilters: filters, isEnforced: true, setvar: [] },
      action,
      table,
    );
    if (verdict.kind === 'denied') return denialMessage(verdict.denial, action);
    return verdict.kind === 'local' ? 'answer' : 'forward';
  }
});

function decide(lines: string, headers: string): string {
  const action = actionFrom(headers);
  const known = ['Originate', 'Hangup', 'Getvar', 'QueueStatus', 'UserEvent'];
  const name = known.find((one) => one.toLowerCase() === action.name.toLowerCase()) ?? action.name;
  const denial = judgeActionFilters(filtersOf(lines), name, action);
  switch (denial?.kind) {
    case undefined:
      return 'pass';
    case 'excluded':
      return denial.place;
    case 'not-included':
      return 'none';
    case 'ambiguous':
      return `twice ${denial.header}`;
  }
}

/** Their places are their numbers. */
function filtersOf(lines: string): readonly ActionFilter[] {
  if (lines === '') return [];
  return lines.split(' // ').map((line, index) => {
    const filter = compile(line, index + 1);
    if (filter === null) throw new Error(`the case itself is wrong: ${line}`);
    return filter;
  });
}

function compile(line: string, number: number): ActionFilter | null {
  const start = line.lastIndexOf(') =') + 1;
  const option = line.slice(0, start).trimEnd();
  const value = line.slice(start).replace(/^ ?= ?/, '');
  const filter = compileActionFilter(
    { option: `actionfilter${option}`, value: value.replaceAll('<SP>', ' ') },
    String(number),
  );
  return filter.ok ? filter.value : null;
}

function actionFrom(headers: string): AmiAction {
  const lines = headers.split(' // ').map((line) => line.replaceAll('<SP>', ' ').split('\0', 1)[0] ?? '');
  return actionOf(lines.map(decodeHeader));
}
