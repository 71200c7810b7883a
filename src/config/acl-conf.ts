/**
 * acl.conf: named ACLs (ami-spec 4.4.6). One unknown option or bad rule makes Asterisk reject the whole file, after
 * which every `acl =` allows everybody. Here it makes every named ACL unusable, and refuses the users who name one.
 */

import { asciiLowerCase } from '../ami/message.js';
import { compileRuleSet, type RuleSet } from '../policy/acl.js';
import { aclLinesOf, reportAclFault } from './acl-lines.js';
import type { ConfFile } from './conf-file.js';
import type { ConfSection } from './conf-reading.js';
import type { Problem } from './problem.js';
import { errorAt, type Place, warningAt } from './report.js';

/** Named ACLs by their exact names; `unusable` says why there are none, for those who name one. */
export type NamedAcls =
  | { readonly kind: 'usable'; readonly ruleSets: ReadonlyMap<string, RuleSet> }
  | { readonly kind: 'unusable'; readonly reason: string };

export interface AclConf {
  readonly acls: NamedAcls;
  readonly problems: readonly Problem[];
}

/** `file` is how problems of others call acl.conf. */
export function compileAclConf(conf: ConfFile, file: string): AclConf {
  if (conf.kind === 'missing') return { acls: { kind: 'unusable', reason: `there is no ${file}` }, problems: [] };
  const unusable: NamedAcls = { kind: 'unusable', reason: `${file} is not valid` };
  if (conf.kind === 'invalid') return { acls: unusable, problems: conf.problems };
  const problems = [...conf.problems];
  const ruleSets = new Map<string, RuleSet>();
  for (const section of conf.sections) {
    if (section.isTemplate || asciiLowerCase(section.name) === 'general') continue;
    const ruleSet = compileNamedAcl(section, problems);
    if (ruleSets.has(section.name)) problems.push(errorAt(section, `the ACL [${section.name}] is defined twice`));
    if (ruleSet !== null) ruleSets.set(section.name, ruleSet);
  }
  const isBroken = problems.some((problem) => problem.severity === 'error');
  return { acls: isBroken ? unusable : { kind: 'usable', ruleSets }, problems };
}

function compileNamedAcl(section: ConfSection, problems: Problem[]): RuleSet | null {
  const lines = aclLinesOf(section.variables);
  for (const option of section.variables) {
    if (lines.some((line) => line.option === option)) continue;
    problems.push(errorAt(option, `an ACL has only permit and deny lines, not '${option.name}'`));
  }
  const ruleSet = compileRuleSet(lines);
  if (!ruleSet.ok) {
    reportAclFault(ruleSet.failure, lines, `the ACL [${section.name}]`, problems);
    return null;
  }
  if (section.variables.length === 0) problems.push(warnOfEmpty(section));
  return ruleSet.value;
}

function warnOfEmpty(section: Place & { readonly name: string }): Problem {
  return warningAt(section, `the ACL [${section.name}] has no rules and permits everybody`);
}
