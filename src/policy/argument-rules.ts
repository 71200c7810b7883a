/**
 * Every check of arguments that depends on the user, and those that an older Asterisk lacks, by lower-case name of the
 * action. What is not here needs its class and nothing else. The upstream trusts the gateway's account with all of it.
 */
import { type AmiAction, asciiLowerCase, headerValue } from '../ami/message.js';
import { CLASS_BITS, type ClassSet, holdsAny } from '../ami/privilege.js';
import type { ArgumentDenial, ArgumentRule } from './argument-denial.js';
import { judgeFilename, judgeUpdate } from './argument-files.js';
import {
  callsGuarded,
  isExpandedInCall,
  mentionsAccounts,
  readsConfigWithoutRight,
  revealsAccounts,
  setsGuarded,
} from './argument-functions.js';
import { judgeOriginate } from './argument-originate.js';
import { mayExhaustMemory } from './argument-patterns.js';
import { isBlacklisted } from './cli-command.js';

/** What Asterisk looks for in Getvar and Status, anywhere in the text. */
const EVALUATING_WORDS = ['SHELL', 'EVAL'];

const RULES: ReadonlyMap<string, ArgumentRule> = new Map<string, ArgumentRule>([
  ['originate', judgeOriginate],
  ['getvar', (write, action) => judgeRead(write, action, 'Variable', 'GetVar Access Forbidden: Variable')],
  ['status', (write, action) => judgeRead(write, action, 'Variables', 'Status Access Forbidden: Variables')],
  ['setvar', judgeSetvar],
  ['getconfig', judgeFilename],
  ['getconfigjson', judgeFilename],
  ['listcategories', judgeFilename],
  ['createconfig', judgeFilename],
  ['updateconfig', judgeUpdate],
  ['moduleload', judgeModuleLoad],
  ['monitor', (write, action) => judgeRecording(write, action, 'Could not start monitoring channel')],
  ['changemonitor', (write, action) => judgeRecording(write, action, 'Could not change monitored filename of channel')],
  ['command', judgeCommand],
  ['agi', judgeAgi],
  ['dialplanextensionadd', judgeExtensionAdd],
]);

/** The first thing in these arguments that a user with these write classes may not say, or `null`. */
export function judgeArguments(write: ClassSet, action: AmiAction): ArgumentDenial | null {
  return RULES.get(asciiLowerCase(action.name))?.(write, action) ?? null;
}

/** Variables that are read; an empty name passes, because Asterisk answers it before its own check. */
function judgeRead(write: ClassSet, action: AmiAction, header: string, message: string): ArgumentDenial | null {
  const text = headerValue(action, asciiLowerCase(header));
  if (revealsAccounts(text)) return { rule: 'account-secrets', header, message };
  // REGEX, CHANNELS and GROUP_MATCH_COUNT compile what they are given.
  if (mayExhaustMemory(text)) return { rule: 'costly-pattern', header, message };
  const isForbidden =
    EVALUATING_WORDS.some((word) => text.includes(word)) || callsGuarded(text) || isExpandedInCall(text);
  if (isForbidden && !holdsAny(write, CLASS_BITS.system)) return { rule: 'dialplan-function', header, message };
  return readsConfigWithoutRight(write, text) ? { rule: 'dialplan-function', header, message } : null;
}

/** Without a channel a name sets a global variable; one that ends in `)` writes to a function. */
function judgeSetvar(write: ClassSet, action: AmiAction): ArgumentDenial | null {
  const message = 'Variable not set';
  const name = headerValue(action, 'variable');
  if (name === '') return null;
  if (mentionsAccounts(name)) return { rule: 'account-secrets', header: 'Variable', message };
  if (mentionsAccounts(headerValue(action, 'value'))) return { rule: 'account-secrets', header: 'Value', message };
  const isForbidden = setsGuarded(name) || isExpandedInCall(name);
  if (!isForbidden || holdsAny(write, CLASS_BITS.system)) return null;
  return { rule: 'dialplan-function', header: 'Variable', message };
}

/** Only a plain name: an Asterisk before 18.26 loads any path. None at all reloads everything. */
function judgeModuleLoad(_write: ClassSet, action: AmiAction): ArgumentDenial | null {
  const module = headerValue(action, 'module');
  if (module === '' || (/^[A-Za-z0-9_.-]+$/.test(module) && !/^\.+$/.test(module))) return null;
  return { rule: 'module-name', header: 'Module', message: 'Module must be in the configured modules directory.' };
}

/** Asterisk up to 20 mixes the two files of a recording in a shell, with their name between quotes. */
function judgeRecording(write: ClassSet, action: AmiAction, message: string): ArgumentDenial | null {
  const header = ['File', 'Format'].find((name) => /[^\w /.:@+=,~#%-]/.test(headerValue(action, asciiLowerCase(name))));
  if (header === undefined || holdsAny(write, CLASS_BITS.system)) return null;
  return { rule: 'recording-file', header, message };
}

/** The blacklist of Asterisk, and whatever is about the upstream's accounts; otherwise the class is as good as root. */
function judgeCommand(_write: ClassSet, action: AmiAction): ArgumentDenial | null {
  const command = headerValue(action, 'command');
  const message = 'Command blacklisted';
  if (isBlacklisted(command)) return { rule: 'cli-command', header: 'Command', message };
  return mentionsAccounts(command) ? { rule: 'account-secrets', header: 'Command', message } : null;
}

function judgeAgi(_write: ClassSet, action: AmiAction): ArgumentDenial | null {
  if (!mentionsAccounts(headerValue(action, 'command'))) return null;
  const message = `Failed to add AGI command to channel ${headerValue(action, 'channel')} queue`;
  return { rule: 'account-secrets', header: 'Command', message };
}

function judgeExtensionAdd(_write: ClassSet, action: AmiAction): ArgumentDenial | null {
  if (!mentionsAccounts(headerValue(action, 'applicationdata'))) return null;
  return { rule: 'account-secrets', header: 'ApplicationData', message: 'Failed to add extension' };
}
