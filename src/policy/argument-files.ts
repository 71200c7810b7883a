/** File names in GetConfig and its like: path components are judged, not string prefixes, whatever Asterisk is behind. */
import { type AmiAction, asciiLowerCase, type Header, headerValue } from '../ami/message.js';
import type { ArgumentDenial, ArgumentRule } from './argument-denial.js';

const CONFIG_DIRECTORY = '/etc/asterisk/';

/** Asterisk before 18.20 expands patterns; `%` and control bytes are in no honest name. */
const SUSPICIOUS_CHARACTERS = /[\x00-\x1f\x7f*?[\]{}\\%]/;

/** Asterisk's sentence for a file outside of its directory; clients of an Asterisk without the check see it too. */
const ESCALATED = 'File requires escalated privileges';

/** GetConfig, GetConfigJSON, ListCategories and CreateConfig. */
export const judgeFilename: ArgumentRule = (_write, action) => judgeName(action, 'Filename');

/** UpdateConfig: both names, and that no line it writes includes a file or runs a command when it is read again. */
export const judgeUpdate: ArgumentRule = (_write, action) => {
  const lacksName = headerValue(action, 'srcfilename') === '' || headerValue(action, 'dstfilename') === '';
  // Asterisk looks at the names only when both are given.
  if (lacksName) return null;
  const denial = judgeName(action, 'SrcFilename') ?? judgeName(action, 'DstFilename');
  if (denial !== null) return denial;
  const directive = action.headers.find((header) => canBecomeDirective(header, action));
  if (directive === undefined) return null;
  return { rule: 'config-directive', header: directive.key ?? '', message: ESCALATED };
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

/**
 * Names of categories and variables are written as they come, values with their `;` escaped. A `#` in a name can stand
 * at the beginning of what Asterisk reads of the line, if only behind a comment that a line before it opened.
 */
function canBecomeDirective(header: Header, action: AmiAction): boolean {
  if (header.key === null || !header.value.includes('#')) return false;
  if (header.key.startsWith('cat-') || header.key.startsWith('var-')) return true;
  if (!header.key.startsWith('value-')) return false;
  const step = `action-${header.key.slice('value-'.length)}`;
  return action.headers.some(({ key, value }) => key === step && asciiLowerCase(value) === 'renamecat');
}
