/** acl.conf and http.conf, which an Asterisk may have. */
import { asciiLowerCase } from '../ami/message.js';
import { isTrue } from '../ami/truth.js';
import { compileAclConf, type NamedAcls } from '../config/acl-conf.js';
import type { ConfFile } from '../config/conf-file.js';
import type { ConfVariable } from '../config/conf-reading.js';
import { writeConf } from '../config/conf-writer.js';
import { generalOptions } from '../config/general-section.js';
import { compileHttpConf } from '../config/http-conf.js';
import { formatProblem, type Problem } from '../config/problem.js';
import { type ImportFiles, importHttp } from './import-settings.js';

export interface PlannedFile {
  readonly name: string;
  readonly text: string;
}

export interface AclPlan {
  readonly acls: NamedAcls;
  readonly problems: readonly Problem[];
  readonly files: readonly PlannedFile[];
}

/** A file with one error counts for nothing in Asterisk; users who name an ACL are then left behind by the compiler. */
export function planAcl(conf: ConfFile, name: string): AclPlan {
  const { acls, problems } = compileAclConf(conf, name);
  if (conf.kind !== 'parsed' || acls.kind === 'unusable') return { acls, problems, files: [] };
  const visible = conf.sections.filter((section) => !section.isTemplate && asciiLowerCase(section.name) !== 'general');
  const sections = visible.map((section) => ({ name: section.name, options: section.variables }));
  return {
    acls,
    problems,
    files: [{ name: 'acl.conf', text: writeConf(['Named ACLs, as an Asterisk had them.'], sections) }],
  };
}

export interface HttpPlan {
  readonly files: readonly PlannedFile[];
  readonly notes: readonly string[];
}

/** Only where both files of Asterisk have AMI over HTTP. */
export function planHttp(conf: ConfFile, general: readonly ConfVariable[], files: ImportFiles): HttpPlan {
  const web = general.findLast(({ name }) => asciiLowerCase(name) === 'webenabled');
  if (conf.kind !== 'parsed' || web === undefined || !isTrue(web.value)) return { files: [], notes: [] };
  const { settings, problems } = compileHttpConf(conf.sections);
  const errors: readonly Problem[] = [...conf.problems, ...problems].filter(({ severity }) => severity === 'error');
  if (errors.length > 0)
    return { files: [], notes: errors.map((error) => `AMI over HTTP is left out: ${formatProblem(error)}`) };
  if (settings === null) return { files: [], notes: [] };
  const { options, notes } = importHttp(generalOptions(conf.sections), files);
  return {
    files: [
      { name: 'http.conf', text: writeConf(['AMI over HTTP, as an Asterisk had it.'], [{ name: 'general', options }]) },
    ],
    notes,
  };
}
