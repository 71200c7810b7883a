/** Logins and addresses that the gateway refuses and Asterisk does not. */
import { UNREADABLE } from './address-cases.js';
import type { Exception } from './exceptions.js';

const BOTH = ['22', '16'] as const;

const ACCEPTED = 'Message: Authentication accepted';
const REFUSED = 'Message: Authentication failed';

export const LOGIN_EXCEPTIONS: readonly Exception[] = [
  {
    suite: 'authentication',
    on: BOTH,
    reason: 'A user whose secret is empty cannot log in: in Asterisk everybody who leaves it out can.',
    cases: [{ title: /^Login with "Username: empty\\r\\n(?:Secret:\\r\\n)?"$/, asterisk: ACCEPTED, gateway: REFUSED }],
  },
  {
    suite: 'authentication',
    on: BOTH,
    reason: 'A user without a secret does not exist here, so readers of security events learn of the attempt.',
    cases: [
      {
        title: 'security events of a user without a secret',
        asterisk: 'AccountID: the-last',
        gateway: 'AccountID: none',
      },
    ],
  },
  {
    suite: 'authentication',
    on: BOTH,
    reason: 'Each challenge is another and proves one login: an overheard key is worth nothing.',
    cases: [{ title: 'the key over the first of two challenges', asterisk: ACCEPTED, gateway: REFUSED }],
  },
  {
    suite: 'addresses',
    on: BOTH,
    reason:
      'An acl.conf that cannot be read as a whole makes every named ACL of Asterisk permit all; here its users are refused.',
    cases: [
      {
        title: `${UNREADABLE} | acl = office`,
        as: ['127.0.0.1', '127.0.0.2', '127.0.1.200', '::1'],
        asterisk: ACCEPTED,
        gateway: REFUSED,
      },
    ],
  },
];
