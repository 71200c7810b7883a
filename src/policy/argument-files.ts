/** File names in GetConfig and its like: path components are judged, not string prefixes, whatever Asterisk is behind. */
import { type AmiAction, asciiLowerCase, type Header, headerValue } from '../ami/message.js';
import type { ArgumentDenial, ArgumentRule } from './argument-denial.js';
import { mayExhaustMemory } from './argument-patterns.js';
import { findCrash } from './argument-updates.js';

const CONFIG_DIRECTORY = '/etc/asterisk/';

/** Asterisk before 18.20 expands patterns; `%` and control bytes are in no honest name. */
const SUSPICIOUS_CHARACTERS = /[\x00-\x1f\x7f*?[\]{}\\%]/;

/** Asterisk's sentence for a file outside of its directory; clients of an Asterisk without the check see it too. */
const ESCALATED = 'File requires escalated privileges';

/** GetConfig, GetConfigJSON, ListCategories and CreateConfig. */
export const judgeFilename: ArgumentRule = (_write, action) =>
  judgeName(action, 'Filename') ?? findCostlyPattern(action);

/**
 * UpdateConfig: both names, that no line it writes includes a file, runs a command or begins a category when it is read
 * again, and that no step ends Asterisk.
 */
export const judgeUpdate: ArgumentRule = (_write, action) => {
  const lacksName = headerValue(action, 'srcfilename') === '' || headerValue(action, 'dstfilename') === '';
  // Asterisk looks at the names only when both are given.
  if (lacksName) return null;
  const denial = judgeName(action, 'SrcFilename') ?? judgeName(action, 'DstFilename');
  if (denial !== null) return denial;
  const directive = action.headers.find((header) => canBecomeDirective(header, action));
  if (directive !== undefined) return { rule: 'config-directive', header: directive.key ?? '', message: ESCALATED };
  return findCrash(action) ?? findCostlyPattern(action);
};

/**
 * True for manager.conf, the files that distributions include from it, and users.conf, which makes AMI accounts up to
 * Asterisk 22: what they hold are the upstream's accounts, not the gateway's.
 */
export function namesAccountFile(path: string): boolean {
  const components = asciiLowerCase(path).split('/');
  return components.some((name) => name.includes('manager') || name.startsWith('users.conf'));
}

function judgeName(action: AmiAction, header: string): ArgumentDenial | null {
  const name = headerValue(action, asciiLowerCase(header));
  return name === '' || isOpenFile(name) ? null : { rule: 'config-file', header, message: ESCALATED };
}

function isOpenFile(name: string): boolean {
  const path = name.startsWith(CONFIG_DIRECTORY) ? name.slice(CONFIG_DIRECTORY.length) : name;
  if (SUSPICIOUS_CHARACTERS.test(path) || namesAccountFile(path)) return false;
  return path.split('/').every((component) => !['', '.', '..'].includes(component.trim()));
}

/** The filters of categories are regular expressions: `Filter`, `Match`, and `catfilter` in the options of a step. */
function findCostlyPattern(action: AmiAction): ArgumentDenial | null {
  const isPattern = ({ key }: Header) => key === 'filter' || key === 'match' || key?.startsWith('options-') === true;
  const costly = action.headers.find((header) => isPattern(header) && mayExhaustMemory(header.value));
  return costly === undefined ? null : { rule: 'costly-pattern', header: costly.key ?? '', message: ESCALATED };
}

/**
 * Names of categories and variables are written as they come, values with their `;` escaped. A `#` in a name can stand
 * at the beginning of what Asterisk reads of the line, if only behind a comment that a line before it opened; so can the
 * `[` of a variable, which would begin a category. Behind the `]` of a category stands from what it inherits.
 */
function canBecomeDirective(header: Header, action: AmiAction): boolean {
  if (header.key === null) return false;
  if (header.key.startsWith('var-')) return /[#[]/.test(header.value);
  if (!/[#\]]/.test(header.value)) return false;
  if (header.key.startsWith('cat-')) return true;
  if (!header.key.startsWith('value-')) return false;
  const step = `action-${header.key.slice('value-'.length)}`;
  return action.headers.some(({ key, value }) => key === step && asciiLowerCase(value) === 'renamecat');
}
