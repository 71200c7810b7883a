/** Where AMI over HTTP is stricter than Asterisk's, or its parser is another. */
import type { Exception } from './exceptions.js';

const ON_22 = { suite: 'http', on: ['22'] } as const;

export const HTTP_EXCEPTIONS: readonly Exception[] = [
  {
    ...ON_22,
    reason: 'HEAD asks what GET would answer; it does nothing, and begins no session',
    cases: [{ title: 'HEAD', asterisk: 'Set-Cookie: ', gateway: 'HTTP/1.1 200 OK' }],
  },
  {
    ...ON_22,
    reason:
      'the parser of Node refuses what can be read in two ways: two lengths, a length beside chunks, codings it does not know',
    cases: [
      { title: 'a body of two lengths', asterisk: '200 OK', gateway: '400 Bad Request' },
      { title: 'two lengths', asterisk: '200 OK', gateway: '400 Bad Request' },
      { title: 'a Transfer-Encoding of identity', asterisk: '200 OK', gateway: '501 Unimplemented' },
    ],
  },
  {
    ...ON_22,
    reason: 'a connection whose client says close among other words is closed',
    cases: [{ title: 'Connection: something else', asterisk: '200 OK', gateway: 'Connection: close' }],
  },
  {
    ...ON_22,
    reason: 'what is no HTTP method ends the connection, because nothing behind it can be trusted',
    cases: [
      { title: 'a method that HTTP does not know', asterisk: '501 Not Implemented', gateway: 'Connection: close' },
    ],
  },
  {
    ...ON_22,
    reason: 'a user without a secret cannot log in at all; Asterisk takes the password (null)',
    cases: [{ title: 'digest: a user without a secret', asterisk: 'Ping: Pong', gateway: '401 Unauthorized' }],
  },
  {
    ...ON_22,
    reason: 'nonces are ours, expire, and each proof is good once and for the request it was made for',
    cases: [
      { title: 'digest: a nonce that the client made up', asterisk: 'Ping: Pong', gateway: 'stale=true' },
      { title: 'digest: a proof for another request', asterisk: 'Ping: Pong', gateway: '401 Unauthorized' },
      { title: 'digest: the same proof twice', asterisk: 'Ping: Pong', gateway: 'stale=true' },
    ],
  },
  {
    ...ON_22,
    reason: 'a nonce is no cookie: Asterisk lets whoever saw one into the session',
    cases: [{ title: 'a nonce as a cookie', asterisk: 'Ping: Pong', gateway: 'Message: Permission denied' }],
  },
  {
    ...ON_22,
    reason:
      'line ends, NUL, and names that would be another header are refused; Asterisk writes them into answers and events',
    cases: [
      { title: 'line ends and NUL in a value', asterisk: 'ActionID: 1\r\nX: y\r\n', gateway: 'Invalid parameter' },
      { title: 'a colon in a name', asterisk: '200 OK', gateway: 'Invalid parameter' },
      { title: 'a blank in a name', asterisk: '200 OK', gateway: 'Invalid parameter' },
    ],
  },
  {
    ...ON_22,
    reason: 'ajaxdest and ajaxobjtype must be names: Asterisk writes them into the XML as they come',
    cases: [
      { title: 'markup in ajaxdest', asterisk: "id='d'x'", gateway: "id='unknown'" },
      { title: 'markup in ajaxobjtype', asterisk: '<a/><b ', gateway: '<generic ' },
    ],
  },
  {
    ...ON_22,
    reason: 'a message that Asterisk would cut, or that fits into no line of AMI, is refused as over TCP',
    cases: [
      { title: 'a hundred and twenty-nine parameters', asterisk: 'Ping: Pong', gateway: 'Too many lines in message' },
      { title: 'a value that fits into no line', asterisk: 'Ping: Pong', gateway: 'line too long' },
    ],
  },
];
