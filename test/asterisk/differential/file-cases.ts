/** Names of configuration files and of modules. */
import { type ArgumentCase, ask, askAll, askEach } from './argument-case.js';

/** Files for Asterisk's own directory that the cases read. */
export const FILES: Readonly<Record<string, string>> = {
  'diff.conf': '[plain]\nkey = value\nother => more ; comment\n[second](plain)\nthird = 3\n[template](!)\nt = 1\n',
  'broken.conf': 'key = outside of any section\n',
  'empty.conf': '',
  'copy.conf': '',
  'sub/deep.conf': '[deep]\nkey = value\n',
  'my-manager.conf': '[notes]\nkey = value\n',
  'manager.d/more.conf': '[notes]\nkey = value\n',
};

const NAMES = [
  'diff.conf',
  'DIFF.CONF',
  'diff.conf ',
  ' diff.conf',
  'diff',
  'sub/deep.conf',
  'sub',
  'sub/',
  'sub/../diff.conf',
  './diff.conf',
  'sub//deep.conf',
  'broken.conf',
  'empty.conf',
  'nothere.conf',
  'sub/nothere.conf',
  'nothere/nothere.conf',
  '*.conf',
  'diff.con?',
  'diff.con[f]',
  '{diff,empty}.conf',
  'di%66f.conf',
  'di\\ff.conf',
  '.',
  '..',
  '/',
  '../etc/diff.conf',
  '../../../etc/passwd',
  '/etc/passwd',
  '/etc/asterisk/extensions.conf',
  '/etc/asterisk/../passwd',
  '/etc/asterisk-evil/x.conf',
  '{etc}/diff.conf',
  '{etc}-evil/diff.conf',
  '{etc}/../../../etc/passwd',
  'manager.conf',
  'Manager.conf',
  'manager.conf ',
  './manager.conf',
  'manager.d/more.conf',
  'my-manager.conf',
  'users.conf',
  'extensions.conf',
  'diff.conf\tx',
  'diff.conf\xe4',
  'n'.repeat(300),
];

/** Names under which no file can be made, or is there already. */
const UNMAKEABLE = [
  '',
  '.',
  '..',
  '/',
  'sub',
  'nothere/x.conf',
  '../x.conf',
  '/tmp/nothere/x.conf',
  '{etc}-evil/x.conf',
  'sub/../../x.conf',
  'empty.conf',
  './empty.conf',
  'manager.conf',
  'manager.d/x.conf',
  'nothere*/x.conf',
];

const named = (header: string) => ['', ...NAMES].map((name) => `${header}: ${name}`);

