/** From what a user really did to the section that allows no more: audit log, learn, and the gateway with the result. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { learn } from '../../src/cli/learn.js';
import { linesOfFile } from '../../src/cli/lines-of-file.js';
import type { AmiClient } from '../asterisk/ami-client.mjs';
import { metric, type RunningGateway, runGateway, userEvent } from './running-gateway.js';

let dir: string;
let running: RunningGateway | null = null;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'ami-gateway-learn-'));
});
afterEach(async () => {
  await running?.stop();
  running = null;
  rmSync(dir, { recursive: true });
});

const audit = () => path.join(dir, 'audit.log');
const originate = (context: string) =>
  `Action: Originate\r\nActionID: ${context}\r\nChannel: Local/1\r\nContext: ${context}\r\nExten: 1\r\nPriority: 1\r\n\r\n`;
const newchannel = 'Event: Newchannel\r\nPrivilege: call,all\r\nChannel: Local/1\r\n\r\n';

async function start(section: string, more = ''): Promise<RunningGateway> {
  running = await runGateway({ users: `[crm]\nsecret = s\n${section}\n`, gatewayConf: more });
  running.asterisk.script = ({ actionId }) => `Response: Success\r\nActionID: ${actionId}\r\n\r\n`;
  return running;
}

/** What the user does in every test: two kinds of actions, two kinds of events. */
async function work(gateway: RunningGateway, client: AmiClient): Promise<string> {
  client.send(`${originate('from-crm')}${originate('from-crm')}Action: CoreStatus\r\nActionID: status\r\n\r\n`);
  const answers = await client.barrier();
  gateway.asterisk.emit(newchannel + userEvent('Seen'));
  await client.readUntil('UserEvent: Seen\r\n\r\n');
  return answers;
}

/** The files for the command; a gateway in a test has none that stay. */
function writeFiles(section: string): void {
  writeFileSync(path.join(dir, 'manager.conf'), `[general]\nenabled = yes\n[crm]\nsecret = s\n${section}\n`);
  writeFileSync(path.join(dir, 'gateway.conf'), '[upstream]\nhost = 127.0.0.1\nusername = u\nsecret = s\n');
}

async function learnt(): Promise<string> {
  const told: string[] = [];
  const question = { dir, environment: {}, user: 'crm', audit: audit(), asJson: false };
  const ports = {
    linesOf: linesOfFile,
    tell: (line: string) => told.push(line),
    complain: (line: string) => told.push(`! ${line}`),
  };
  expect(await learn(question, ports)).toBe(0);
  return told.join('\n');
}

/** The section that a diff leads to. */
function applied(diff: string): string {
  const lines = diff.split('\n').slice(3);
  return lines
    .filter((line) => /^[ +]/.test(line))
    .map((line) => line.slice(1))
    .join('\n');
}

async function learnFromWork(): Promise<string> {
  const gateway = await start('read = all\nwrite = all', `[log]\naudit_file = ${audit()}\n`);
  const client = await gateway.logIn('crm');
  await work(gateway, client);
  client.close();
  await gateway.stop();
  running = null;
  writeFiles('read = all\nwrite = all');
  return learnt();
}

describe('learn', () => {
  it('writes the smallest section for what was done, with how often', async () => {
    const diff = await learnFromWork();

    expect(diff.split('\n').slice(2)).toEqual([
      ' [crm]',
      '-read = all',
      '-write = all',
      '+deny = 0.0.0.0/0.0.0.0',
      '+deny = ::/0',
      '+permit = 127.0.0.1/255.255.255.255  ; 1 time',
      '+read = user,call,system,security  ; 4 times',
      '+write = reporting,originate  ; 3 times',
      '+eventfilter(name(FullyBooted)) =  ; 1 time',
      '+eventfilter(name(SuccessfulAuth)) =  ; 1 time',
      '+eventfilter(name(Newchannel)) =  ; 1 time',
      '+eventfilter(name(UserEvent)) =  ; 1 time',
      '+actionfilter(name(Originate),header(Context),method(exact)) = from-crm  ; 2 times',
      '+actionfilter(name(CoreStatus)) =  ; 1 time',
    ]);
  });

  it('allows with that section what was done, and nothing else', async () => {
    const section = applied(await learnFromWork());
    const gateway = await start(section);
    const client = await gateway.logIn('crm');

    const answers = await work(gateway, client);
    client.send(`${originate('elsewhere')}Action: Command\r\nActionID: cli\r\nCommand: core show version\r\n\r\n`);
    const refused = await client.barrier();

    expect(answers.match(/Response: Success/g)).toHaveLength(3);
    expect(refused.match(/Message: Permission denied/g)).toHaveLength(2);
  });

  it('says where it could learn from, if nowhere', async () => {
    writeFiles('read = all');
    const told: string[] = [];
    const ports = {
      linesOf: linesOfFile,
      tell: (line: string) => told.push(line),
      complain: (line: string) => told.push(line),
    };

    const code = await learn({ dir, environment: {}, user: 'crm', audit: null, asJson: false }, ports);

    expect([code, ...told]).toEqual([
      2,
      'there is no audit log: set audit_file in [log] of gateway.conf, or name one with --audit',
    ]);
  });
});

describe('a user with enforce = no', () => {
  it('is refused nothing by its own rules, and told about', async () => {
    const rules =
      'eventfilter = !UserEvent\nactionfilter(name(Originate),header(Context),method(exact)) = office\nactionrate(CoreStatus) = 1/h';
    const gateway = await start(`read = all\nwrite = all\nenforce = no\n${rules}`);
    const client = await gateway.logIn('crm');

    const answers = await work(gateway, client);
    client.send('Action: CoreStatus\r\nActionID: again\r\n\r\n');
    const again = await client.barrier();
    client.close();
    await gateway.logged({ msg: 'events would have been withheld' });

    expect([...answers.matchAll(/Response: Success/g), ...again.matchAll(/Response: Success/g)]).toHaveLength(4);
    const counted = (reason: string) => metric(gateway.telemetry, 'shadow_refusals_total', { user: 'crm', reason });
    expect([await counted('action-filter'), await counted('action-rate'), await counted('event-filter')]).toEqual([
      4, 1, 1,
    ]);
  });

  it('is refused all the same what its classes do not allow', async () => {
    const gateway = await start('read = all\nwrite = call\nenforce = no');
    const client = await gateway.logIn('crm');

    client.send(originate('x'));

    expect(await client.readBlock()).toContain('Message: Permission denied');
  });
});
