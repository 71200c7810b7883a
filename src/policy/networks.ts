/** A list of networks that are trusted with something, such as `10.0.0.0/8,::1`: read more strictly than an ACL. */
import { type Result, succeed } from '../lib/result.js';
import { type Acl, type AclFault, aclOf, compileRuleSet, permits, REFUSE_ALL } from './acl.js';

export interface Networks {
  readonly acl: Acl;
}

export const NO_NETWORKS: Networks = { acl: REFUSE_ALL };

/** An ACL reads `10`, `010.0.0.1` and `10.0.0.0/0x18` as C does: 0.0.0.10, 8.0.0.1, everybody. Who is trusted must be spelt out. */
const QUAD = '(?:0|[1-9]\\d{0,2})(?:\\.(?:0|[1-9]\\d{0,2})){3}';
const ENTRY = new RegExp(`^!?(?:${QUAD}(?:/(?:\\d{1,2}|${QUAD}))?|[\\da-fA-F:.]*:[\\da-fA-F:.]*(?:/\\d{1,3})?)$`);

/** `none` is the empty list. Blanks around the commas are allowed; `!` takes a network out again. */
export function compileNetworks(text: string): Result<Networks, string> {
  if (text.trim() === 'none') return succeed(NO_NETWORKS);
  const entries = text.split(',').map((entry) => entry.trim());
  const unclear = entries.find((entry) => !ENTRY.test(entry));
  if (unclear !== undefined) return { ok: false, failure: unclear };
  const rules = compileRuleSet([
    { sense: 'deny', text: '0.0.0.0/0,::/0', place: null },
    { sense: 'permit', text: entries.join(','), place: null },
  ]);
  return rules.ok ? succeed({ acl: aclOf(rules.value, []) }) : { ok: false, failure: entryOf(rules.failure) };
}

export function containsAddress(networks: Networks, address: string): boolean {
  return permits(networks.acl, address);
}

function entryOf({ entry }: AclFault): string {
  return entry;
}
