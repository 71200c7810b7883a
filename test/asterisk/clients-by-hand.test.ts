/** The wire habits of clients that cannot be installed here, played by hand: the same bytes, direct and through. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AmiClient, connectAmi } from './ami-client.mjs';
import { describeWithAsterisk } from './require-asterisk.js';
import { type SideBySide, sideBySide } from './side-by-side.js';
import { masked } from './volatile.js';

const USERS = `
[operator]
secret = secret-of-operator
read = system,call,user
write = call,originate,command,system,user
eventfilter = Event: (OriginateResponse|FullyBooted|UserEvent)

[narrow]
secret = secret-of-narrow
read = user
write = user
`;
const PHP_LOGIN = 'Action: Login\r\nUserName: operator\r\nSecret: secret-of-operator\r\nEvents: off\r\n\r\n';
const ORIGINATE = 'Channel: Local/answer-fast@test\r\nApplication: Wait\r\nData: 1\r\n';

type Talk = (client: AmiClient) => Promise<string>;

for (const version of ['22', '16'] as const) {
  await describeWithAsterisk(version, `habits of clients before Asterisk ${version}`, () => {
    let sides: SideBySide;
    beforeAll(async () => {
      sides = await sideBySide({ version, name: `hand${version}`, users: USERS });
    });
    afterAll(() => sides?.stop());

    const onBoth = async (talk: Talk) => {
      const direct = await outcomeOf(sides.direct.port, talk);
      const gateway = await outcomeOf(sides.gateway.port, talk);
      return { direct, gateway };
    };

    it('a PHP page writes everything at once, closes its half and reads to the end', async () => {
      const { direct, gateway } = await onBoth((client) => {
        client.send(`${PHP_LOGIN}Action: Originate\r\n${ORIGINATE}Async: yes\r\n\r\nAction: Logoff\r\n\r\n`);
        client.end();
        return client.readToEnd();
      });

      expect(gateway).toBe(direct);
      expect(direct).toMatch(/Originate successfully queued[\s\S]*Goodbye/);
    });

    it('a PHP page closes its half without a Logoff while its call is being placed', async () => {
      const { direct, gateway } = await onBoth((client) => {
        client.send(`${PHP_LOGIN}Action: Originate\r\n${ORIGINATE}\r\nAction: CoreSettings\r\n\r\n`);
        client.end();
        return client.readToEnd();
      });

      expect(gateway).toBe(direct);
      expect(direct).toMatch(/Originate successfully queued[\s\S]*AMIversion/);
    });

    it('phpagi counts lines: Response, ActionID, Message, then Output', async () => {
      const { direct, gateway } = await onBoth((client) => {
        client.send(`${PHP_LOGIN}Action: Command\r\nCommand: core show uptime\r\nActionID: 7\r\n\r\n`);
        return client.readUntil(/ActionID: 7\r\nMessage: [^\r]*\r\n(?:Output: [^\r]*\r\n)+\r\n/);
      });

      expect(gateway).toBe(direct);
    });

    it('asterisk-java logs in by challenge, asks for CoreSettings and falls back to a Command', async () => {
      const { direct, gateway } = await onBoth(async (client) => {
        const challenge = await client.action({ Action: 'Challenge', AuthType: 'MD5', ActionID: '171230_0#' });
        const key = md5(`${/^Challenge: (.*)\r$/m.exec(challenge)?.[1]}secret-of-narrow`);
        const login = { action: 'Login', authtype: 'MD5', username: 'narrow', key, events: 'on' };
        const answers = [await client.action({ ...login, actionid: '171230_1#' })];
        answers.push(await client.action({ action: 'CoreSettings', actionid: '171230_2#' }));
        const version = { action: 'Command', command: 'core show version', actionid: '171230_3#' };
        answers.push(await client.action(version));
        return `${challenge}${answers.join('')}`;
      });

      expect(gateway).toBe(direct);
      expect(direct).toMatch(/Authentication accepted[\s\S]*171230_2#\r\nMessage: Permission denied[\s\S]*171230_3#/);
    });

    it('panoramisk finds its calls by ActionIDs with slashes', async () => {
      const { direct, gateway } = await onBoth(async (client) => {
        const id = 'action/5c3e8d3a-3f40-4c64-8a2b-2a0a3a6f6b5e/1';
        client.send(`Action: Login\r\nUsername: operator\r\nSecret: secret-of-operator\r\nActionID: ${id}/1\r\n\r\n`);
        const booted = await client.readUntil(/Event: FullyBooted\r\n(?:[^\r\n]+\r\n)*\r\n/);
        client.send(`Action: Originate\r\n${ORIGINATE}Async: true\r\nActionID: ${id}/2\r\n\r\n`);
        const originated = await client.readUntil(/Event: OriginateResponse\r\n(?:[^\r\n]+\r\n)*\r\n/);
        return `${booted}${originated}${await client.action({ Action: 'Ping', ActionID: `${id}/3` })}`;
      });

      expect(gateway).toBe(direct);
      expect(direct.match(/^ActionID: action\/.*\/\d\r$/gm)).toHaveLength(4);
    });

    it('amigo writes its headers in any order, the Action last', async () => {
      const { direct, gateway } = await onBoth((client) => {
        client.send('Secret: secret-of-operator\r\nActionID: a1\r\nUsername: operator\r\nAction: Login\r\n\r\n');
        client.send('UserEvent: Mine\r\nKey: value\r\nActionID: a2\r\nAction: UserEvent\r\n\r\n');
        return client.readUntil(/Event: UserEvent\r\n(?:[^\r\n]+\r\n)*\r\n/);
      });

      expect(gateway).toBe(direct);
      expect(direct).toMatch(/ActionID: a2\r\nMessage: Event Sent[\s\S]*Key: value\r\n/);
    });
  });
}

async function outcomeOf(port: number, talk: Talk): Promise<string> {
  const client = await connectAmi({ port });
  const text = await talk(client);
  client.close();
  return masked(`${client.banner}\r\n${text}`);
}

function md5(text: string): string {
  return createHash('md5').update(text, 'latin1').digest('hex');
}
