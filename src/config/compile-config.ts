/**
 * From the files of a configuration to a Config; reading them is left to the caller.
 *
 *   manager.conf ─┐
 *   acl.conf ─────┤─► grammar ─► compiled ─► Config
 *   gateway.conf ─┘              problems of all files, in one go
 */
import { asciiLowerCase } from '../ami/message.js';
import { isTrue } from '../ami/truth.js';
import type { Result } from '../lib/result.js';
import type { Policies } from '../policy/policy.js';
import { compileAclConf } from './acl-conf.js';
import { type ConfFile, parseConfFile } from './conf-file.js';
import type { ConfSection, ResolveFiles } from './conf-reading.js';
import { compileGatewayConf } from './gateway-conf.js';
import type { GatewaySettings } from './gateway-settings.js';
import type { Environment } from './gateway-values.js';
import type { GeneralSettings } from './general-settings.js';
import { compileManagerConf } from './manager-conf.js';
import type { Problem } from './problem.js';
import { errorAt, warningAt, wholeFile } from './report.js';

/** All that the gateway is told: immutable, and replaced as a whole. */
export interface Config {
  readonly general: GeneralSettings;
  readonly policies: Policies;
  readonly gateway: GatewaySettings;
}

export interface LoadedConfig {
  /** `null` when an error concerns more than one user. Users with errors are not in it. */
  readonly config: Config | null;
  /** Of all files, each once, in no particular order. */
  readonly problems: readonly Problem[];
}

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
  const acl = compileAclConf(parseConfFile('acl.conf', resolve), nameOf('acl.conf'));
  const managerFile = parseConfFile('manager.conf', resolve);
  const manager = compileManagerConf(sectionsOf(managerFile), nameOf('manager.conf'), acl.acls);
  const gatewayFile = parseConfFile('gateway.conf', resolve);
  const gateway = compileGatewayConf(sectionsOf(gatewayFile), { ...sources, file: nameOf('gateway.conf') });
  // What the grammar lost may have been anything, so such a file is not used at all.
  const fromGrammar = [...managerProblems(managerFile, nameOf('manager.conf')), ...problemsOf(gatewayFile)];
  const isWhole = fromGrammar.every((problem) => problem.severity !== 'error');
  const config =
    isWhole && manager.general !== null && gateway.settings !== null
      ? { general: withTlsFiles(manager.general, nameOf), policies: manager.policies, gateway: gateway.settings }
      : null;
  const problems = [
    ...fromGrammar,
    ...acl.problems,
    ...(managerFile.kind === 'parsed' ? manager.problems : []),
    ...(gatewayFile.kind === 'invalid' ? [] : gateway.problems),
    ...checkTlsFiles(manager.general, sources),
    ...checkHttpConf(parseConfFile('http.conf', resolve)),
  ];
  return { config, problems: unique(problems) };
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

/** The names of certificate files are relative to the directory of the configuration. */
function withTlsFiles(general: GeneralSettings, nameOf: ConfigSources['nameOf']): GeneralSettings {
  const { certificateFile, privateKeyFile } = general.tls;
  const names = {
    certificateFile: nameOf(certificateFile),
    privateKeyFile: privateKeyFile === null ? null : nameOf(privateKeyFile),
  };
  return { ...general, tls: { ...general.tls, ...names } };
}

function checkTlsFiles(general: GeneralSettings | null, sources: ConfigSources): readonly Problem[] {
  if (general === null || !general.tls.enabled) return [];
  const { certificateFile, privateKeyFile } = general.tls;
  return [certificateFile, privateKeyFile].flatMap((name) => {
    const content = name === null ? null : sources.readSecretFile(name);
    if (content === null || content.ok) return [];
    const hint = 'tlsenable = yes needs tlscertfile, and tlsprivatekey unless the key is in it';
    return [errorAt(wholeFile(sources.nameOf('manager.conf')), `${name} cannot be read: ${content.failure}`, hint)];
  });
}

function checkHttpConf(conf: ConfFile): readonly Problem[] {
  const general = sectionsOf(conf).find((section) => !section.isTemplate && asciiLowerCase(section.name) === 'general');
  const enabled = general?.variables.findLast((option) => asciiLowerCase(option.name) === 'enabled');
  if (enabled === undefined || !isTrue(enabled.value)) return problemsOf(conf);
  return [...problemsOf(conf), warningAt(enabled, 'AMI over HTTP is accepted but not in effect yet')];
}

/** One line of a template can be wrong in every section that inherits it; one report is enough. */
function unique(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
