/** Names of files and modules that the gateway refuses and Asterisk does not, or in other words. */
import type { Exception, ExceptionalCase } from './exceptions.js';

const suite = 'arguments';
const BOTH = ['22', '16'] as const;

const WRITERS = ['may-all', 'may-config', 'may-config-command'];
const READERS = [...WRITERS, 'may-system', 'may-originate-system'];
const LOADERS = ['may-all', 'may-system', 'may-originate-system'];

/** Names that lead somewhere, but not as a plain name in Asterisk's directory does. */
const DETOURS = [
  'sub/',
  'sub/../diff.conf',
  './diff.conf',
  'sub//deep.conf',
  '.',
  '../etc/diff.conf',
  '{etc}/diff.conf',
];
/** Names that lead nowhere, or that an older Asterisk takes for patterns. */
const STRANGE = [
  '*.conf',
  'diff.con?',
  'diff.con[f]',
  '{diff,empty}.conf',
  'di%66f.conf',
  'di\\ff.conf',
  'diff.conf\tx',
];
const NEIGHBOURS = ['/etc/asterisk-evil/x.conf', '{etc}-evil/diff.conf'];
const OUTSIDE = [
  '..',
  '/',
  '../../../etc/passwd',
  '/etc/passwd',
  '/etc/asterisk/../passwd',
  '{etc}/../../../etc/passwd',
];
const ACCOUNTS = ['manager.conf', 'manager.conf ', './manager.conf', 'manager.d/more.conf', 'my-manager.conf'];
const NO_ACCOUNTS = ['Manager.conf', 'users.conf'];
/** Where something could be made. */
const NEW = ['../x.conf', 'sub/../../x.conf'];
const NEW_ELSEWHERE = ['/tmp/nothere/x.conf', '{etc}-evil/x.conf', 'nothere*/x.conf'];

const FOUND_OR_NOT = /Response: Success|Message: Config file (?:not found|has invalid format)/;
const MADE_OR_NOT = /Message: (?:File exists|No such file or directory|Is a directory|New configuration file created)/;
const WRITTEN_OR_NOT = /Response: Success|Message: (?:Config file not found|Save of config failed)/;
const SPELLED_OTHERWISE = 'Message: File requires escalated priveledges';
const REFUSED = 'Message: File requires escalated privileges';

const IRREGULAR =
  'A file name is a plain path below the configuration directory, in its simplest form, and no pattern.';
const SECRET = "Files with AMI accounts hold the upstream's: nobody reads or changes them through the gateway.";
const NEWEST =
  "A refusal is in the words of the newest Asterisk, whichever is behind; Debian's 16 spells this one otherwise.";

type Answers = Pick<ExceptionalCase, 'as' | 'asterisk'>;

function refused(prefix: string, names: readonly string[], answers: Answers, suffix = ''): readonly ExceptionalCase[] {
  return names.map((name) => ({ title: `${prefix}: ${name}${suffix}`, gateway: REFUSED, ...answers }));
}

const TO_COPY = ' | DstFilename: copy.conf';
const FROM_DIFF = ' | SrcFilename: diff.conf';
const reading = { as: READERS, asterisk: FOUND_OR_NOT };
const listing = { as: WRITERS, asterisk: FOUND_OR_NOT };
const making = { as: WRITERS, asterisk: MADE_OR_NOT };
const writing = { as: WRITERS, asterisk: WRITTEN_OR_NOT };

