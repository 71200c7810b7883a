/** ACLs by their lines, as in ami-spec 4.4.7 and beyond: each is a user, which logs in from several addresses. */
import type { Account } from './accounts.js';

export const ADDRESSES = ['127.0.0.1', '127.0.0.2', '127.0.1.200', '::1'] as const;

export const ACL_CONF = `
[office]
deny = 0.0.0.0/0
permit = 127.0.0.0/30
deny = 127.0.0.2

[everybody]

[six]
deny = ::/0

[six-only]
deny = 0.0.0.0/0
deny = ::/0
permit = ::1

[template](!)
deny = 0.0.0.0/0

[inherits](template)
permit = 127.0.0.2
`;

/** One bad line anywhere leaves Asterisk without any named ACL when it starts. */
export const BROKEN_ACL_CONF = `${ACL_CONF}\n[broken]\npermit = nonsense\n`;
export const UNREADABLE = 'a bad line in acl.conf';

const RULES: readonly (readonly string[])[] = [
  [],
  ['permit = 10.0.0.0/8'],
  ['deny = 127.0.0.0/8'],
  ['deny = 0.0.0.0/0', 'permit = 127.1'],
  ['deny = !127.0.0.1'],
  ['deny = 0.0.0.0/0', 'deny = !127.0.0.1'],
  ['permit = 127.0.0.1', 'deny = 0.0.0.0/0.0.0.0'],
  ['deny = 0.0.0.0/0.0.0.0', 'permit = 127.0.0.1'],
  ['deny = ::/0'],
  ['deny = ::/0', 'deny = 0.0.0.0/0', 'permit = ::1'],
  ['deny = ::1'],
  ['deny = ::/0', 'permit = ::1/128'],
  ['deny = [::1]'],
  ['deny = ::1/0'],
  ['deny = ::1/129'],
  ['deny = ::2/127'],
  ['deny = 0::0/ffff::'],
  ['deny = ::1%lo'],
  ['deny = fe80::1%lo'],
  ['deny = 0.0.0.0/0', 'permit = ::ffff:127.0.0.1'],
  ['deny = 0.0.0.0/0', 'permit = ::ffff:127.0.0.1/32'],
  ['deny = 0.0.0.0/0', 'permit = ::ffff:127.0.0.1/128'],
  ['deny = 0.0.0.0/0', 'permit = [::ffff:127.0.0.1]'],
  ['permit = 127.0.0.1/33'],
  ['permit = 127.0.0.1/-1'],
  ['permit = 127.0.0.1/'],
  ['permit = 127.0.0.1:5038'],
  ['permit = localhost'],
  ['permit = all'],
  ['permit = 127.0.0.1/255.255.255.255/8'],
  ['permit = 0.0.0.0/1.2.3.4.5'],
  ['permit = 0.0.0.0/::'],
  ['deny = 0.0.0.0/0', 'permit = 127.0.0.1/24abc'],
  ['deny = 0.0.0.0/0', 'permit = 127.9.9.9/255.0.0'],
  ['deny = 0.0.0.0/0', 'permit = 127.0.0.0/255.0.255.0'],
  ['deny = 0.0.0.0/0', 'permit = 127.0.0.2/0.0.0.255'],
  ['deny = 0.0.0.0/0', 'permit = 127.0.0.1/0'],
  ['deny = 0.0.0.0/0', 'permit = 127.0.0.1/31'],
  ['deny = 0.0.0.0/0', 'permit = 127.0.0.1/032'],
  ['deny = 0.0.0.0/0', 'permit = 127.0.0.1/+32'],
  ['deny = 0.0.0.0/0', 'permit = 127.0.0.1/ 32'],
  ['deny = 0.0.0.0/0', 'permit = 127.0.0.1/0x20'],
  ['deny ='],
  ['deny = 10.0.0.1,'],
  ['deny = ,10.0.0.1'],
  ['permit = 10.0.0.1 , 127.0.0.1'],
  ['permit = 10.0.0.1, 127.0.0.1'],
  ['deny = 0.0.0.0/0', 'permit = 10.0.0.1,127.0.0.1'],
  ['deny = 0.0.0.0/0,!127.0.0.1'],
  ['deny = 0.0.0.0/0', 'permit = !127.0.0.1'],
  ['deny = !0.0.0.0/0'],
  ['deny = !!127.0.0.1'],
  ['deny = ! 127.0.0.1'],
  ['deny = 0'],
  ['deny = 0/0'],
  ['deny = 2130706433'],
  ['deny = 0x7f000001'],
  ['deny = 0177.0.0.1'],
  ['deny = 127.0.0.08'],
  ['deny = 127.0.256.1'],
  ['deny = 127.0.0.1.'],
  ['deny = 127.0.0.1/255.255.255'],
  ['deny = 127.0.0.1/4294967040'],
  ['DENY = 127.0.0.1'],
  ['Deny = 0.0.0.0/0', 'Permit = 127.0.0.2'],
  ['deny => 127.0.0.1'],
  ['deny = 127.0.0.1 ; a comment'],
  ['deny = 0.0.0.0/0', 'permit = 127.0.0.1', 'deny = 127.0.0.1', 'permit = 127.0.0.1'],
  ['acl = office'],
  ['acl =  office'],
  ['acl = everybody'],
  ['acl = six'],
  ['acl = six-only'],
  ['acl = inherits'],
  ['acl = template'],
  ['acl = office,six'],
  ['acl = office, six'],
  ['acl = office', 'acl = six-only'],
  ['acl = office,office'],
  ['acl = office', 'acl = office'],
  ['acl = !office'],
  ['acl = OFFICE'],
  ['acl = office ,six'],
  ['acl ='],
  ['acl = nowhere'],
  ['acl = general'],
  ['acl = office', 'deny = 127.0.0.1'],
  ['deny = 127.0.0.1', 'acl = office', 'permit = 127.0.0.1'],
  ['acl = everybody', 'deny = ::1'],
];

/** One user for each; its name says nothing, its title everything. */
export const ACL_ACCOUNTS: readonly (Account & { readonly title: string })[] = RULES.map((options, index) => ({
  name: `acl-${index}`,
  options,
  title: options.length === 0 ? 'no rule' : options.join(' | '),
}));
