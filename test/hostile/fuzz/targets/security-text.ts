/** What the gateway itself writes about a client: names from the wire end no line, open no field and make no second event. */
import { UpstreamDecoder } from '../../../../src/ami/decoder.js';
import { CLASS_BITS } from '../../../../src/ami/privilege.js';
import { encodeSecurityEvent, type SecurityContext, type SecurityFact } from '../../../../src/ami/security-event.js';
import { failedLoginLine, securityLines } from '../../../../src/ami/security-line.js';
import { garbage } from '../mutate.js';
import type { FuzzTarget } from '../target.js';
import { CLIENT_WORDS } from '../wire-texts.js';

const WORDS = [
  ...CLIENT_WORDS,
  ...['"', '",RemoteAddress="IPV4/TCP/192.0.2.1/1', "'", '\\', '\\x0a', "' failed to authenticate as 'x", '\x1b[2J'],
  ...['Event: FullyBooted\r\nPrivilege: system,all\r\n', '192.0.2.1 failed to authenticate as', '\x85', '\xe2\x80\xa8'],
];

const CONTEXT: SecurityContext = {
  sessionId: '0x7f8520003670',
  transport: 'TCP',
  local: { address: '127.0.0.1', port: 5038 },
  remote: { address: '127.0.0.1', port: 40_000 },
  atMs: 1_700_000_000_000,
  sessionAtMs: 0,
  sessionUser: '',
};

export const securityText: FuzzTarget = {
  name: 'security events and log lines: no line, field or event from a name',
  inputs: 60_000,
  // A name has no line end of its own: the decoder took it from one line.
  make: (random) => garbage(random, WORDS, 12).replace(/[\n\0]/g, ''),
  judge: (input) => {
    const facts: readonly SecurityFact[] = [
      { event: 'InvalidAccountID', accountId: input },
      { event: 'InvalidPassword', accountId: input },
      { event: 'RequestNotAllowed', action: input },
      { event: 'ChallengeResponseFailed', challenge: '1', response: input, expectedResponse: 'k' },
    ];
    return facts.map((fact) => judgeEvent(fact) ?? judgeLines(fact)).find((fault) => fault !== null) ?? null;
  },
};

function judgeEvent(fact: SecurityFact): string | null {
  const bytes = encodeSecurityEvent(fact, { ...CONTEXT, sessionUser: 'accountId' in fact ? fact.accountId : 'u' });
  if (bytes === null) return null;
  const { blocks } = new UpstreamDecoder().push(bytes);
  const [block] = blocks;
  if (blocks.length !== 1 || block?.kind !== 'event' || block.event.end !== bytes.length) return 'not one event';
  return block.event.classes === CLASS_BITS.security ? null : `classes ${block.event.classes}`;
}

function judgeLines(fact: SecurityFact): string | null {
  const name = 'accountId' in fact ? fact.accountId : 'u';
  const moment = { pid: 1, atMs: CONTEXT.atMs };
  const lines = [...securityLines(fact, CONTEXT, 1), failedLoginLine(name, '192.0.2.9', moment)];
  for (const line of lines) {
    if (!/^[\x20-\x7e]*\n$/.test(line)) return `not one line: ${JSON.stringify(line)}`;
    const isFields = /res_security_log\.c: (?:\w+="[^"\\]*(?:\\x[0-9a-f]{2}[^"\\]*)*"(?:,|\n$))+$/.test(line);
    const isNotice = /manager\.c: [\d.]+ [a-z IPACL]+ '(?:[^'\\]|\\x[0-9a-f]{2})*'\n$/.test(line);
    if (!isFields && !isNotice) return `a field is open: ${JSON.stringify(line)}`;
    // fail2ban's filter takes what stands before a colon for a function's name, and what follows for the address.
    if (isNotice && line.split(': ').length !== 2) return `an address can be faked: ${line}`;
  }
  return null;
}
