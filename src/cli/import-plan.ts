/**
 * From the files of an Asterisk to those of a gateway before it, and to what must change in Asterisk. Who reads and
 * writes files asks.
 *
 *     manager.conf, acl.conf, http.conf ──► compiled as the gateway would ──► accounts without an error ──► files
 */
import { asciiLowerCase } from '../ami/message.js';
import type { ConfigSources } from '../config/compile-config.js';
import { type ConfFile, parseConfFile } from '../config/conf-file.js';
import type { ConfSection } from '../config/conf-reading.js';
import { writeConf } from '../config/conf-writer.js';
import { generalOptions } from '../config/general-section.js';
import { compileManagerConf } from '../config/manager-conf.js';
import { formatProblem } from '../config/problem.js';
import { fail, type Result, succeed } from '../lib/result.js';
import { importAccounts, type LeftAccount } from './import-accounts.js';
import {
  ASTERISK_MANAGER_FILE,
  asteriskChanges,
  asteriskManagerConf,
  optionsOf,
  UPSTREAM_SECRET_FILE,
  UPSTREAM_USER,
} from './import-asterisk.js';
import { type PlannedFile, planAcl, planHttp } from './import-optional.js';
import { findPhoneUsers } from './import-phone-users.js';
import { type ImportFiles, importGeneral } from './import-settings.js';

export interface ImportSources extends Omit<ConfigSources, 'environment'>, ImportFiles {
  /** Of the gateway's account at Asterisk. */
  readonly secret: string;
  /** Asterisk's folder and the gateway's, as they were named. */
  readonly from: string;
  readonly out: string;
}

export interface ImportPlan {
  readonly files: readonly PlannedFile[];
  readonly taken: readonly string[];
  readonly left: readonly LeftAccount[];
  /** What was left out or changed, and what to look at. */
  readonly notes: readonly string[];
  /** What to do in Asterisk, in order. */
  readonly changes: readonly string[];
}

/** Fails with the reasons why nothing can be taken over. */
export function planImport(sources: ImportSources): Result<ImportPlan, readonly string[]> {
  const { resolve, nameOf } = sources;
  const file = parseConfFile('manager.conf', resolve);
  if (file.kind === 'missing')
    return fail([`${nameOf('manager.conf')}: there is no such file; name the folder of an Asterisk`]);
  if (file.kind === 'invalid') return fail([...file.problems.map(formatProblem), REFUSED_WHOLE]);
  return succeed(planParsed(file, sources));
}

const REFUSED_WHOLE = 'Asterisk refuses such a manager.conf as a whole: mend it, then import again';

const MANAGER_HEAD = [
  'Accounts of the gateway, as an Asterisk had them: templates and includes are written out, and what never counted is',
  'gone. ami-gateway check tells what in it is dangerous.',
];

function planParsed(file: ConfFile & { readonly kind: 'parsed' }, sources: ImportSources): ImportPlan {
  const { resolve, nameOf, secret, pathOf } = sources;
  const own = nameOf('manager.conf');
  const acl = planAcl(parseConfFile('acl.conf', resolve), nameOf('acl.conf'));
  const manager = compileManagerConf(file.sections, { ...sources, file: own, acls: acl.acls });
  const general = generalOptions(file.sections);
  const http = planHttp(parseConfFile('http.conf', resolve), general, sources);
  const hasHttp = http.files.length > 0;
  const settings = importGeneral(general, hasHttp, sources);
  const accounts = importAccounts(manager.accounts, file.sections, pathOf);
  const phones = findPhoneUsers(parseConfFile('users.conf', resolve));
  const ports = choosePorts(settings.options);
  const sections = [{ name: 'general', options: settings.options }, ...accounts.sections];
  const problems = [...file.problems, ...acl.problems, ...accounts.warnings];
  const included = includedFiles(file.sections, own);
  const phoneUsers = phones.map(({ user }) => user);
  const files = [
    { name: 'manager.conf', text: writeConf(MANAGER_HEAD, sections) },
    ...acl.files,
    ...http.files,
    { name: 'gateway.conf', text: gatewayConf(ports.asteriskPort) },
    { name: UPSTREAM_SECRET_FILE, text: `${secret}\n` },
    { name: ASTERISK_MANAGER_FILE, text: asteriskManagerConf(general, ports.asteriskPort, secret) },
  ];
  return {
    files,
    taken: accounts.sections.map(({ name }) => name),
    left: [...accounts.left, ...phones],
    notes: [...problems.map(formatProblem), ...settings.notes, ...http.notes],
    changes: asteriskChanges({ ...sources, ...ports, included, hasHttp, phoneUsers }),
  };
}

/** Where clients connected they find the gateway; Asterisk moves to a port beside it. */
function choosePorts(options: readonly { readonly name: string; readonly value: string }[]) {
  const gatewayPort = Number(options.find(({ name }) => asciiLowerCase(name) === 'port')?.value ?? 5038);
  // The gateway's own TLS port is 5039 unless it is written otherwise.
  const taken = [gatewayPort, 5039, ...options.map(({ value }) => Number(/:(\d+)$/.exec(value)?.[1]))];
  const asteriskPort = [5037, 5036, 5035, 5034].find((port) => !taken.includes(port)) ?? 5033;
  return { gatewayPort, asteriskPort };
}

function gatewayConf(port: number): string {
  const head = ['Settings of the gateway itself; see the README for all of them.'];
  const upstream = {
    host: '127.0.0.1',
    port: String(port),
    username: UPSTREAM_USER,
    secret_file: UPSTREAM_SECRET_FILE,
  };
  return writeConf(head, [{ name: 'upstream', options: optionsOf(upstream) }]);
}

function includedFiles(sections: readonly ConfSection[], own: string): readonly string[] {
  const files = sections.flatMap(({ file, variables }) => [file, ...variables.map((option) => option.file)]);
  return [...new Set(files)].filter((file) => file !== own);
}
