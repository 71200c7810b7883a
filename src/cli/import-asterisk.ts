/** Asterisk's side of an import: its new manager.conf with one account, and the list of what to change there. */
import { asciiLowerCase } from '../ami/message.js';
import type { ConfVariable } from '../config/conf-reading.js';
import { type WrittenOption, writeConf } from '../config/conf-writer.js';

/** The gateway's account at Asterisk. */
export const UPSTREAM_USER = 'ami-gateway';
/** The file with its secret, beside gateway.conf. */
export const UPSTREAM_SECRET_FILE = 'asterisk-secret';
export const ASTERISK_MANAGER_FILE = 'asterisk-manager.conf';
export const CHANGES_FILE = 'CHANGES-IN-ASTERISK.txt';

/** What decides how events look: Asterisk goes on making them so. */
const KEPT = ['timestampevents', 'debug', 'channelvars', 'disabledevents', 'displayconnects'];

/** Asterisk's new manager.conf. The account has neither filters nor variables: what it lacks, no client could get. */
export function asteriskManagerConf(general: readonly ConfVariable[], port: number, secret: string): string {
  const kept: readonly WrittenOption[] = general.filter(({ name }) => KEPT.includes(asciiLowerCase(name)));
  const head = [
    "Asterisk's new /etc/asterisk/manager.conf: one account, for the gateway. Holds its secret: keep it unreadable for others.",
  ];
  const account = [
    ...optionsOf({ secret, deny: '0.0.0.0/0.0.0.0' }),
    ...optionsOf({ deny: '::/0', permit: '127.0.0.1', read: 'all', write: 'all', writetimeout: '5000' }),
  ];
  return writeConf(head, [
    {
      name: 'general',
      options: [...optionsOf({ enabled: 'yes', bindaddr: '127.0.0.1', port: String(port) }), ...kept],
    },
    { name: UPSTREAM_USER, options: account },
  ]);
}

export function optionsOf(values: Readonly<Record<string, string>>): readonly WrittenOption[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

export interface AsteriskSituation {
  /** Where the gateway writes. */
  readonly out: string;
  /** Asterisk's own folder. */
  readonly from: string;
  readonly gatewayPort: number;
  readonly asteriskPort: number;
  /** Files with accounts beside manager.conf. */
  readonly included: readonly string[];
  readonly hasHttp: boolean;
  /** Accounts of users.conf. */
  readonly phoneUsers: readonly string[];
}

/** In the order in which to do them. */
export function asteriskChanges(situation: AsteriskSituation): readonly string[] {
  const { out, from, gatewayPort, asteriskPort, included, hasHttp, phoneUsers } = situation;
  return [
    `Keep a copy of ${from}/manager.conf, then put ${out}/${ASTERISK_MANAGER_FILE} in its place, readable for Asterisk only. ` +
      `It lets AMI listen on 127.0.0.1, port ${asteriskPort}, and has one account, [${UPSTREAM_USER}], which only this machine may use. ` +
      'All other accounts, with their eventfilter, setvar, permit, deny and acl lines, are now accounts of the gateway.',
    ...(included.length === 0
      ? []
      : [
          `It includes nothing, so these do not count any more: ${included.join(', ')}. If another program writes manager.conf (FreePBX, say), tell ` +
            `that program to let AMI listen on 127.0.0.1, port ${asteriskPort}, and add [${UPSTREAM_USER}] to a file that it leaves alone.`,
        ]),
    ...(phoneUsers.length === 0
      ? []
      : [
          `In ${from}/users.conf write hasmanager = no: ${phoneUsers.join(', ')} would go on logging in to Asterisk itself.`,
        ]),
    ...(hasHttp
      ? [
          "AMI over HTTP now comes from the gateway: give Asterisk's own http.conf another port, or enabled = no where nothing else (ARI, WebSocket) needs it.",
        ]
      : []),
    `Restart Asterisk, because the port changes: asterisk -rx 'core restart when convenient'.`,
    `Start the gateway: ami-gateway check --config ${out}, then ami-gateway serve --config ${out}. ` +
      `Clients find it on port ${gatewayPort}, where Asterisk was.`,
    `Delete ${out}/${ASTERISK_MANAGER_FILE}. If the gateway does not run on the machine of Asterisk, ` +
      `set host in ${out}/gateway.conf, bindaddr and permit in Asterisk, and use TLS between them.`,
  ];
}
