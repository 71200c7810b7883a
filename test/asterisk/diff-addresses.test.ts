/** Who may come from where: every ACL from every address, with its answer and how long it took. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AmiClient, connectAmi } from './ami-client.mjs';
import { type Account, loginOf, sectionsOf } from './differential/accounts.js';
import { ACL_ACCOUNTS, ACL_CONF, ADDRESSES, BROKEN_ACL_CONF, UNREADABLE } from './differential/address-cases.js';
import { Tally } from './differential/tally.js';
import { describeWithAsterisk } from './require-asterisk.js';
import { type Side, type SideBySide, sideBySide } from './side-by-side.js';
import { masked } from './volatile.js';

/** Every login of a user that is refused takes a second. */
const LIMITS = 'authlimit = 500\nbindaddr = ::\n';
const USERS = sectionsOf(ACL_ACCOUNTS);

for (const version of ['22', '16'] as const) {
  await describeWithAsterisk(version, `addresses and Asterisk ${version}`, () => {
    const tally = new Tally('addresses', version);
    let sides: SideBySide;
    beforeAll(async () => {
      const texts = { users: USERS, acl: ACL_CONF, general: LIMITS };
      sides = await sideBySide({ version, name: `acl${version}`, ...texts });
    });
    afterAll(() => sides?.stop());

    it.each(ADDRESSES)('from %s', async (address) => {
      const [direct, gateway] = await Promise.all([logInAll(sides.direct, address), logInAll(sides.gateway, address)]);

      tally.judge(
        ACL_ACCOUNTS.map(({ title }, index) => ({
          title,
          as: address,
          direct: direct[index] ?? '',
          gateway: gateway[index] ?? '',
        })),
      );
      expect(direct.some((answer) => answer.includes('Authentication accepted'))).toBe(true);
      expect(direct.some((answer) => answer.includes('Authentication failed'))).toBe(true);
    });

    it('from everywhere, with a bad line in acl.conf', async () => {
      const account = { name: 'named', options: ['acl = office'] };
      const texts = { users: sectionsOf([account]), acl: BROKEN_ACL_CONF, general: LIMITS };
      const broken = await sideBySide({ version, name: `aclbad${version}`, ...texts });

      for (const address of ADDRESSES) {
        const [direct = ''] = await logInAll(broken.direct, address, [account]);
        const [gateway = ''] = await logInAll(broken.gateway, address, [account]);
        tally.judge([{ title: `${UNREADABLE} | acl = office`, as: address, direct, gateway }]);
      }
      await broken.stop();
    });

    it('is the same but for the listed exceptions', () => tally.close());
  });
}

/** All users at once; they connect one behind the other, because Asterisk accepts slowly. */
async function logInAll(
  side: Side,
  address: string,
  accounts: readonly Account[] = ACL_ACCOUNTS,
): Promise<readonly string[]> {
  const route = address.includes(':') ? { host: address } : { localAddress: address };
  const answers: Promise<string>[] = [];
  for (const { name } of accounts) {
    const client = await connectAmi({ port: side.port, ...route });
    answers.push(logIn(client, name));
  }
  return Promise.all(answers);
}

async function logIn(client: AmiClient, name: string): Promise<string> {
  client.send(`${loginOf(name, 'ActionID: in\r\n')}Action: Logoff\r\n\r\n`);
  return masked(await client.readToEnd());
}
