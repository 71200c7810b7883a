/** Incidents, attack patterns and wishes of users whose test is elsewhere: which file, and which title is in it. */

export interface TestedElsewhere {
  readonly id: string;
  readonly file: string;
  readonly title: string;
}

const at = (file: string, title: string, ...ids: readonly string[]): readonly TestedElsewhere[] =>
  ids.map((id) => ({ id, file: `test/${file}`, title }));

export const TESTED_ELSEWHERE: readonly TestedElsewhere[] = [
  ...at('gateway/slow-consumer.test.ts', 'is closed however many questions it asks without reading', 'AST-2011-003'),
  ...at('gateway/limits-per-address.test.ts', 'do not keep out the others', 'AST-2011-005, CVE-2011-1507'),
  ...at('gateway/limits.test.ts', 'closes a client that does not log in', 'AST-2014-007', 'slowloris'),
  ...at('gateway/limits.test.ts', 'is not put off by bytes or refused actions', 'a login that drips'),
  ...at('gateway/http-transport.test.ts', 'ends with a page when a request stalls', 'AST-2014-007 over HTTP'),
  ...at('cases/config/accounts.cases', '== a bad ACL line refuses its user and nobody else', 'ASTERISK-24969'),
  ...at('cases/config/accounts.cases', '== one bad line in acl.conf refuses all who name an ACL', 'ASTERISK-24969'),
  ...at('asterisk/differential/framing-cases.ts', 'range(1016, 1032)', 'ASTERISK-20524'),
  ...at('asterisk/traps.test.ts', '1: a line of 1023 bytes does not split a message', 'a line of 1,023 bytes'),
  ...at('asterisk/stricter.test.ts', 'Filter was formatted incorrectly.', 'asterisk#1531'),
  ...at('gateway/http-digest.test.ts', 'that fails is reported, and answered after the second', 'GHSA-3rhj-hhw7-m6fw'),
  ...at('unit/http/markup.test.ts', 'AMI as HTML', 'GHSA-4pgv-j3mr-3rcp'),
  ...at('gateway/login-guard.test.ts', 'is banned: closed without a banner, logged once', 'credential spray'),
  ...at(
    'asterisk/fail2ban.test.ts',
    'finds every line of a failure, and no line of a success',
    'fail2ban#1302',
    'ask 8',
  ),
  ...at(
    'gateway/events.test.ts',
    'cannot be taken away, and a faulty one changes nothing',
    'Filter that removes a filter',
  ),
  ...at('gateway/events.test.ts', 'is not widened by a mask', 'Events: on behind a Filter'),
  ...at('gateway/events.test.ts', 'that pretends to a lesser class further down', 'UserEvent that spoofs Privilege'),
  ...at(
    'asterisk/traps.test.ts',
    '12: an answer cannot be faked by what an action says',
    'UserEvent that spoofs answers',
  ),
  ...at(
    'gateway/sessions.test.ts',
    'that fails ends the session: a right login behind it is not read',
    'pipelined logins',
  ),
  ...at('gateway/telemetry.test.ts', 'nothing secret is in the log or in the metrics', 'secrets in logs'),
  ...at('gateway/telemetry.test.ts', 'reaches the log cut and without control bytes', 'log injection'),
  ...at('unit/policy/event-filter.test.ts', 'an event filter', 'ask 1: asterisk#874'),
  ...at('gateway/events.test.ts', 'of the user are in force from the login on', 'ask 2: events from the first byte'),
  ...at('gateway/slow-consumer.test.ts', 'fifty others receive everything in order', 'ask 5: ASTERISK-28350'),
  ...at('gateway/upstream-away.test.ts', 'a session stays, and its actions are answered', 'ask 6: restart of Asterisk'),
  ...at('asterisk/tls.test.ts', 'takes a new certificate for new connections', 'ask 7: asterisk#858'),
  ...at('gateway/leases.test.ts', 'keeps two clients apart, with ActionIDs that are the same', 'ask 9: astmanproxy#18'),
  ...at('gateway/upstream-hostile.test.ts', 'that sends a block without end is given up', 'ask 10: astmanproxy#8'),
  ...at('cases/acl.cases', '172.172.0.0/255.255.0.0 # ', 'ask 11: # is no comment'),
  ...at('gateway/own-rules.test.ts', 'is answered with an error beyond it, at once', 'ask 13: Originate storms'),
  ...at('gateway/fair-pool.test.ts', 'leaves one connection to the others', 'ask 13: asterisk#1928'),
  ...at('asterisk/differential/framing-cases.ts', 'LF then CR LF', 'ask 15: asterisk#761'),
  ...at('asterisk/clients-by-hand.test.ts', 'writes everything at once, closes its half', 'ask 15: odd clients'),
  ...at('gateway/proxy-protocol.test.ts', 'counts limits and bans for the client and not for the proxy', 'ask 18'),
];
