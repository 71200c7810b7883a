/** The address ACL of one user: its own permit and deny lines, and the named ACLs that `acl =` asks for. */
import { asciiLowerCase } from '../ami/message.js';
import { type Acl, aclOf, compileRuleSet, permits, permitsEverybody, type RuleSet } from '../policy/acl.js';
import type { NamedAcls } from './acl-conf.js';
import { aclLinesOf, reportAclFault } from './acl-lines.js';
import type { ConfVariable } from './conf-reading.js';
import { nearestName } from './nearest.js';
import type { Problem } from './problem.js';
import { errorAt, warningAt } from './report.js';

/** What a user's ACL depends on besides its lines. */
export interface AclSurroundings {
  readonly acls: NamedAcls;
  /** Whether clients can come over both families: a rule about one of them says nothing about the other. */
  readonly listensOnBothFamilies: boolean;
}

/** `null` after an error; a user without ACL lines may come from everywhere. */
export function compileUserAcl(
  user: string,
  options: readonly ConfVariable[],
  surroundings: AclSurroundings,
  problems: Problem[],
): Acl | null {
  const lines = aclLinesOf(options);
  const own = compileRuleSet(lines);
  if (!own.ok) reportAclFault(own.failure, lines, `user '${user}'`, problems);
  const named = compileNames(user, options, surroundings.acls, problems);
  if (!own.ok || named === null) return null;
  const acl = aclOf(lines.length === 0 ? null : own.value, named);
  warnOfGaps(user, acl, options, surroundings, problems);
  return acl;
}

/** Names are separated by commas; a blank before a name is skipped, one behind it belongs to it, as in Asterisk. */
function compileNames(
  user: string,
  options: readonly ConfVariable[],
  acls: NamedAcls,
  problems: Problem[],
): readonly RuleSet[] | null {
  const names = options
    .filter((option) => asciiLowerCase(option.name) === 'acl')
    .flatMap((option) => option.value.split(',').map((name) => ({ option, name: name.replace(/^[\x00- ]+/, '') })));
  const ruleSets: RuleSet[] = [];
  const seen = new Set<string>();
  for (const { option, name } of names) {
    const ruleSet = findNamed(acls, name);
    if (seen.has(name)) problems.push(errorAt(option, `ACL '${name}' is named twice: user '${user}' is refused`));
    else if (typeof ruleSet === 'string') problems.push(unknownAcl(option, name, ruleSet, user, acls));
    else ruleSets.push(ruleSet);
    seen.add(name);
  }
  return ruleSets.length === names.length ? ruleSets : null;
}

/** The rule set of a name, or the reason why there is none. */
function findNamed(acls: NamedAcls, name: string): RuleSet | string {
  if (acls.kind === 'unusable') return acls.reason;
  return acls.ruleSets.get(name) ?? 'there is no such section in acl.conf';
}

function unknownAcl(option: ConfVariable, name: string, reason: string, user: string, acls: NamedAcls): Problem {
  const known = acls.kind === 'usable' ? [...acls.ruleSets.keys()] : [];
  const meant = known.find((one) => asciiLowerCase(one) === asciiLowerCase(name)) ?? nearestName(name, known);
  const hint = meant === null ? null : `did you mean '${meant}'?`;
  return errorAt(option, `ACL '${name}' cannot be used, ${reason}: user '${user}' is refused`, hint);
}

/** Addresses that no real rule names: how they fare tells what a rule set does with the rest of the world. */
const STRANGERS_IPV4 = ['192.0.2.77', '198.51.100.77'];
const STRANGERS_IPV6 = ['2001:db8::77', '3fff::77'];

function warnOfGaps(
  user: string,
  acl: Acl,
  options: readonly ConfVariable[],
  surroundings: AclSurroundings,
  problems: Problem[],
): void {
  const place = options.find((option) => ['permit', 'deny', 'acl'].includes(asciiLowerCase(option.name)));
  if (place === undefined) return;
  if (permitsEverybody(acl)) {
    const hint = 'start with deny = 0.0.0.0/0 and deny = ::/0; later lines win';
    problems.push(
      warningAt(place, `the ACL of user '${user}' permits everybody: without a deny, permit does nothing`, hint),
    );
    return;
  }
  if (!surroundings.listensOnBothFamilies) return;
  const opensIpv4 = STRANGERS_IPV4.every((address) => permits(acl, address));
  const opensIpv6 = STRANGERS_IPV6.every((address) => permits(acl, address));
  if (opensIpv4 === opensIpv6) return;
  const [open, deny] = opensIpv6 ? ['IPv6', '::/0'] : ['IPv4', '0.0.0.0/0'];
  problems.push(
    warningAt(place, `the ACL of user '${user}' leaves ${open} open`, `add deny = ${deny} before the permits`),
  );
}
