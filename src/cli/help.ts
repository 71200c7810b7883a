/** What `--help` prints, and which options each command takes. */

import { ADMIN_HELP } from './administer.js';

export const COMMANDS = ['serve', 'check', 'explain', 'learn', 'import', 'hash'] as const;

export type CommandName = (typeof COMMANDS)[number];

/** Options beside --config, --help and --version, which every command takes. */
export const OPTIONS_OF = {
  serve: [],
  check: ['strict', 'accept'],
  explain: ['user', 'from', 'action', 'event', 'json'],
  learn: ['user', 'audit', 'json'],
  import: ['out', 'force'],
  hash: [],
} as const satisfies Record<CommandName, readonly string[]>;

const CONFIG = `  --config DIR   folder with manager.conf, gateway.conf and optionally acl.conf and http.conf
                 (default: $AMI_GATEWAY_CONFIG, else ./config)
`;

export const GENERAL_HELP = `ami-gateway: a security gateway for the Asterisk Manager Interface

usage:
  ami-gateway serve [--config DIR]            run the gateway
  ami-gateway check [--config DIR]            report every problem and every danger of the configuration
  ami-gateway explain --user USER …           say what an account may do, and which line decides it
  ami-gateway learn --user USER …             write the smallest section that allows what an account really does
  ami-gateway import DIR [--out DIR]          make a configuration from that of an Asterisk
  ami-gateway hash                            read a secret, print the secret_hash line for manager.conf
  ami-gateway COMMAND --help | --help | --version

for a gateway that runs:
${ADMIN_HELP}
${CONFIG}
exit codes: 0 all is well, 1 the configuration or a port has a problem, 2 wrong usage
`;

export const COMMAND_HELP = {
  serve: `usage: ami-gateway serve [--config DIR]

Runs the gateway until SIGTERM or SIGINT. With an error in the configuration it tells all errors and starts nothing.

signals:
  HUP                reads the configuration again: all of it is in force, or nothing has changed
  TERM, INT          stop it when the actions in work are answered; a second one stops it at once
  USR1               opens the security log and the audit log again

${CONFIG}
exit codes: 0 after a signal, 1 after a second one, or the configuration or a port does not allow to start, 2 wrong usage
`,
  check: `usage: ami-gateway check [--config DIR] [--strict] [--accept NAME,…]

Reports what is wrong with the configuration, as file:line: message, and what in it is dangerous, as
file:line: warning: message [name]. Every message says what to do. No secret is printed.

${CONFIG}  --strict       let warnings fail as well: exit code 1
  --accept NAME  do not report this danger; several with commas between them. Each is reported with its [name]

exit codes: 0 valid, 1 an error (with --strict: or a warning), 2 wrong usage
`,
  explain: `usage: ami-gateway explain --user USER [--from ADDRESS] [--action NAME|FILE] [--event FILE] [--json]
                           [--config DIR]

Says whether USER may log in, do an action or see an event, which line of which file decides it, and what would allow
what is refused. It asks the rules that the running gateway uses; nothing has to run for it.

  --user USER        the account
  --from ADDRESS     the login of a client with this address; without --action and --event it is the login that is
                     explained, from no address in particular
  --action NAME      an action by its name, such as Originate, as if it were sent without other headers
  --action FILE      actions as a client sends them, with all of their headers; - reads standard input
  --event FILE       events as Asterisk sends them, with Event: and Privilege: first; - reads standard input
  --json             the same for programs
${CONFIG}
exit codes: 0 all of it is allowed, 1 something is refused, 2 wrong usage

  ami-gateway explain --user crm --from 192.0.2.10
  printf 'Action: Originate\\nChannel: PJSIP/100\\nContext: office\\n' | ami-gateway explain --user crm --action -
`,
  learn: `usage: ami-gateway learn --user USER [--audit FILE] [--json] [--config DIR]

Reads the audit log and prints, as a diff against the present one, the smallest section of manager.conf that would have
allowed what USER really did and received: its addresses, classes, event filters and action filters, each with how often
it was used. Nothing is written and nothing has to run. Let the gateway write the audit log (audit_file in [log]) for as
long as it takes to see everything that USER does, and read the result before you use it: what was done once a month
may not be in it. With enforce = no in the new section, the gateway tells what it would refuse before it does.

  --user USER    the account
  --audit FILE   the audit log, if it is not the one of the configuration; - reads standard input
  --json         the same for programs
${CONFIG}
exit codes: 0 done, 1 the log holds nothing of USER, 2 wrong usage
`,
  import: `usage: ami-gateway import DIR [--out DIR] [--force]

Reads manager.conf, acl.conf and http.conf of an Asterisk (DIR is its /etc/asterisk, or a copy of it) and writes the
gateway's own: the same accounts with the same rights. Accounts that cannot be taken over are named with file and
line. A secret for the gateway's one account at Asterisk is made and written to files that only you can read.
DIR itself is never changed: what to change there is written to CHANGES-IN-ASTERISK.txt, and printed.

  --out DIR      where to write (default: ./config); made if it is missing
  --force        replace files that are there

exit codes: 0 every account was taken over, 1 some were not, or nothing was written, 2 wrong usage
`,
  hash: `usage: ami-gateway hash < FILE

Reads a secret from standard input, or unseen from a terminal, and prints the line secret_hash = … for manager.conf.
The secret is never an argument: arguments stand in the list of processes and in the history of the shell.

exit codes: 0 done, 1 the secret is empty or no secret, 2 wrong usage
`,
} as const satisfies Record<CommandName, string>;
