import { describe, expect, it } from 'vitest';
import { actionOf, decodeHeader } from '../../../src/ami/message.js';
import { ALL_CLASSES, CLASS_BITS, type ClassSet, decodePrivilege, NO_CLASSES } from '../../../src/ami/privilege.js';
import { type ActionTable, learnActions } from '../../../src/policy/action-classes.js';
import { judgeArguments } from '../../../src/policy/argument-rules.js';
import {
  type ActionPolicy,
  authorizeAction,
  authorizeBeforeLogin,
  denialMessage,
} from '../../../src/policy/authorize-action.js';
import { SHIPPED_ACTIONS } from '../../../src/policy/shipped-actions.js';
import { readCases } from './case-file.js';

describe('an action', () => {
  it.each(readCases('authorize-action'))('is decided by its class: $place', ({ expected, columns }) => {
    const [classes = '', headers = ''] = columns;

    expect(decide(classes, headers)).toBe(expected);
  });

  it.each(readCases('argument-rules'))('is decided by its arguments: $place', ({ expected, columns }) => {
    const [classes = '', headers = ''] = columns;

    expect(decide(classes, headers)).toBe(expected);
  });

  it('is answered as unknown when its module is not loaded and its class not held, as Asterisk would', () => {
    const table = learnActions([]);

    expect(decide('call', 'Action: DBPut', table)).toBe(
      'Invalid/unknown command: DBPut. Use Action: ListCommands to show available commands.',
    );
    expect(decide('system', 'Action: DBPut', table)).toBe('forward');
  });

  it('is answered as unknown when its module is not loaded, also where its arguments are refused', () => {
    expect(decide('call', 'Action: Monitor // Channel: x // File: x;id', learnActions([]))).toBe(
      'Invalid/unknown command: Monitor. Use Action: ListCommands to show available commands.',
    );
  });

  it("is refused with Asterisk's text, cut at 511 bytes, when its name is long", () => {
    const action = actionFrom(`Action: ${'x'.repeat(600)}`);

    const message = denialMessage({ reason: 'unknown-action' }, action);

    expect(message).toBe(`Invalid/unknown command: ${'x'.repeat(486)}`);
  });
});

