import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExplainCommand, explain } from '../../../src/cli/explain.js';
import { fail, succeed } from '../../../src/lib/result.js';

const MANAGER = `[general]
enabled = yes
bindaddr = 127.0.0.1
disabledevents = RTCPSent, RTCPReceived

[base](!)
deny = 0.0.0.0/0
deny = ::/0

[crm](base)
secret = 9cf2-secret-of-crm
permit = 192.0.2.0/24
acl = office
read = call
write = originate,call
actionfilter(action(include),name(Hangup)) =
actionfilter(action(include),name(Originate),header(Context),method(exact)) = from-crm
actionfilter(action(exclude),name(Originate),header(Application)) =
actionrate(Originate) = 10/m

[board]
secret = 41ab-secret-of-board
read = call,agent
write = call
eventfilter(name(QueueCallerJoin)) =
eventfilter(action(exclude),header(Queue),method(exact)) = boss
maxsessions = 3

[wide]
secret = 77-secret-of-wide
read = call
write = all

[certified]
tls_user = pbx.example.com

[Jörg]
secret = 5512-secret
permit = nowhere
`;

const ACL = '[office]\ndeny = 192.0.2.99\n';
const GATEWAY = '[upstream]\nusername = gw\nsecret = 8821-secret-of-gateway\n';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'ami-gateway-explain-'));
  writeFileSync(path.join(dir, 'manager.conf'), MANAGER);
  writeFileSync(path.join(dir, 'acl.conf'), ACL);
  writeFileSync(path.join(dir, 'gateway.conf'), GATEWAY);
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Runs it; `input` is what every file holds that is read. Places lose the folder. */
function ask(question: Partial<ExplainCommand>, input: string | null = null) {
  const lines: string[] = [];
  const complaints: string[] = [];
  const code = explain(
    { dir, environment: {}, user: 'crm', from: null, action: null, event: null, asJson: false, ...question },
    {
      readText: () => (input === null ? fail('ENOENT') : succeed(input)),
      tell: (line) => lines.push(line),
      complain: (line) => complaints.push(line),
    },
  );
  return { code, text: lines.join('\n').replaceAll(`${dir}/`, ''), complaints: complaints.join('\n') };
}

/** The lines that a person would number. */
function place(text: string): string {
  return `manager.conf:${MANAGER.split('\n').indexOf(text) + 1}`;
}

describe('explain of a login', () => {
  it('names the permit that lets an address in', () => {
    const { code, text } = ask({ from: '192.0.2.5' });

    expect(code).toBe(0);
    expect(text).toContain('Login of crm from 192.0.2.5: allowed\n');
    expect(text).toContain(`  ${place('permit = 192.0.2.0/24')}: permit = 192.0.2.0/24: it permits the address`);
  });

  it('names the deny of a template that keeps an address out', () => {
    const { code, text } = ask({ from: '10.1.1.1' });

    expect(code).toBe(1);
    expect(text).toContain('Login of crm from 10.1.1.1: refused\n');
    expect(text).toContain(`  ${place('deny = 0.0.0.0/0')}: deny = 0.0.0.0/0: it denies the address`);
    expect(text).toContain('to allow it: permit = 10.1.1.1');
  });

  it('names the line of acl.conf when a named ACL denies', () => {
    const { code, text } = ask({ from: '192.0.2.99' });

    expect(code).toBe(1);
    expect(text).toContain('  acl.conf:2: deny = 192.0.2.99: it denies the address');
  });

  it('tells how the secret may be proved, and never the secret', () => {
    const { code, text } = ask({});

    expect(code).toBe(0);
    expect(text).toContain(
      'secret = (not shown): the secret may be sent, or proved by an MD5 challenge or HTTP digest',
    );
    expect(text).toContain('from some addresses: name one with --from ADDRESS');
    expect(text).not.toContain('9cf2');
  });

  it('says that an account without deny takes everybody, and how many sessions it may have', () => {
    const { text } = ask({ user: 'board' });

    expect(text).toContain('from every address: it has no deny and no acl');
    expect(text).toContain("at most 3 of board's sessions at the same time");
  });

  it('refuses an account whose certificate nobody is asked for', () => {
    const { code, text } = ask({ user: 'certified' });

    expect(code).toBe(1);
    expect(text).toContain(
      `${place('tls_user = pbx.example.com')}: tls_user = pbx.example.com: it needs a certificate`,
    );
    expect(text).toContain('to allow it: tls_client_ca = FILE');
  });

  it('tells the errors of an account that has some, in the letters of the file', () => {
    const { code, text, complaints } = ask({ user: 'jörg' });

    expect(code).toBe(1);
    expect(text).toContain('User Jörg: refused\n');
    expect(text).toContain(`${place('permit = nowhere')}: invalid address 'nowhere' in permit = nowhere`);
    expect(complaints).toBe('serve would not start: ami-gateway check tells of 1 error');
  });

  it('finds the account that was meant', () => {
    const { code, text } = ask({ user: 'bord' });

    expect(code).toBe(1);
    expect(text).toContain('there is no account [bord] in manager.conf, did you mean board?');
  });
});

