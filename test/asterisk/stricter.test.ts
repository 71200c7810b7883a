/** Rows of the README's table "Where it is stricter than Asterisk, on purpose": Asterisk's behaviour beside ours. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AmiClient, connectAmi } from './ami-client.mjs';
import { describeWithAsterisk } from './require-asterisk.js';
import { type Side, type SideBySide, sideBySide } from './side-by-side.js';

const USERS = `
[admin]
secret = s
read = all
write = all

[named]
secret = s
read = all
acl = office

[prefix]
secret = s
read = a,log
write = log,,call

[unfiltered]
secret = s
read = user
eventfilter = (

[masked]
secret = s
read = user
deny = 0.0.0.0/0.0.0.0, 10.0.0.0/8

[caseless]
secret = s
read = user
EventFilter = !Secret
`;
/** One bad line in another section: Asterisk then has no named ACL at all. */
const ACL = '[office]\ndeny = 0.0.0.0/0\n[branch]\npermit = nonsense\n';

await describeWithAsterisk('22', 'stricter than Asterisk', () => {
  let sides: SideBySide;
  const open: AmiClient[] = [];
  beforeAll(async () => {
    sides = await sideBySide({ version: '22', name: 'stricter', users: USERS, acl: ACL });
  });
  afterAll(async () => {
    for (const client of open) client.close();
    await sides?.stop();
  });

  async function logIn(side: Side, user: string, events = 'off') {
    const client = await connectAmi({ port: side.port });
    open.push(client);
    return { client, answer: await client.login(user, 's', { Events: events }) };
  }

  it.each([
    ['named', 'a broken acl.conf opens every named ACL'],
    ['prefix', 'a class list with a prefix or an empty token grants everything'],
    ['unfiltered', 'an invalid eventfilter leaves the user unfiltered'],
    ['caseless', 'an eventfilter in another case is no filter'],
  ])('the user %s logs in at Asterisk and not here: %s', async (user) => {
    expect((await logIn(sides.direct, user)).answer).toContain('Authentication accepted');
    expect((await logIn(sides.gateway, user)).answer).toContain('Authentication failed');
  });

  it('an ACL line with a blank deletes the user on both sides, but here it is told at the start', async () => {
    expect((await logIn(sides.direct, 'masked')).answer).toContain('Authentication failed');
    expect((await logIn(sides.gateway, 'masked')).answer).toContain('Authentication failed');
  });

  it('the classes of a prefix are all classes at Asterisk', async () => {
    const { client } = await logIn(sides.direct, 'prefix');

    expect(await client.action({ Action: 'Command', Command: 'core show uptime' })).toContain('System uptime');
  });

  it('the secret of an account is read at Asterisk by who may only report, and by nobody here', async () => {
    const variable = 'AST_CONFIG(manager.conf,gateway-account,secret)';
    const direct = (await logIn(sides.direct, 'admin')).client;
    const gateway = (await logIn(sides.gateway, 'admin')).client;

    expect(await direct.action({ Action: 'Getvar', Variable: variable })).toContain('upstream-secret');
    expect(await gateway.action({ Action: 'Getvar', Variable: variable })).toContain('GetVar Access Forbidden');
    expect(await gateway.action({ Action: 'GetConfig', Filename: 'manager.conf' })).toContain('escalated privileges');
    expect(await gateway.action({ Action: 'Command', Command: 'manager show user admin' })).toContain('blacklisted');
  });

  it('a Command that is blacklisted passes at Asterisk in quotes or with a tab, and not here', async () => {
    const direct = (await logIn(sides.direct, 'admin')).client;
    const gateway = (await logIn(sides.gateway, 'admin')).client;

    for (const command of ['"module" load nothing.so', 'module\tload nothing.so', 'MODULE  LOAD nothing.so']) {
      expect(await gateway.action({ Action: 'Command', Command: command })).toContain('Command blacklisted');
    }
    expect(await direct.action({ Action: 'Command', Command: '"module" load nothing.so' })).not.toContain(
      'blacklisted',
    );
  });

  it('a Filter with malformed criteria ends Asterisk, and is a clear error here', async () => {
    const gateway = (await logIn(sides.gateway, 'admin')).client;
    const direct = (await logIn(sides.direct, 'admin')).client;
    const malformed = { Action: 'Filter', Operation: 'Add', MatchCriteria: 'name', Filter: 'x' };

    expect(await gateway.action(malformed)).toContain('Filter was formatted incorrectly.');
    expect(await gateway.action({ Action: 'Ping' })).toContain('Pong');
    direct.sendAction(malformed);
    await direct.readToEnd();

    expect(direct.ended).not.toBeNull();
  });
});
