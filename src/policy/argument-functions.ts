/**
 * Dialplan functions inside arguments. Texts are searched after removing quotes and backslashes, because Asterisk
 * removes them in most places before it looks a function up: what is found here is a superset of what it would run.
 */
import { asciiLowerCase } from '../ami/message.js';
import { CLASS_BITS, type ClassSet, holdsAny } from '../ami/privilege.js';
import { namesAccountFile } from './argument-files.js';

/**
 * Functions that read or change what lies outside of calls: all that Asterisk calls escalating, in both directions,
 * and EVAL, ENV and reading CURL (which opens file: too). `LOCK(` stands for TRYLOCK and UNLOCK, `HOOK(` for
 * PERIODIC_HOOK. Names of functions are case-sensitive.
 */
const GUARDED_CALLS = [
  'CONFBRIDGE(',
  'CURL(',
  'DB(',
  'DB_DELETE(',
  'ENV(',
  'EVAL(',
  'FILE(',
  'FILE_COUNT_LINE(',
  'FILE_FORMAT(',
  'HOOK(',
  'LOCK(',
  'REALTIME_DESTROY(',
  'SHELL(',
  'STAT(',
];

/** Variables whose value Asterisk runs: in a shell when a recording ends, and as an AGI script in MeetMe. */
const RUN_VARIABLES = ['MONITOR_EXEC', 'MEETME_AGI'];

/** Text that some functions expand in turn: CUT, REPLACE and their like `${…}`, PP_EACH_USER `%{…}`. */
const EXPANSIONS = ['${', '$[', '%{'];

const CONFIG_READ = 'ast_config(';
const ACCOUNT_FUNCTION = 'ami_client(';
const ACCOUNT_FILE = 'manager.conf';

/** True when a text calls a guarded function. */
export function callsGuarded(text: string): boolean {
  const plain = unquote(text);
  return GUARDED_CALLS.some((call) => plain.includes(call));
}

/** True when a text that sets something calls a guarded function, or names a variable whose value is run. */
export function setsGuarded(text: string): boolean {
  const plain = unquote(text);
  return callsGuarded(text) || RUN_VARIABLES.some((name) => plain.includes(name));
}

/** True when a text holds something that may be expanded into any function, by whoever evaluates the text. */
export function isExpandable(text: string): boolean {
  const plain = unquote(text);
  return EXPANSIONS.some((start) => plain.includes(start));
}

/** True when that stands in the text of a function call; in the name of a plain variable nothing is expanded. */
export function isExpandedInCall(text: string): boolean {
  return text.includes('(') && isExpandable(text);
}

/** True when a text could show or change an account of the upstream: never forwarded, whoever asks. */
export function revealsAccounts(text: string): boolean {
  const plain = asciiLowerCase(unquote(text));
  if ([ACCOUNT_FUNCTION, ACCOUNT_FILE].some((word) => plain.includes(word))) return true;
  return configFilesRead(plain).some((file) => !isOpenConfigFile(file));
}

/** The same for text that may be expanded later, out of our sight: then no read of a configuration file passes. */
export function mentionsAccounts(text: string): boolean {
  const plain = asciiLowerCase(unquote(text));
  return [ACCOUNT_FUNCTION, CONFIG_READ, ACCOUNT_FILE].some((word) => plain.includes(word));
}

/** True when a text reads a configuration file, which needs `system` or `config` as reading it by GetConfig does. */
export function readsConfigWithoutRight(write: ClassSet, text: string): boolean {
  if (holdsAny(write, CLASS_BITS.system | CLASS_BITS.config)) return false;
  return asciiLowerCase(unquote(text)).includes(CONFIG_READ);
}

function unquote(text: string): string {
  return text.replace(/["\\]/g, '');
}

/** The file argument of each AST_CONFIG call in lower-case text. */
function configFilesRead(plain: string): readonly string[] {
  const calls = plain.split(CONFIG_READ).slice(1);
  return calls.map((rest) => rest.replace(/[,)][\s\S]*/, ''));
}

/** Fails closed: a name with anything but plain characters may be another name by the time Asterisk opens it. */
function isOpenConfigFile(file: string): boolean {
  return /^[a-z0-9_.-]+$/.test(file) && !namesAccountFile(file);
}