describe('explain of an action', () => {
  it('names the include that lets it pass, the class, and the rate that counts it', () => {
    const { code, text } = ask({ action: '-' }, 'Action: originate\nChannel: PJSIP/1\nContext: from-crm\n');

    expect(code).toBe(0);
    expect(text).toContain('Action Originate of crm: allowed\n');
    expect(text).toMatch(/^ {2}manager\.conf:\d+: actionfilter\(.*\) = from-crm: it includes the action$/m);
    expect(text).toContain(`also: ${place('write = originate,call')}: write = originate,call: it holds originate`);
    expect(text).toContain(`also: ${place('actionrate(Originate) = 10/m')}: actionrate(Originate) = 10/m: it counts`);
  });

  it('names the line that excludes it', () => {
    const message = 'Action: Originate\nChannel: PJSIP/1\nContext: from-crm\nApplication: Playback\n';

    const { code, text } = ask({ action: 'call.txt' }, message);

    expect(code).toBe(1);
    expect(text).toContain(
      `  ${place('actionfilter(action(exclude),name(Originate),header(Application)) =')}: actionfilter`,
    );
    expect(text).toContain('it excludes the action');
  });

  it('names the include whose value does not match', () => {
    const { code, text } = ask({ action: '-' }, 'Action: Originate\nChannel: PJSIP/1\nContext: internal\n');

    expect(code).toBe(1);
    expect(text).toMatch(/^ {2}manager\.conf:17: actionfilter\(.*\) = from-crm: its value does not match$/m);
  });

  it('says what to write when no include is for the action', () => {
    const { text } = ask({ action: 'Getvar' });

    expect(text).toContain('it has actionfilter lines, and none of them includes the action');
    expect(text).toContain('to allow it: actionfilter(action(include),name(Getvar)) =');
  });

  it('names the class that is missing', () => {
    const { code, text } = ask({ user: 'board', action: 'Originate' });

    expect(code).toBe(1);
    expect(text).toMatch(/manager\.conf:24: write = call: it lacks originate, which the action needs/);
    expect(text).toContain('to allow it: write = call,originate');
    expect(text).toContain('judged as if sent without other headers');
  });

  it('names the rule that an argument breaks, and the class that may say it', () => {
    const { code, text } = ask({ user: 'board', action: '-' }, 'Action: Getvar\nVariable: SHELL(ls)\n');

    expect(code).toBe(1);
    expect(text).toContain('Variable breaks the rule dialplan-function');
    expect(text).toContain('to allow it: write = call,system');
  });

  it('says that nobody may do what is refused to everybody', () => {
    const message = 'Action: Getvar\nVariable: AST_CONFIG(manager.conf,a,secret)\n';

    const { code, text } = ask({ user: 'wide', action: '-' }, message);

    expect(code).toBe(1);
    expect(text).toContain('it is refused to everybody, whatever their classes');
    expect(text).not.toContain('to allow it');
  });

  it('judges every message of a file', () => {
    const { code, text } = ask(
      { user: 'board', action: '-' },
      'Action: Hangup\n\nAction: Command\nCommand: core show uptime\n',
    );

    expect(code).toBe(1);
    expect(text).toContain('Action Hangup of board: allowed');
    expect(text).toContain('Action Command of board: refused');
  });

  it('asks Filter for its class, and Ping for none', () => {
    expect(ask({ user: 'board', action: 'Filter' }).code).toBe(1);
    expect(ask({ user: 'board', action: 'ping' }).code).toBe(0);
    expect(ask({ user: 'board', action: 'ping' }).text).toContain('the gateway answers it itself');
  });

  it.each([
    ['a name that is neither action nor file', 'Orignate', null, 'neither such an action nor such a file (ENOENT)'],
    ['a file without a message', 'empty.txt', '\n\n', 'there is no message in it'],
    [
      'a line that is too long',
      'long.txt',
      `Action: Ping\nX: ${'x'.repeat(1100)}\n`,
      'a line of more than 1,023 bytes',
    ],
    ['too many lines', 'many.txt', `Action: Ping\n${'X: y\n'.repeat(200)}`, 'more than 128 lines'],
  ])('takes %s for wrong usage', (_what, action, input, complaint) => {
    const { code, text, complaints } = ask({ action }, input);

    expect(code).toBe(2);
    expect(text).toBe('');
    expect(complaints).toContain(complaint);
  });
});

