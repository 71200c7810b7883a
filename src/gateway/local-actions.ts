/**
 * The actions that concern the session and not Asterisk, answered here in Asterisk's words: Login, Challenge, Logoff,
 * Events, Filter, WaitEvent, Ping, ListCommands. None of them is ever forwarded.
 */
import { randomInt } from 'node:crypto';
import { encodeAnswer, encodeCramped, encodeError, encodeSuccess } from '../ami/encoder.js';
import { decodeEventMask, maskedClasses } from '../ami/event-mask.js';
import { type AmiAction, asciiLowerCase, headerValue } from '../ami/message.js';
import { ALL_CLASSES, NO_CLASSES } from '../ami/privilege.js';
import { formatTimestamp } from '../ami/timestamp.js';
import { listCommandsLines } from '../policy/action-classes.js';
import type { LocalActionName } from '../policy/authorize-action.js';
import { compileFilterAction, type FilterFault } from '../policy/event-filter.js';
import { logIn } from './login.js';
import type { LocalAction, SessionPort } from './session-port.js';

export function answerLocally(session: SessionPort, name: LocalActionName, action: AmiAction): void {
  LOCAL_ACTIONS[name](session, action);
}

const LOCAL_ACTIONS = {
  Login: logIn,
  Challenge: challenge,
  Logoff: logOff,
  Events: changeEvents,
  Filter: addEventFilter,
  WaitEvent: waitForEvent,
  Ping: ping,
  ListCommands: listCommands,
} as const satisfies Record<LocalActionName, LocalAction>;

/** Decimal digits, as old clients expect, but random to 93 bits: a key over one cannot be prepared. */
function challenge(session: SessionPort, action: AmiAction): void {
  if (asciiLowerCase(headerValue(action, 'authtype')) !== 'md5') {
    return session.answer(encodeError(action.actionId, 'Must specify AuthType'));
  }
  const digits = Array.from({ length: 4 }, () => String(randomInt(10_000_000)).padStart(7, '0')).join('');
  session.setChallenge(digits);
  session.answer(encodeAnswer({ response: 'Success', actionId: action.actionId, lines: [`Challenge: ${digits}`] }));
}

function logOff(session: SessionPort, action: AmiAction): void {
  const lines = ['Message: Thanks for all the fish.'];
  session.answerAndClose(encodeAnswer({ response: 'Goodbye', actionId: action.actionId, lines }), 'logoff');
}

/** The answer waits for the events before it: a client uses Ping to learn that nothing else was to come. */
function ping(session: SessionPort, action: AmiAction): void {
  const answer = () => {
    const lines = ['Ping: Pong', `Timestamp: ${formatTimestamp(session.deps.nowMs())}`];
    return encodeAnswer({ response: 'Success', actionId: action.actionId, lines });
  };
  if (session.viewedClasses === NO_CLASSES) return session.answer(answer());
  session.answerBehindEvents(answer);
}

/** With `brokeneventsaction`, a mask that is invalid or is exactly everything gets no answer, as in Asterisk before 1.8. */
function changeEvents(session: SessionPort, action: AmiAction): void {
  const brokenEventsAction = session.settings.brokenEventsAction();
  const eventMask = maskedClasses(decodeEventMask(headerValue(action, 'eventmask')));
  if (eventMask === null) {
    return session.answer(brokenEventsAction ? NO_ANSWER : encodeError(action.actionId, 'Invalid event mask'));
  }
  session.answerBehindEvents(() => {
    session.view({ eventMask });
    if (brokenEventsAction && eventMask === ALL_CLASSES) return NO_ANSWER;
    const lines = [eventMask === NO_CLASSES ? 'Events: Off' : 'Events: On'];
    return encodeCramped('Response: Success', action.actionId, lines);
  });
}

const NO_ANSWER = Buffer.alloc(0);

function addEventFilter(session: SessionPort, action: AmiAction): void {
  if (asciiLowerCase(headerValue(action, 'operation')) !== 'add') {
    return session.answer(encodeError(action.actionId, 'Unknown operation'));
  }
  const criteria = headerValue(action, 'matchcriteria');
  const compiled = compileFilterAction(headerValue(action, 'filter'), criteria === '' ? null : criteria);
  if (!compiled.ok) return session.answer(encodeError(action.actionId, FILTER_FAULTS[compiled.failure.kind]));
  session.answerBehindEvents(() => {
    session.addFilter(compiled.value);
    return encodeSuccess(action.actionId, 'Success');
  });
}

const FILTER_FAULTS = {
  format: 'Filter was formatted incorrectly.  Check the syntax of the filter given.',
  regex: 'Filter did not compile.  Check the syntax of the filter given.',
} as const satisfies Record<FilterFault['kind'], string>;

function listCommands(session: SessionPort, action: AmiAction): void {
  const { state, deps } = session;
  const write = state.phase === 'authenticated' ? state.policy.write : NO_CLASSES;
  const lines = listCommandsLines(deps.relay.actions, write);
  session.answer(encodeAnswer({ response: 'Success', actionId: action.actionId, lines }));
}

/** Answers with the events that waited, as soon as there is one, the time is over, or the client sends more. */
function waitForEvent(session: SessionPort, action: AmiAction): void {
  const { state } = session;
  if (state.phase === 'authenticated' && state.eventMask === NO_CLASSES) session.view({ eventMask: ALL_CLASSES });
  const timeoutMs = Math.min(decodeTimeoutMs(headerValue(action, 'timeout')), session.settings.waitLimitMs());
  const complete = encodeCramped('Event: WaitEventComplete', action.actionId, []);
  const finish = () => {
    session.stopTimer();
    session.answerAround(encodeSuccess(action.actionId, 'Waiting for Event completed.'), complete);
  };
  session.later(timeoutMs, finish);
  session.whenStirred(finish);
}

/** Without a timeout, or with −1, Asterisk waits for ever; a timer of Node holds 24 days. */
const LONGEST_WAIT_MS = 0x7fffffff;

/** `%i` of C's scanf: decimal, octal behind 0, hexadecimal behind 0x; what is no number, or below −1, means for ever. */
function decodeTimeoutMs(text: string): number {
  const parts = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/.exec(text);
  if (parts === null) return LONGEST_WAIT_MS;
  const [, sign, digits = '0'] = parts;
  const base = /^0[xX]/.test(digits) ? 16 : digits.startsWith('0') ? 8 : 10;
  const seconds = Number.parseInt(digits, base);
  return sign === '-' && seconds > 0 ? LONGEST_WAIT_MS : Math.min(seconds * 1000, LONGEST_WAIT_MS);
}