describe('a permit', () => {
  it('carries the name as Asterisk writes it once, and every other line as it was written', () => {
    const lines = permittedLines(
      { write: ALL_CLASSES },
      'Action: // aCTIONid:  7  // ACTION: userevent // no colon // X:y // x: z',
    );

    expect(lines).toEqual(['Action: UserEvent', 'aCTIONid:  7 ', 'no colon', 'X:y', 'x: z']);
  });

  it('adds the setvar of the user behind the variables of an Originate, quoted', () => {
    const setvar = [
      { name: 'A', value: 'x,(y)' },
      { name: ' B', value: '"\\' },
      { name: '', value: 'dropped' },
      { name: 'CHANNEL(language)', value: 'en' },
    ];

    const lines = permittedLines({ setvar }, 'Action: originate // Channel: A/b // Application: Echo // Variable: A=1');

    expect(lines).toEqual([
      'Action: Originate',
      'Channel: A/b',
      'Application: Echo',
      'Variable: A=1',
      'Variable: A=x\\,\\(y\\)',
      'Variable: \\ B=\\"\\\\',
      'Variable: CHANNEL\\(language\\)=en',
    ]);
  });

  it('adds no setvar to other actions', () => {
    const lines = permittedLines({ setvar: [{ name: 'A', value: '1' }] }, 'Action: Hangup // Channel: x');

    expect(lines).toEqual(['Action: Hangup', 'Channel: x']);
  });

  it('does not exist when setvar makes more lines than Asterisk reads', () => {
    const headers = `Action: Originate // Channel: A/b // Application: Echo${' // X: y'.repeat(125)}`;

    expect(permittedLines({}, headers)).toHaveLength(128);
    expect(decide('originate', headers, TABLE, [{ name: 'A', value: '1' }])).toBe(
      'Too many lines in message or allocation failure',
    );
  });

  it('does not exist when a setvar line is longer than Asterisk reads', () => {
    const setvar = [{ name: 'A', value: ','.repeat(600) }];

    expect(decide('originate', 'Action: Originate // Channel: A/b // Application: Echo', TABLE, setvar)).toBe(
      'Failed to parse message: line too long',
    );
  });

  it('says how long a synchronous Originate rings', () => {
    expect(expectedMs('Action: Originate // Channel: A/b // Application: Echo')).toBe(30_000);
    expect(expectedMs('Action: Originate // Channel: A/b // Application: Echo // Timeout: 5000')).toBe(5_000);
    expect(expectedMs('Action: Originate // Channel: A/b // Application: Echo // Timeout: -1')).toBe(0);
    expect(expectedMs('Action: Originate // Channel: A/b // Application: Echo // Async: yes')).toBe(0);
    expect(expectedMs('Action: Hangup // Channel: x')).toBe(0);
  });

  it('waits for no Originate longer than a day', () => {
    expect(expectedMs('Action: Originate // Channel: A/b // Timeout: 999999999')).toBe(86_400_000);
  });

  it('takes an Originate for asynchronous where Asterisk does', () => {
    expect(expectedMs('Action: Originate // Channel: A/b // Timeout: 7 // Async: YES')).toBe(0);
    expect(expectedMs('Action: Originate // Channel: A/b // Timeout: 7 // Async: yess')).toBe(7);
    expect(expectedMs('Action: Originate // Channel: A/b // Timeout: 7 // Async: xyes')).toBe(7);
  });

  it('tells the log which class the Filter action needs', () => {
    const policy = { user: 'someone', write: CLASS_BITS.call, actionFilters: [], isEnforced: true, setvar: [] };

    expect(authorizeAction(policy, actionFrom('Action: Filter'), TABLE)).toEqual({
      kind: 'denied',
      denial: { reason: 'missing-class', needs: [CLASS_BITS.system] },
    });
  });

  it('says that actions come too fast', () => {
    expect(denialMessage({ reason: 'action-rate' }, actionFrom('Action: Ping'))).toBe('Action rate exceeded');
  });

  it.each([
    ['config-file Filename', 'Action: GetConfig // Filename: manager.conf'],
    ['config-file SrcFilename', 'Action: UpdateConfig // SrcFilename: manager.conf // DstFilename: users.conf'],
    [
      'config-directive cat-000000',
      'Action: UpdateConfig // SrcFilename: a // DstFilename: a // Cat-000000: #x // Var-000000: #x',
    ],
    ['account-secrets Variable', 'Action: Getvar // Variable: AMI_CLIENT(a,b)'],
    ['dialplan-function Variable', 'Action: Getvar // Variable: SHELL(id)'],
    ['dialplan-function Variables', 'Action: Status // Variables: SHELL(id)'],
    ['account-secrets Variable', 'Action: Setvar // Variable: AMI_CLIENT(a,b) // Value: AMI_CLIENT(a,b)'],
    ['account-secrets Value', 'Action: Setvar // Variable: a // Value: AMI_CLIENT(a,b)'],
    ['dialplan-function Variable', 'Action: Setvar // Variable: SHELL(id) // Value: a'],
    ['module-name Module', 'Action: ModuleLoad // Module: ../x'],
    ['recording-file File', 'Action: Monitor // File: a;b // Format: a;b'],
    ['cli-command Command', 'Action: Command // Command: module load x'],
    ['account-secrets Command', 'Action: Command // Command: x manager.conf'],
    ['account-secrets Command', 'Action: AGI // Command: x manager.conf'],
    ['account-secrets ApplicationData', 'Action: DialplanExtensionAdd // ApplicationData: x manager.conf'],
    ['account-secrets data', 'Action: Originate // Data: manager.conf // Variable: manager.conf'],
    ['originate-application Application', 'Action: Originate // Application: System'],
    ['originate-queue-agi Data', 'Action: Originate // Application: Queue // Data: q,,,,,x'],
    ['originate-data Data', 'Action: Originate // Application: NoOp // Data: SHELL'],
    ['originate-variable Variable', 'Action: Originate // Variable: SHELL(id)=x'],
    ['originate-predial PreDialGoSub', 'Action: Originate // PreDialGoSub: $[x]'],
  ])('tells the log the rule and the header: %s', (offence, headers) => {
    const action = actionFrom(headers);
    // Enough for each of these actions, and without the classes that lift a rule.
    const write = ['Command', 'ModuleLoad', 'DialplanExtensionAdd'].includes(action.name)
      ? ALL_CLASSES
      : ALL_CLASSES & ~(CLASS_BITS.system | CLASS_BITS.agi);
    const denial = judgeArguments(write, action);

    expect(denial === null ? null : `${denial.rule} ${denial.header}`).toBe(offence);
  });
});