export const FILE_CASES: readonly ArgumentCase[] = [
  ...askEach('GetConfig', named('Filename')),
  ...askEach('GetConfigJSON', named('Filename')),
  ...askEach('ListCategories', named('Filename')),
  ...askEach(
    'CreateConfig',
    UNMAKEABLE.map((name) => `Filename: ${name}`),
  ),
  ...askEach('UpdateConfig', named('SrcFilename'), 'DstFilename: copy.conf'),
  ...askEach(
    'UpdateConfig',
    UNMAKEABLE.filter((name) => name !== 'manager.conf').map((name) => `DstFilename: ${name}`),
    'SrcFilename: diff.conf',
  ),
  ask('GetConfig', 'Filename: diff.conf', 'Category: second'),
  ask('GetConfig', 'Filename: diff.conf', 'Category: nowhere'),
  ask('GetConfig', 'Filename: diff.conf', 'Filter: key=value'),
  ask('GetConfig', 'Filename: diff.conf', 'Filter: TEMPLATES=include'),
  ask('GetConfig', 'Filename: diff.conf', 'Filename: manager.conf'),
  ask('GetConfig', 'Filename:', 'Filename: manager.conf'),
  ask('UpdateConfig', 'SrcFilename: diff.conf'),
  ask('UpdateConfig', 'SrcFilename: diff.conf', 'DstFilename: manager.d/more.conf'),
  askAll(
    'CreateConfig, read, and again',
    ask('CreateConfig', 'Filename: made-{side}-{user}.conf'),
    ask('GetConfig', 'Filename: made-{side}-{user}.conf'),
    ask('CreateConfig', 'Filename: made-{side}-{user}.conf'),
  ),
  askAll(
    'UpdateConfig appends, reads and deletes',
    ...update(['Append', 'Cat-000000: plain', 'Var-000000: new', 'Value-000000: some;thing']),
    ask('GetConfig', 'Filename: diff.conf'),
    ...update(['Delete', 'Cat-000000: plain', 'Var-000000: new']),
    ask('GetConfig', 'Filename: diff.conf'),
  ),
  ...[
    ['NewCat', 'Cat-000000: plain'],
    ['NewCat'],
    ['RenameCat', 'Cat-000000: nowhere', 'Value-000000: x'],
    ['RenameCat', 'Cat-000000: plain'],
    ['DelCat', 'Cat-000000: nowhere'],
    ['EmptyCat', 'Cat-000000: nowhere'],
    ['Update', 'Cat-000000: plain', 'Var-000000: nothing', 'Value-000000: x'],
    ['Update', 'Cat-000000: plain', 'Value-000000: x'],
    ['Delete', 'Cat-000000: plain', 'Var-000000: nothing'],
    ['Delete', 'Cat-000000: plain'],
    ['Append', 'Cat-000000: nowhere', 'Var-000000: a', 'Value-000000: b'],
    ['Append', 'Cat-000000: plain'],
    ['Insert', 'Cat-000000: nowhere', 'Line-000000: 0', 'Var-000000: a', 'Value-000000: b'],
    ['Nonsense', 'Cat-000000: plain'],
    ['nonsense'],
    [''],
    ['NewCat', 'Cat-000000: x#exec', 'Options-000000: inherit="nothere"'],
    ['Append', 'Cat-000000: nowhere', 'Var-000000: #exec', 'Value-000000: id'],
    ['Append', 'Cat-000000: nowhere', 'Var-000000: a', 'Value-000000: #exec id'],
  ].map((step) => ({ ...one(update(step)), title: `UpdateConfig | ${step.join(' | ')}` })),
  ...askEach(
    'ModuleLoad',
    [
      'Module: ',
      'Module: nothere.so',
      'Module: app_echo.so',
      'Module: app_echo',
      'Module: ../../../../tmp/x.so',
      'Module: ../modules/app_echo.so',
      'Module: /usr/lib/x.so',
      'Module: ./app_echo.so',
      'Module: manager',
      'Module: .',
      'Module: ..',
      'Module: app_echo.so/',
      'Module: app_echo.so; id',
      'Module: app_ech*.so',
      'Module: APP_ECHO.SO',
    ],
    'LoadType: load',
  ),
  ...askEach(
    'ModuleLoad',
    ['LoadType: reload', 'LoadType: Reload', 'LoadType: bogus', 'LoadType:'],
    'Module: app_echo.so',
  ),
  ...askEach('ModuleLoad', ['LoadType: reload', 'LoadType: bogus', 'LoadType: unload'], 'Module: nothere.so'),
  ask('ModuleLoad', 'LoadType: reload', 'Module: extconfig'),
  ask('ModuleLoad', 'LoadType: load'),
  ask('ModuleLoad', 'LoadType: unload'),
  askAll(
    'a module unloads and loads',
    ask('ModuleLoad', 'Module: app_zapateller.so', 'LoadType: unload'),
    ask('ModuleCheck', 'Module: app_zapateller'),
    ask('ModuleLoad', 'Module: app_zapateller.so', 'LoadType: load'),
    ask('ModuleCheck', 'Module: app_zapateller'),
  ),
  ...askEach('ModuleCheck', [
    'Module: app_echo',
    'Module: app_echo.so',
    'Module: nothere',
    'Module: ../app_echo',
    'Module:',
  ]),
];

/** One step of UpdateConfig on diff.conf; the file is not loaded again. */
function update([action = '', ...lines]: readonly string[]): readonly ArgumentCase[] {
  const names = ['SrcFilename: diff.conf', 'DstFilename: diff.conf', 'Reload: no'];
  return [ask('UpdateConfig', ...names, `Action-000000: ${action}`, ...lines)];
}

function one(cases: readonly ArgumentCase[]): ArgumentCase {
  return cases[0] ?? ask('Ping');
}
