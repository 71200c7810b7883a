/**
 * From the files of a configuration to a Config; reading them is left to the caller.
 *
 *   manager.conf ─┐
 *   acl.conf ─────┤
 *   http.conf ────┤─► grammar ─► compiled ─► Config
 *   gateway.conf ─┘              problems of all files, in one go
 */
import type { Result } from '../lib/result.js';
import type { Policies } from '../policy/policy.js';
import { compileAclConf } from './acl-conf.js';
import { type ConfFile, parseConfFile } from './conf-file.js';
import type { ConfSection, ResolveFiles } from './conf-reading.js';
import { compileGatewayConf } from './gateway-conf.js';
import type { GatewaySettings } from './gateway-settings.js';
import type { Environment } from './gateway-values.js';
import type { GeneralSettings, ListenerTlsSettings } from './general-settings.js';
import { compileHttpConf, type HttpConf } from './http-conf.js';
import type { HttpSettings } from './http-settings.js';
import { type Account, compileManagerConf } from './manager-conf.js';
import type { Problem } from './problem.js';
import { errorAt, type Place, warningAt, wholeFile } from './report.js';

/** All that the gateway is told: immutable, and replaced as a whole. */
export interface Config {
  readonly general: GeneralSettings;
  readonly policies: Policies;
  readonly gateway: GatewaySettings;
  /** `null`: no AMI over HTTP. */
  readonly http: HttpSettings | null;
}

export interface LoadedConfig {
  /** `null` when an error concerns more than one user. Users with errors are not in it. */
  readonly config: Config | null;
  /** Of all files, each once, in no particular order. */
  readonly problems: readonly Problem[];
  /** By the keys of users, also those who are refused. */
  readonly accounts: ReadonlyMap<string, Account>;
  /** What the grammar made of each file, for people who ask where something stands. */
  readonly sections: FileSections;
  /** Where each `section.key` of gateway.conf stands, in the file or in the environment. */
  readonly gatewayPlaces: ReadonlyMap<string, Place>;
}

export type FileSections = Readonly<Record<'manager' | 'acl' | 'http' | 'gateway', readonly ConfSection[]>>;

/** Where the texts come from. */
export interface ConfigSources {
  readonly resolve: ResolveFiles;
  readonly environment: Environment;
  readonly readSecretFile: (name: string) => Result<string>;
  /** How problems call a file of the directory. */
  readonly nameOf: (file: string) => string;
}

export function compileConfig(sources: ConfigSources): LoadedConfig {
  const { resolve, nameOf } = sources;
  const aclFile = parseConfFile('acl.conf', resolve);
  const acl = compileAclConf(aclFile, nameOf('acl.conf'));
  const managerFile = parseConfFile('manager.conf', resolve);
  const manager = compileManagerConf(sectionsOf(managerFile), {
    ...sources,
    file: nameOf('manager.conf'),
    acls: acl.acls,
  });
  const gatewayFile = parseConfFile('gateway.conf', resolve);
  const gateway = compileGatewayConf(sectionsOf(gatewayFile), { ...sources, file: nameOf('gateway.conf') });
  const httpFile = parseConfFile('http.conf', resolve);
  const http = compileHttpConf(sectionsOf(httpFile));
  const httpProblems = [...problemsOf(httpFile), ...http.problems];
  // What the grammar lost may have been anything, so such a file is not used at all.
  const fromGrammar = [...managerProblems(managerFile, nameOf('manager.conf')), ...problemsOf(gatewayFile)];
  const isWhole = [...fromGrammar, ...httpProblems].every((problem) => problem.severity !== 'error');
  const config =
    isWhole && manager.general !== null && gateway.settings !== null
      ? {
          general: { ...manager.general, tls: withTlsFiles(manager.general.tls, nameOf) },
          policies: manager.policies,
          gateway: gateway.settings,
          http: manager.general.webEnabled ? httpSettingsOf(http, nameOf) : null,
        }
      : null;
  const problems = [
    ...fromGrammar,
    ...acl.problems,
    ...(managerFile.kind === 'parsed' ? manager.problems : []),
    ...(gatewayFile.kind === 'invalid' ? [] : gateway.problems),
    ...checkTlsFiles(manager.general?.tls ?? null, 'manager.conf', sources),
    ...httpProblems,
    ...checkWebEnabled(manager.general, http, nameOf),
    ...(config === null ? [] : checkClientCertificates(config, nameOf)),
    ...checkTlsFiles((manager.general?.webEnabled && http.settings?.tls) || null, 'http.conf', sources),
  ];
  const sections = {
    manager: sectionsOf(managerFile),
    acl: sectionsOf(aclFile),
    http: sectionsOf(httpFile),
    gateway: sectionsOf(gatewayFile),
  };
  const { accounts } = manager;
  return { config, problems: unique(problems), accounts, sections, gatewayPlaces: gateway.places };
}