describe('before login', () => {
  it('only Login, Challenge and Logoff are answered, in any case', () => {
    expect(authorizeBeforeLogin(actionFrom('Action: lOGIN'))).toEqual({ kind: 'local', action: 'Login' });
    expect(authorizeBeforeLogin(actionFrom('Action: Challenge'))).toEqual({ kind: 'local', action: 'Challenge' });
    expect(authorizeBeforeLogin(actionFrom('Action: Logoff'))).toEqual({ kind: 'local', action: 'Logoff' });
  });

  it('says the same of an action that exists and of one that does not', () => {
    expect(decideBeforeLogin('Action: Ping')).toBe('Permission denied');
    expect(decideBeforeLogin('Action: Command // Command: x')).toBe('Permission denied');
    expect(decideBeforeLogin('Action: Nonsense')).toBe('Permission denied');
  });

  it('says so when there is no action at all', () => {
    expect(decideBeforeLogin('X: y')).toBe('Missing action in request');
  });
});

const TABLE = learnActions(
  Object.entries(SHIPPED_ACTIONS).flatMap(([labels, names]) => {
    const privilege = labels === '<none>' ? labels : `${labels},all`;
    return names.split(' ').map((name) => `${name}: Does (what it says): well.  (Priv: ${privilege})`);
  }),
);

function decide(
  classes: string,
  headers: string,
  table: ActionTable = TABLE,
  setvar: ActionPolicy['setvar'] = [],
): string {
  const action = actionFrom(headers);
  const verdict = authorizeAction(
    { user: 'someone', write: classSet(classes), actionFilters: [], isEnforced: true, setvar },
    action,
    table,
  );
  if (verdict.kind === 'denied') return denialMessage(verdict.denial, action);
  return verdict.kind === 'local' ? 'answer' : 'forward';
}

function decideBeforeLogin(headers: string): string {
  const action = actionFrom(headers);
  const verdict = authorizeBeforeLogin(action);
  return verdict.kind === 'denied' ? denialMessage(verdict.denial, action) : 'answer';
}

function permit(part: Partial<ActionPolicy>, headers: string) {
  const policy = { user: 'someone', write: ALL_CLASSES, actionFilters: [], isEnforced: true, setvar: [], ...part };
  const verdict = authorizeAction(policy, actionFrom(headers), TABLE);
  return verdict.kind === 'permitted' ? verdict.permit : null;
}

function permittedLines(part: Partial<ActionPolicy>, headers: string): readonly string[] {
  return permit(part, headers)?.lines ?? [];
}

function expectedMs(headers: string): number | undefined {
  return permit({}, headers)?.expectedMs;
}

function classSet(classes: string): ClassSet {
  if (classes === 'all') return ALL_CLASSES;
  if (classes === 'none') return NO_CLASSES;
  const decoded = decodePrivilege(classes);
  if (decoded === null) throw new Error(`the case itself is wrong: ${classes}`);
  return decoded;
}

function actionFrom(headers: string) {
  const lines =
    headers === ''
      ? []
      : headers.split(' // ').flatMap((line) => (line.startsWith('// ') ? ['', line.slice(3)] : [line]));
  return actionOf(lines.map((line) => decodeHeader(line.replaceAll('<SP>', ' '))));
}
