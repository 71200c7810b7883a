/** Arguments that the gateway refuses and Asterisk does not, or in other words. */
import type { Exception } from './exceptions.js';

const suite = 'arguments';
const BOTH = ['22', '16'] as const;

// Users by what the classes of an action let them do; what else they may not is refused on both sides.
const READERS = ['may-call', 'may-reporting', 'may-call-reporting-originate'];
const SYSTEM_READERS = ['may-system', 'may-originate-system'];
const SETTERS = ['may-call', 'may-call-reporting-originate'];
const COMMANDERS = ['may-all', 'may-command', 'may-config-command'];
const CALLERS = [
  'may-originate',
  'may-originate-agi',
  'may-call-reporting-originate',
  'may-all',
  'may-originate-system',
];
const AGI_USERS = ['may-all', 'may-agi', 'may-originate-agi'];

const NO_GETVAR = 'Message: GetVar Access Forbidden: Variable';
const NO_STATUS = 'Message: Status Access Forbidden: Variables';
const NOT_SET = 'Message: Variable not set';
const NO_CHANNEL = 'Message: No such channel';
const NO_COMMAND = 'Message: Command blacklisted';
const NO_CALL = 'Message: Originate Access Forbidden: app or data blacklisted';
const SUCCESS = 'Response: Success';

export const ARGUMENT_EXCEPTIONS: readonly Exception[] = [
  {
    suite,
    on: BOTH,
    reason:
      'Functions that reach beyond the call need system: Asterisk leaves them to an inhibition that not every path ' +
      'has, and expands what stands inside a call.',
    cases: [
      {
        title:
          /^Getvar \| Variable: (?:ENV|CURL|DB|DB_DELETE|FILE|FILE_\w+|STAT|\w*LOCK|REALTIME_DESTROY|PERIODIC_HOOK|CONFBRIDGE|S\\HELL)\(/,
        as: READERS,
        asterisk: SUCCESS,
        gateway: NO_GETVAR,
      },
      { title: /^Getvar \| Variable: LEN\(\$/, as: READERS, asterisk: SUCCESS, gateway: NO_GETVAR },
      {
        title:
          /^Status \| Variables: (?:ENV|CURL|DB|DB_DELETE|FILE|FILE_\w+|STAT|\w*LOCK|REALTIME_DESTROY|PERIODIC_HOOK|CONFBRIDGE|S\\HELL)\(.*nobody$/,
        as: READERS,
        asterisk: NO_CHANNEL,
        gateway: NO_STATUS,
      },
      { title: /^Status \| Variables: LEN\(\$.*nobody$/, as: READERS, asterisk: NO_CHANNEL, gateway: NO_STATUS },
      {
        title: /^Status \| Variables: (?:ENV|DB|FILE|LEN)\(.* live$/,
        as: READERS,
        asterisk: SUCCESS,
        gateway: NO_STATUS,
      },
      { title: /^Setvar \| Variable: (?:"SHELL|ENV|DB_DELETE)\(/, as: SETTERS, asterisk: SUCCESS, gateway: NOT_SET },
      {
        title: 'Setvar | Variable: SHELL(id) | Value: x | Channel: Local/nobody',
        as: SETTERS,
        asterisk: NO_CHANNEL,
        gateway: NOT_SET,
      },
    ],
  },
  {
    suite,
    on: BOTH,
    reason: 'Reading a configuration file by AST_CONFIG needs system or config, as reading it by GetConfig does.',
    cases: [
      {
        title: /^Getvar \| Variable: AST_CONFIG\((?:diff|nothere)/,
        as: READERS,
        asterisk: SUCCESS,
        gateway: NO_GETVAR,
      },
      {
        title: /^Status \| Variables: AST_CONFIG\((?:diff|nothere)/,
        as: READERS,
        asterisk: NO_CHANNEL,
        gateway: NO_STATUS,
      },
    ],
  },
  {
    suite,
    on: BOTH,
    reason: "AMI's own accounts are those of the upstream here: nobody reads or changes them through the gateway.",
    cases: [
      {
        title: /^Getvar \| Variable: (?:AST_CONFIG\(\.?\/?manager|ast_config|AMI_CLIENT)/,
        as: [...READERS, 'may-all'],
        asterisk: SUCCESS,
        gateway: NO_GETVAR,
      },
      {
        title: /^Status \| Variables: (?:AST_CONFIG\(\.?\/?manager|ast_config|AMI_CLIENT).*nobody$/,
        as: [...READERS, ...SYSTEM_READERS, 'may-all'],
        asterisk: NO_CHANNEL,
        gateway: NO_STATUS,
      },
      {
        title: /^Status \| Variables: AST_CONFIG\(manager.* live$/,
        as: [...READERS, ...SYSTEM_READERS, 'may-all'],
        asterisk: SUCCESS,
        gateway: NO_STATUS,
      },
      {
        title: 'Setvar | Channel: live | Variable: A | Value: AST_CONFIG(manager.conf,a,secret)',
        as: [...SETTERS, 'may-all'],
        asterisk: SUCCESS,
        gateway: NOT_SET,
      },
      { title: /^Originate \| .*(?:AST_CONFIG|AMI_CLIENT)/, as: CALLERS, asterisk: SUCCESS, gateway: NO_CALL },
      { title: /^Command \| Command: .*AST_CONFIG\(/, as: COMMANDERS, asterisk: SUCCESS, gateway: NO_COMMAND },
      {
        title: /^Command \| Command: (?:manager|Manager|"manager")\s./,
        as: COMMANDERS,
        asterisk: SUCCESS,
        gateway: NO_COMMAND,
      },
      {
        title: /^Command \| Command: (?:manager|show manager connected)$/,
        as: COMMANDERS,
        asterisk: 'Output: No such command',
        gateway: NO_COMMAND,
      },
      { title: /^Command \| Command: _command/, as: COMMANDERS, asterisk: SUCCESS, gateway: NO_COMMAND },
      {
        title: /^AGI \| .*AST_CONFIG/,
        as: AGI_USERS,
        asterisk: 'Message: Channel nobody does not exist',
        gateway: 'Message: Failed to add AGI command to channel nobody queue',
      },
    ],
  },
  {
    suite,
    on: BOTH,
    reason:
      "The blacklist is compared after Asterisk's own tokenising: quotes, tabs and backslashes do not get around it.",
    cases: [
      {
        title: /^Command \| Command: (?:"module" load|module\tload|module "load"|mod\\ule load)/,
        as: COMMANDERS,
        asterisk: 'Output: Unable to load module',
        gateway: NO_COMMAND,
      },
    ],
  },
  {
    suite,
    on: ['16'],
    reason: 'An Asterisk up to 20 mixes recordings in a shell, with their name in its command: odd names need system.',
    cases: [
      {
        title: 'Monitor | Channel: nobody | File: x;id',
        as: SETTERS,
        asterisk: NO_CHANNEL,
        gateway: 'Message: Could not start monitoring channel',
      },
      {
        title: 'ChangeMonitor | Channel: nobody | File: x;id',
        as: SETTERS,
        asterisk: NO_CHANNEL,
        gateway: 'Message: Could not change monitored filename of channel',
      },
    ],
  },
];