function sectionsOf(conf: ConfFile): readonly ConfSection[] {
  return conf.kind === 'parsed' ? conf.sections : [];
}

function problemsOf(conf: ConfFile): readonly Problem[] {
  return conf.kind === 'missing' ? [] : conf.problems;
}

function managerProblems(conf: ConfFile, file: string): readonly Problem[] {
  if (conf.kind !== 'missing') return conf.problems;
  return [errorAt(wholeFile(file), 'there is no such file', 'it holds the accounts; give its directory with --config')];
}

function httpSettingsOf({ settings }: HttpConf, nameOf: ConfigSources['nameOf']): HttpSettings | null {
  if (settings === null || settings.tls === null) return settings;
  return { ...settings, tls: withTlsFiles(settings.tls, nameOf) };
}

/** AMI over HTTP needs a yes in both files, and says so where only one of them has it. */
function checkWebEnabled(
  general: GeneralSettings | null,
  http: HttpConf,
  nameOf: ConfigSources['nameOf'],
): readonly Problem[] {
  if (general === null || general.webEnabled === (http.settings !== null)) return [];
  if (!general.webEnabled) {
    const hint = 'write webenabled = yes in [general] of manager.conf';
    return [warningAt(wholeFile(nameOf('http.conf')), 'nothing listens for HTTP: webenabled is off', hint)];
  }
  if (http.problems.some((problem) => problem.severity === 'error')) return [];
  const hint = 'write enabled = yes and bindaddr in [general] of http.conf';
  return [warningAt(wholeFile(nameOf('manager.conf')), 'webenabled has no effect: http.conf enables nothing', hint)];
}

/** Who needs a certificate can show one only where clients are asked for it. */
function checkClientCertificates(
  { general, gateway, policies }: Config,
  nameOf: ConfigSources['nameOf'],
): readonly Problem[] {
  const isAsked = gateway.listener.tlsClientCaFile !== null;
  if (isAsked && !general.tls.enabled) {
    const hint = 'write tlsenable = yes in [general] of manager.conf';
    return [warningAt(wholeFile(nameOf('gateway.conf')), 'tls_client_ca has no effect without a TLS listener', hint)];
  }
  if (isAsked) return [];
  const users = [...policies.users.values()].filter((policy) => policy.certificateName !== null);
  const hint = 'name the authority of the certificates in tls_client_ca, in [listener] of gateway.conf';
  return users.map(({ user }) =>
    warningAt(wholeFile(nameOf('manager.conf')), `nobody can log in as '${user}': it has tls_user`, hint),
  );
}

/** The names of certificate files are relative to the directory of the configuration. */
function withTlsFiles<Tls extends ListenerTlsSettings>(tls: Tls, nameOf: ConfigSources['nameOf']): Tls {
  const { certificateFile, privateKeyFile } = tls;
  const names = {
    certificateFile: nameOf(certificateFile),
    privateKeyFile: privateKeyFile === null ? null : nameOf(privateKeyFile),
  };
  return { ...tls, ...names };
}

function checkTlsFiles(tls: ListenerTlsSettings | null, file: string, sources: ConfigSources): readonly Problem[] {
  if (tls === null || !tls.enabled) return [];
  const { certificateFile, privateKeyFile } = tls;
  return [certificateFile, privateKeyFile].flatMap((name) => {
    const content = name === null ? null : sources.readSecretFile(name);
    if (content === null || content.ok) return [];
    const hint = 'tlsenable = yes needs tlscertfile, and tlsprivatekey unless the key is in it';
    return [errorAt(wholeFile(sources.nameOf(file)), `${name} cannot be read: ${content.failure}`, hint)];
  });
}

/** One line of a template can be wrong in every section that inherits it; one report is enough. */
function unique(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