export const FILE_EXCEPTIONS: readonly Exception[] = [
  {
    suite,
    on: BOTH,
    reason: IRREGULAR,
    cases: [
      ...refused('GetConfig | Filename', [...DETOURS, ...STRANGE, ...NEIGHBOURS], reading),
      ...refused('GetConfigJSON | Filename', DETOURS, reading),
      ...refused('ListCategories | Filename', [...DETOURS, ...STRANGE, ...NEIGHBOURS], listing),
      ...refused('CreateConfig | Filename', ['.', '..', '/', './empty.conf', ...NEW_ELSEWHERE], making),
      ...refused('UpdateConfig | SrcFilename', DETOURS, writing, TO_COPY),
      ...refused('UpdateConfig | DstFilename', ['.', './empty.conf'], writing, FROM_DIFF),
    ],
  },
  {
    suite,
    on: ['16'],
    reason: 'An Asterisk before 22 does not confine ListCategories and CreateConfig to its configuration directory.',
    cases: [
      ...refused('ListCategories | Filename', OUTSIDE, listing),
      ...refused('CreateConfig | Filename', NEW, making),
    ],
  },
  {
    suite,
    on: BOTH,
    reason: SECRET,
    cases: [
      ...refused('GetConfig | Filename', [...ACCOUNTS, ...NO_ACCOUNTS], reading),
      ...refused('GetConfigJSON | Filename', ACCOUNTS, reading),
      ...refused('ListCategories | Filename', [...ACCOUNTS, ...NO_ACCOUNTS], listing),
      ...refused('CreateConfig | Filename', ['manager.conf', 'manager.d/x.conf'], making),
      ...refused('UpdateConfig | SrcFilename', ACCOUNTS, writing, TO_COPY),
      ...refused('UpdateConfig | DstFilename', ['manager.d/x.conf'], writing, FROM_DIFF),
      ...refused('UpdateConfig | SrcFilename: diff.conf | DstFilename', ['manager.d/more.conf'], writing),
    ],
  },
  {
    suite,
    on: BOTH,
    reason: 'A # in the name of a category or of a variable could become a directive of the file.',
    cases: [
      { title: /^UpdateConfig \| NewCat \| Cat-000000: x#exec/, as: WRITERS, asterisk: /Message: /, gateway: REFUSED },
      { title: /^UpdateConfig \| Append .*Var-000000: #exec/, as: WRITERS, asterisk: /Message: /, gateway: REFUSED },
    ],
  },
  {
    suite,
    on: ['16'],
    reason: NEWEST,
    cases: [
      ...refused('GetConfig | Filename', OUTSIDE, { as: READERS, asterisk: SPELLED_OTHERWISE }),
      ...refused('GetConfigJSON | Filename', [...STRANGE, ...NEIGHBOURS, ...OUTSIDE, ...NO_ACCOUNTS], {
        as: READERS,
        asterisk: SPELLED_OTHERWISE,
      }),
      ...refused(
        'UpdateConfig | SrcFilename',
        [...STRANGE, ...NEIGHBOURS, ...OUTSIDE, ...NO_ACCOUNTS],
        { as: WRITERS, asterisk: SPELLED_OTHERWISE },
        TO_COPY,
      ),
      ...refused(
        'UpdateConfig | DstFilename',
        ['..', '/', ...NEW, ...NEW_ELSEWHERE],
        { as: WRITERS, asterisk: SPELLED_OTHERWISE },
        FROM_DIFF,
      ),
    ],
  },
  {
    suite,
    on: BOTH,
    reason: 'A module is a plain file name: an Asterisk before 22 loads any path.',
    cases: [
      {
        title:
          /^ModuleLoad \| Module: (?:\.\.\/.*|\/.*|\.\/.*|\.|app_echo\.so\/|app_echo\.so; id|app_ech\*\.so) \| LoadType: load$/,
        as: LOADERS,
        asterisk: /Message: (?:Module not found|Could not load module)/,
        gateway: 'Message: Module must be in the configured modules directory.',
      },
    ],
  },
  {
    suite,
    on: ['16'],
    reason: 'A module is a plain file name: an Asterisk before 22 loads any path.',
    cases: [
      {
        title: 'ModuleLoad | Module: .. | LoadType: load',
        as: LOADERS,
        asterisk: 'Message: Could not load module',
        gateway: 'Message: Module must be in the configured modules directory.',
      },
    ],
  },
];
