/**
 * Every incident of Asterisk and its proxies that we know of, and every attack pattern: what came in then does not come
 * through, and what honest users do beside it does. Where another file has the test, it is named here, and must be there.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../gateway/raw-http.js';
import { type RunningGateway, runGateway } from '../gateway/running-gateway.js';
import { ACTION_INCIDENTS, FENCED, FENCED_HONEST, FENCED_INCIDENTS } from './incidents/actions.js';
import { TESTED_ELSEWHERE } from './incidents/elsewhere.js';

const CLASSES = [...new Set(ACTION_INCIDENTS.flatMap(({ write, honestWrite = write }) => [write, honestWrite]))];
const USERS = CLASSES.map((write) => `[${nameOf(write)}]\nsecret = s\nwrite = ${write}\n`).join('\n');
const OTHERS = '[empty]\nwrite = all\n[blank]\nsecret =\nwrite = all\n[admin]\nsecret = a-long-one\nwrite = all\n';

let running: RunningGateway;
beforeAll(async () => {
  running = await runGateway({ users: `${USERS}\n${FENCED}\n${OTHERS}`, httpConf: '' });
  running.asterisk.script = ({ actionId }) => `Response: Success\r\nActionID: ${actionId}\r\n\r\n`;
});
afterAll(() => running?.stop());

describe('an incident does not come through, and honest use does', () => {
  it.each(ACTION_INCIDENTS)(
    '$id: $what',
    async ({ write, attack, honest, honestWrite = write, hidden = actionIn(attack) }) => {
      const attempt = await attemptAs(nameOf(write), attack);
      const use = await attemptAs(nameOf(honestWrite), honest);

      expect(attempt.forwarded).not.toContain(hidden);
      expect(attempt.answers).toContain('Response: Error');
      expect(use.forwarded).toEqual([actionIn(honest)]);
    },
  );

  it.each(FENCED_INCIDENTS)('with action filters, $id: $what', async ({ attack }) => {
    expect((await attemptAs('fenced', attack)).forwarded).toEqual([]);
    expect((await attemptAs('fenced', FENCED_HONEST)).forwarded).toEqual(['originate']);
  });
});

describe('nobody comes in', () => {
  it.each(['empty', 'blank', 'nobody'])('AST-2007-012: by a key, as %s, who has no secret', async (user) => {
    const client = await running.connect();
    const challenge = /Challenge: (\S+)/.exec(await client.action({ Action: 'Challenge', AuthType: 'MD5' }))?.[1] ?? '';

    for (const key of ['', '0', keyOf(challenge, ''), keyOf(challenge, '(null)')]) {
      const answer = await client
        .action({ Action: 'Login', AuthType: 'MD5', Username: user, Key: key })
        .catch(() => '');
      expect(answer).not.toContain('accepted');
    }
    client.close();
  });

  it.each(['amp111', 'admin', 'phpagi', 'password', '', 'secret', '1234'])(
    'credential spray: with admin and %j',
    async (secret) => {
      const client = await running.connect();

      const answer = await client.login('admin', secret);

      expect(answer).toContain('Message: Authentication failed');
      client.close();
    },
  );

  it('GHSA-3rhj-hhw7-m6fw: by a digest of an unknown user, and the gateway lives on', async () => {
    const port = running.app.httpPort ?? 0;
    const fields = 'username="ghost", realm="asterisk", nonce="x", uri="/amxml", response="0", algorithm=MD5';

    const answer = await ask(port, { target: '/amxml', headers: [`Authorization: Digest ${fields}`] });

    expect(answer.statusLine).toContain('401');
    expect((await ask(port, { target: '/rawman?action=ping' })).statusLine).toContain('200');
  });

  it('a pipeline behind a login that fails: none of it reaches Asterisk', async () => {
    const before = running.asterisk.received.length;
    const client = await running.connect();

    client.send('Action: Login\r\nUsername: admin\r\nSecret: x\r\n\r\nAction: Originate\r\nChannel: Local/1@x\r\n\r\n');
    await client.readToEnd();

    expect(namesSince(before)).toEqual([]);
  });
});

it('AST-2008-004: format strings go through as the bytes they are', async () => {
  await attemptAs(nameOf('call'), 'Action: Getvar // Variable: %s%n%d%1$n');

  expect(running.asterisk.received.at(-2)?.lines).toContain('Variable: %s%n%d%1$n');
});

it.each(TESTED_ELSEWHERE)('$id has its test in $file', ({ file, title }) => {
  const url = new URL(`../../${file}`, import.meta.url);

  expect(existsSync(url) && readFileSync(url, 'latin1').includes(title)).toBe(true);
});

/** What reached Asterisk of it, in lower case, and what the client heard. */
async function attemptAs(user: string, headers: string) {
  const before = running.asterisk.received.length;
  const client = await running.logIn(user, { Events: 'off' });
  client.send(`${headers.replaceAll(' // ', '\r\n')}\r\nActionID: probe\r\n\r\n`);
  const answers = await client.barrier();
  client.close();
  return { forwarded: namesSince(before), answers };
}

/** Without what the gateway itself asks. */
function namesSince(before: number): readonly string[] {
  const names = running.asterisk.received.slice(before).map(({ name }) => name.toLowerCase());
  return names.filter((name) => !['ping', 'challenge', 'listcommands'].includes(name));
}

function actionIn(headers: string): string {
  return /^action: *([^ ]*)/i.exec(headers)?.[1]?.toLowerCase() ?? '';
}

function nameOf(write: string): string {
  return `may-${write.replaceAll(',', '-')}`;
}

function keyOf(challenge: string, secret: string): string {
  return createHash('md5').update(`${challenge}${secret}`, 'latin1').digest('hex');
}
