/** Which session receives which event, and in which order. */
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AmiClient } from '../asterisk/ami-client.mjs';
import { metric, type RunningGateway, runGateway, userEvent } from './running-gateway.js';

const USERS = `
[everything]
secret = s
read = all
write = all

[reader]
secret = s
read = user
write = system

[operator]
secret = s
read = system,user
write = system

[guard]
secret = s
read = security
write = system

[narrow]
secret = s
read = user
write = system
eventfilter = UserEvent: wanted

[narrow-too]
secret = s
read = user
write = system
eventfilter = UserEvent: wanted

[deaf]
secret = s
write = all
`;

let running: RunningGateway;
beforeEach(async () => {
  running = await runGateway({ users: USERS });
});
afterEach(() => running.stop());

/** An event with this second line, or these lines, behind its name. */
const event = (name: string, ...lines: readonly string[]) =>
  `Event: ${name}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;

/** What each of the users receives of these bytes. */
async function receivedBy(users: readonly string[], bytes: string): Promise<readonly string[]> {
  const clients: AmiClient[] = [];
  for (const user of users) clients.push(await running.logIn(user, { Events: 'system,call,user,reporting' }));
  running.asterisk.emit(bytes);
  return Promise.all(clients.map((client) => client.barrier()));
}

describe('an event', () => {
  it('reaches who holds its class, byte for byte, and nobody else', async () => {
    const bytes = event('UserEvent', 'Privilege: user,all', 'UserEvent: x', 'Raw: \xe9\xff\x80 :: ', 'Empty: ');

    const [reader, deaf, guard] = await receivedBy(['reader', 'deaf', 'guard'], bytes);

    expect(reader).toBe(bytes);
    expect(deaf).toBe('');
    expect(guard).toBe('');
  });

  it('of two classes reaches only who holds both', async () => {
    const bytes = event('VoicemailPasswordChange', 'Privilege: system,user,all', 'Mailbox: 1');

    expect(await receivedBy(['reader', 'operator'], bytes)).toEqual(['', bytes]);
  });

  it('of a class that does not exist reaches only who holds all classes and asked for all', async () => {
    const bytes = event('Novelty', 'Privilege: user,telepathy,all');
    const all = await running.logIn('everything');
    const [operator, masked] = [await running.logIn('operator'), await running.logIn('everything', { Events: 'user' })];
    await all.barrier();

    running.asterisk.emit(bytes);

    expect(await all.barrier()).toBe(bytes);
    expect(await operator.barrier()).toBe('');
    expect(await masked.barrier()).toBe('');
  });

  it.each([
    ['a Privilege further down', event('UserEvent', 'UserEvent: x', 'Privilege: user,all')],
    ['no Privilege', event('UserEvent', 'UserEvent: x')],
    ['a Privilege before its name', 'Privilege: user,all\r\nEvent: UserEvent\r\n\r\n'],
    ['an ActionID before its Privilege', event('UserEvent', 'ActionID: 1', 'Privilege: user,all')],
    ['a Privilege in lower case', event('UserEvent', 'privilege: user,all')],
  ])('with %s is no broadcast and reaches nobody', async (_what, bytes) => {
    expect(await receivedBy(['everything', 'reader'], bytes)).toEqual(['', '']);
  });

  it('that pretends to a lesser class further down is judged by its first', async () => {
    const bytes = event('Secret', 'Privilege: system,all', 'Privilege: user,all', 'Fake: \nPrivilege: user,all');

    expect(await receivedBy(['reader', 'operator'], bytes)).toEqual(['', bytes]);
  });

  it('reaches nobody who has switched events off, and those again who switch them on', async () => {
    const client = await running.logIn('reader', { Events: 'off' });

    running.asterisk.emit(userEvent('one'));
    const off = await client.barrier();
    await client.action({ Action: 'Events', EventMask: 'on' });
    running.asterisk.emit(userEvent('two'));
    const on = await client.barrier();

    expect([off, on]).toEqual(['', userEvent('two')]);
  });

  it('is not widened by a mask: what the user may not read stays away', async () => {
    const client = await running.logIn('reader', { Events: 'system,call,user' });
    await client.action({ Action: 'Events', EventMask: 'all' });

    running.asterisk.emit(event('Reload', 'Privilege: system,all'));

    expect(await client.barrier()).toBe('');
  });

  it('that was made before a change of the mask is judged by the old mask', async () => {
    const client = await running.logIn('reader');

    running.asterisk.emit(userEvent('before'));
    client.send('Action: Events\r\nEventMask: off\r\nActionID: off\r\n\r\n');

    expect(await client.readUntil('Events: Off\r\n\r\n')).toBe(
      `${userEvent('before')}Response: Success\r\nActionID: off\r\nEvents: Off\r\n\r\n`,
    );
  });

  it('precedes the answer to a Ping that was sent after it', async () => {
    const client = await running.logIn('reader');

    for (let n = 0; n < 100; n++) {
      running.asterisk.emit(userEvent(`number ${n}`));
      expect(await client.barrier()).toBe(userEvent(`number ${n}`));
    }
  });

  it('about the gateway at Asterisk is hidden from everybody', async () => {
    const guard = await running.logIn('guard');
    const own = event(
      'SuccessfulAuth',
      'Privilege: security,all',
      'Service: AMI',
      'AccountID: Gateway-Account',
      'RemoteAddress: IPV4/TCP/127.0.0.1/1',
    );
    const foreign = own.replace('Gateway-Account', 'somebody');
    const sip = own.replace('Service: AMI', 'Service: PJSIP');

    running.asterisk.emit(own + foreign + sip);

    expect(await guard.barrier()).toBe(foreign + sip);
  });

  it('of the gateway about a login reaches who reads security', async () => {
    const guard = await running.logIn('guard');

    const other = await running.connect();
    await other.login('reader', 'wrong');

    expect(await guard.barrier()).toMatch(
      /^Event: InvalidPassword\r\nPrivilege: security,all\r\n(.+\r\n)*AccountID: reader\r\n(.+\r\n)*\r\n$/,
    );
  });
});

describe('event filters', () => {
  const wanted = userEvent('wanted');
  const other = userEvent('other');

  it('of the user are in force from the login on', async () => {
    const client = await running.logIn('narrow');

    running.asterisk.emit(wanted + other + wanted);

    expect(await client.barrier()).toBe(wanted + wanted);
  });

  it('that a session adds narrow a user without any, in this session only', async () => {
    const [first, second] = [await running.logIn('reader'), await running.logIn('reader')];

    const answer = await first.action({ Action: 'Filter', Operation: 'Add', Filter: 'UserEvent: wanted' });
    running.asterisk.emit(wanted + other);

    expect(answer).toContain('Message: Success');
    expect(await first.barrier()).toBe(wanted);
    expect(await second.barrier()).toBe(wanted + other);
  });

  it('that a session adds widen a user who has some, as in Asterisk', async () => {
    const client = await running.logIn('narrow');

    await client.action({ Action: 'Filter', Operation: 'Add', Filter: 'UserEvent: other' });
    running.asterisk.emit(wanted + other + userEvent('third'));

    expect(await client.barrier()).toBe(wanted + other);
  });

  it('that exclude are stronger than those that include', async () => {
    const client = await running.logIn('narrow');

    await client.action({ Action: 'Filter', Operation: 'Add', Filter: '!wanted' });
    running.asterisk.emit(wanted + other);

    expect(await client.barrier()).toBe('');
  });

  it('cannot be taken away, and a faulty one changes nothing', async () => {
    const client = await running.logIn('narrow');

    const removed = await client.action({ Action: 'Filter', Operation: 'Remove', Filter: 'UserEvent: wanted' });
    const faulty = await client.action({ Action: 'Filter', Operation: 'Add', Filter: '(' });
    running.asterisk.emit(wanted + other);

    expect(removed).toContain('Response: Error');
    expect(faulty).toContain('Filter did not compile.');
    expect(await client.barrier()).toBe(wanted);
  });
});

describe('an audience', () => {
  it('is shared by all whose classes and filters are the same, and ends with the last of them', async () => {
    const audiences = () => metric(running.telemetry, 'audiences');
    const readers = [await running.logIn('reader'), await running.logIn('reader'), await running.logIn('reader')];
    const narrow = [await running.logIn('narrow'), await running.logIn('narrow-too')];
    const deaf = await running.logIn('deaf');
    expect(await audiences()).toBe(2);

    await readers[0]?.action({ Action: 'Events', EventMask: 'off' });
    await readers[1]?.action({ Action: 'Filter', Operation: 'Add', Filter: 'UserEvent: wanted' });
    expect(await audiences()).toBe(2);

    for (const client of [...readers, ...narrow, deaf]) client.close();
    await expect.poll(audiences).toBe(0);
  });

  it('counts what was sent and what was withheld for each of its members', async () => {
    const clients = [await running.logIn('reader'), await running.logIn('reader'), await running.logIn('narrow')];

    const count = (decision: string) => metric(running.telemetry, 'events_total', { decision });
    const before = { sent: await count('sent'), withheld: await count('withheld') };

    running.asterisk.emit(userEvent('wanted') + userEvent('other') + event('Reload', 'Privilege: system,all'));
    await Promise.all(clients.map((client) => client.barrier()));

    expect((await count('sent')) - before.sent).toBe(5);
    expect((await count('withheld')) - before.withheld).toBe(4);
  });
});

describe('WaitEvent', () => {
  it('answers with the event it waited for, between its two messages', async () => {
    const client = await running.logIn('reader');

    client.send('Action: WaitEvent\r\nActionID: w\r\n\r\n');
    await expect.poll(() => metric(running.telemetry, 'actions_total', { action: 'WaitEvent' })).toBe(1);
    running.asterisk.emit(userEvent('x'));

    expect(await client.readUntil('WaitEventComplete\r\nActionID: w\r\n\r\n')).toBe(
      `Response: Success\r\nActionID: w\r\nMessage: Waiting for Event completed.\r\n\r\n${userEvent('x')}Event: WaitEventComplete\r\nActionID: w\r\n\r\n`,
    );
  });

  it('answers when its time is over', async () => {
    const client = await running.logIn('reader');
    const startedAt = performance.now();

    client.send('Action: WaitEvent\r\nTimeout: 1\r\n\r\n');
    const answer = await client.readUntil('WaitEventComplete\r\n\r\n');

    expect(answer).toBe(
      'Response: Success\r\nMessage: Waiting for Event completed.\r\n\r\nEvent: WaitEventComplete\r\n\r\n',
    );
    expect(performance.now() - startedAt).toBeGreaterThan(950);
  });

  it('answers when the client sends more, which is then answered, too', async () => {
    const client = await running.logIn('reader');

    client.send('Action: WaitEvent\r\n\r\n');
    await expect.poll(() => metric(running.telemetry, 'actions_total', { action: 'WaitEvent' })).toBe(1);
    client.send('Action: Ping\r\nActionID: p\r\n\r\n');

    expect(await client.readUntil('ActionID: p\r\n')).toBe(
      'Response: Success\r\nMessage: Waiting for Event completed.\r\n\r\nEvent: WaitEventComplete\r\n\r\nResponse: Success\r\nActionID: p\r\n',
    );
  });
});

describe('under load', () => {
  const EVENTS = 20_000;
  const SESSIONS = 20;
  /** The machine may have more to do. */
  const LOADED_TIMEOUT_MS = 90_000;
  const ACTIONS = 50;

  it(
    'every session receives every event in order, and every answer in its place',
    async () => {
      running.asterisk.script = (action) => `Response: Success\r\nActionID: ${action.actionId}\r\n\r\n`;
      const clients = await Promise.all(Array.from({ length: SESSIONS }, () => running.logIn('reader')));

      for (let n = 1; n <= EVENTS; n++) {
        running.asterisk.emit(userEvent(`#${n}`));
        if (n % (EVENTS / ACTIONS) === 0) {
          for (const client of clients) client.send(`Action: CoreStatus\r\nActionID: a${n}\r\n\r\n`);
          await turn();
        }
      }
      await Promise.all(clients.map((client) => client.readUntil(isComplete, LOADED_TIMEOUT_MS)));

      const numbers = Array.from({ length: EVENTS }, (_, n) => String(n + 1)).join();
      const ids = Array.from({ length: ACTIONS }, (_, n) => `a${(n + 1) * (EVENTS / ACTIONS)}`).join();
      const texts = clients.map((client) => client.received.toString('latin1'));
      expect(texts.filter((text) => matchesOf(text, /UserEvent: #(\d+)\r\n/g) !== numbers)).toHaveLength(0);
      expect(texts.filter((text) => matchesOf(text, /^ActionID: (a\d+)\r\n/gm) !== ids)).toHaveLength(0);
      const whole = /^(?:[^\r\n]+\r\n(?:[^\r\n]+\r\n)*\r\n)*$/;
      expect(texts.filter((text) => !whole.test(text.slice(text.indexOf('\r\n') + 2)))).toHaveLength(0);
    },
    LOADED_TIMEOUT_MS,
  );

  function isComplete(text: string): boolean {
    return text.includes(`UserEvent: #${EVENTS}\r\n\r\n`) && text.includes(`ActionID: a${EVENTS}\r\n\r\n`);
  }
});

const matchesOf = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1]).join();
