/** Bytes that the gateway refuses to read as Asterisk does. */
import type { Exception, ExceptionalCase } from './exceptions.js';

const suite = 'framing';
const BOTH = ['22', '16'] as const;
const STRANGER = { as: ['a stranger'] };

const TOO_LONG = 'Message: Failed to parse message: line too long';
const NEXT = 'ActionID: next\r\nMessage: Database entry not found';

/** What Asterisk makes of the rest of the message is a message of its own: without an action, or one that is run. */
const SPLIT: readonly ExceptionalCase[] = [
  {
    title: /^a line of (?:1023|2046|3069|4092) bytes, CR LF$/,
    asterisk: `${TOO_LONG}\r\n\r\nResponse: Error\r\nMessage: Missing action in request\r\n\r\nResponse: Error\r\n${NEXT}`,
    gateway: `${TOO_LONG}\r\n\r\nResponse: Error\r\n${NEXT}`,
  },
  {
    title: /^a first line of (?:1023|2046|3069|4092) bytes, CR LF$/,
    asterisk: `${TOO_LONG}\r\n\r\nResponse: Success\r\nActionID: behind\r\nAMIversion: `,
    gateway: `ActionID: behind\r\n${TOO_LONG}\r\n\r\nResponse: Error\r\n${NEXT}`,
  },
  {
    title: 'a value of 1013 bytes that is said back',
    asterisk: `${TOO_LONG}\r\n\r\nResponse: Error\r\nActionID: value\r\nMessage: Missing action in request`,
    gateway: `ActionID: value\r\n${TOO_LONG}\r\n\r\nResponse: Error\r\n${NEXT}`,
  },
];

/** The same before a login, where nothing is run. */
const SPLIT_FOR_STRANGERS: readonly ExceptionalCase[] = [
  {
    title: /^a line of (?:1023|2046|3069|4092) bytes, CR LF$/,
    asterisk: 'Response: Error\r\nMessage: Missing action in request',
    gateway: `ActionID: long\r\n${TOO_LONG}\r\n\r\nResponse: Error\r\nActionID: next`,
    ...STRANGER,
  },
  {
    title: /^a first line of (?:1023|2046|3069|4092) bytes, CR LF$/,
    asterisk: 'ActionID: behind\r\nMessage: Permission denied',
    gateway: `ActionID: behind\r\n${TOO_LONG}`,
    ...STRANGER,
  },
  {
    title: 'a value of 1013 bytes that is said back',
    asterisk: 'ActionID: value\r\nMessage: Missing action in request',
    gateway: `ActionID: value\r\n${TOO_LONG}`,
    ...STRANGER,
  },
];

export const FRAMING_EXCEPTIONS: readonly Exception[] = [
  {
    suite,
    on: BOTH,
    reason: 'A line of 1,023 bytes times k splits a message in two, unseen by whoever checks it: it is refused whole.',
    cases: [...SPLIT, ...SPLIT_FOR_STRANGERS],
  },
  {
    suite,
    on: BOTH,
    reason: 'A lone CR inside a line is read by others as the end of it, so it is not sent on: it is refused.',
    cases: [
      { title: /^CR in "(?!\\r\\n\\r\\r)/, asterisk: 'AMIversion: ', gateway: TOO_LONG },
      { title: /^NUL in ".*\\r\\u0000/, asterisk: 'AMIversion: ', gateway: TOO_LONG },
    ],
  },
];