describe('explain of an event', () => {
  it('names the filter that includes it', () => {
    const { code, text } = ask({ user: 'board', event: '-' }, event('QueueCallerJoin', 'agent', 'Queue: support'));

    expect(code).toBe(0);
    expect(text).toContain('Event QueueCallerJoin to board: allowed\n');
    expect(text).toContain(`  ${place('eventfilter(name(QueueCallerJoin)) =')}: eventfilter`);
    expect(text).toContain('it includes the event');
  });

  it('names the filter that excludes it', () => {
    const { code, text } = ask({ user: 'board', event: '-' }, event('QueueCallerJoin', 'agent', 'Queue: boss'));

    expect(code).toBe(1);
    expect(text).toContain(
      `  ${place('eventfilter(action(exclude),header(Queue),method(exact)) = boss')}: eventfilter`,
    );
  });

  it('says so when no filter includes it', () => {
    const { code, text } = ask({ user: 'board', event: '-' }, event('Hangup', 'call'));

    expect(code).toBe(1);
    expect(text).toContain('it has eventfilter lines that include, and none of them matches the event');
  });

  it('names the classes that are missing', () => {
    const { code, text } = ask({ user: 'crm', event: '-' }, event('Reload', 'system'));

    expect(code).toBe(1);
    expect(text).toContain('read = call: it lacks system');
    expect(text).toContain('to allow it: read = call,system');
  });

  it('shows an event of an unknown class to read = all only', () => {
    const { code, text } = ask({ user: 'crm', event: '-' }, event('New', 'newclass'));

    expect(code).toBe(1);
    expect(text).toContain('to allow it: read = all');
  });

  it('names disabledevents', () => {
    const { code, text } = ask({ user: 'crm', event: '-' }, event('RTCPReceived', 'call'));

    expect(code).toBe(1);
    expect(text).toContain('manager.conf:4: disabledevents = RTCPSent, RTCPReceived: nobody gets this event');
  });

  it.each([
    ['no file', null, 'cannot be read (ENOENT)'],
    ['an event without Privilege', 'Event: Hangup\nChannel: x\n', 'begins with the lines Event: NAME and Privilege'],
    ['an empty file', '', 'begins with the lines Event: NAME and Privilege'],
  ])('takes %s for wrong usage', (_what, input, complaint) => {
    const { code, complaints } = ask({ event: 'x.txt' }, input);

    expect(code).toBe(2);
    expect(complaints).toContain(complaint);
  });
});

describe('explain', () => {
  it.each([
    ['no user', { user: null }, 'say who: --user USER'],
    ['a name in place of an address', { from: 'localhost' }, 'give an IPv4 or IPv6 address, not a name'],
    ['standard input twice', { action: '-', event: '-' }, 'cannot both be read from standard input'],
  ])('takes %s for wrong usage', (_what, question, complaint) => {
    const { code, complaints } = ask(question);

    expect(code).toBe(2);
    expect(complaints).toContain(complaint);
  });

  it('answers all questions of one call, and 1 when one of them is refused', () => {
    const { code, text } = ask({ from: '192.0.2.5', action: 'Hangup', event: '-' }, event('Reload', 'system'));

    expect(code).toBe(1);
    expect(text.match(/: (?:allowed|refused)$/gm)).toEqual([': allowed', ': allowed', ': refused']);
  });

  it('tells programs the same as JSON', () => {
    const { code, text } = ask({ user: 'board', action: 'Originate', asJson: true });

    expect(code).toBe(1);
    expect(JSON.parse(text)).toMatchObject({
      allowed: false,
      explanations: [
        {
          about: 'Action Originate of board',
          verdict: 'refused',
          decided: { place: 'manager.conf:24', text: 'write = call: it lacks originate, which the action needs' },
          toAllow: ['write = call,originate'],
        },
      ],
    });
  });
});

function event(name: string, privilege: string, ...lines: readonly string[]): string {
  return [`Event: ${name}`, `Privilege: ${privilege},all`, ...lines, ''].join('\n');
}
