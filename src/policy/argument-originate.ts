/**
 * Originate: the newest rules of Asterisk (ami-spec 7.4), all of them and not the first that matches, and the holes
 * beside them: names of variables are functions too, and run without inhibition when the call is asynchronous.
 */
import { type AmiAction, asciiLowerCase, headerValue } from '../ami/message.js';
import { CLASS_BITS, type ClassSet, holdsAny } from '../ami/privilege.js';
import type { ArgumentDenial, ArgumentRule, ArgumentRuleName } from './argument-denial.js';
import { isExpandable, mentionsAccounts, setsGuarded } from './argument-functions.js';
import { leadingInteger, separateArguments, variablesOf } from './dialplan-arguments.js';

/**
 * Parts of names of applications that need `system`, in any case. Beyond Asterisk's list: all of `monitor`, because
 * Monitor mixes its files in a shell, and WaitForCondition, which expands its argument itself.
 */
const GUARDED_APPLICATIONS = [
  'agi',
  'dbdeltree',
  'exec',
  'externalivr',
  'monitor',
  'originate',
  'reload',
  'system',
  'waitforcond',
];

/** Words in the application's data that need `system`, case-sensitive. */
const GUARDED_DATA = ['CURL', 'DB', 'EVAL', 'FILE', 'ODBC', 'REALTIME', 'SHELL'];

/** The arguments of Queue: queue, options, URL, announcement, timeout, AGI script, … */
const QUEUE_ARGUMENTS = 9;
const QUEUE_AGI = 5;

const FORBIDDEN = 'Originate Access Forbidden: app or data blacklisted';
const LONGEST_UNIQUE_ID = 149;
const LONGEST_CHANNEL = 255;

interface Offence {
  readonly rule: ArgumentRuleName;
  readonly header: string;
}

export const judgeOriginate: ArgumentRule = (write, action) => {
  const offence = findOffence(write, action);
  return offence === null ? null : refuse(offence, action);
};

function findOffence(write: ClassSet, action: AmiAction): Offence | null {
  const secret = action.headers.find(({ key, value }) => isEvaluated(key) && mentionsAccounts(value));
  if (secret !== undefined) return { rule: 'account-secrets', header: secret.key ?? '' };
  if (holdsAny(write, CLASS_BITS.system)) return null;
  return findApplicationOffence(write, action) ?? findVariableOffence(action);
}

/** The headers whose text Asterisk, or the dialplan behind it, may evaluate. */
function isEvaluated(key: string | null): boolean {
  return key === 'data' || key === 'variable' || key === 'predialgosub';
}

function findApplicationOffence(write: ClassSet, action: AmiAction): Offence | null {
  const application = asciiLowerCase(headerValue(action, 'application'));
  if (application === '') return null;
  const data = headerValue(action, 'data');
  if (GUARDED_APPLICATIONS.some((name) => application.includes(name))) {
    return { rule: 'originate-application', header: 'Application' };
  }
  const runsAgi = application.includes('queue') && namesQueueAgi(data);
  if (runsAgi && !holdsAny(write, CLASS_BITS.agi)) return { rule: 'originate-queue-agi', header: 'Data' };
  // Originate expands nothing itself, but some applications do: what they would make of it cannot be decided here.
  const isForbidden = GUARDED_DATA.some((word) => data.includes(word)) || setsGuarded(data) || isExpandable(data);
  return isForbidden ? { rule: 'originate-data', header: 'Data' } : null;
}

function namesQueueAgi(data: string): boolean {
  return (separateArguments(data, QUEUE_ARGUMENTS)[QUEUE_AGI] ?? '') !== '';
}

function findVariableOffence(action: AmiAction): Offence | null {
  const lines = action.headers.filter(({ key }) => key === 'variable');
  const names = lines.flatMap(({ value }) => variablesOf(value)).map(({ name }) => name);
  if (names.some((name) => name.includes('(') || setsGuarded(name))) {
    return { rule: 'originate-variable', header: 'Variable' };
  }
  const predial = headerValue(action, 'predialgosub');
  const isForbidden = setsGuarded(predial) || isExpandable(predial);
  return isForbidden ? { rule: 'originate-predial', header: 'PreDialGoSub' } : null;
}

function refuse(offence: Offence, action: AmiAction): ArgumentDenial {
  return { ...offence, message: earlierError(action) ?? FORBIDDEN };
}

/** What Asterisk finds wrong before it looks at application and data; then that is what the client is told. */
function earlierError(action: AmiAction): string | null {
  const ids = [headerValue(action, 'channelid'), headerValue(action, 'otherchannelid')];
  if (ids.some((id) => id.length > LONGEST_UNIQUE_ID))
    return `Uniqueid length exceeds maximum of ${LONGEST_UNIQUE_ID}\n`;
  const channel = headerValue(action, 'channel');
  if (channel === '') return 'Channel not specified';
  if (!hasPossiblePriority(action)) return 'Invalid priority';
  const timeout = headerValue(action, 'timeout');
  if (timeout !== '' && leadingInteger(timeout) === null) return 'Invalid timeout';
  return channel.slice(0, LONGEST_CHANNEL).includes('/') ? null : 'Invalid channel';
}

/** A priority may be a label, which only Asterisk can look up; without an extension there is none to be found. */
function hasPossiblePriority(action: AmiAction): boolean {
  const priority = headerValue(action, 'priority');
  if (priority === '' || leadingInteger(priority) !== null) return true;
  return headerValue(action, 'context') !== '' && headerValue(action, 'exten') !== '';
}
