import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectAmi } from './ami-client.mjs';
import type { RealAsterisk } from './instance.mjs';
import { provideAsterisk } from './provide.mjs';
import { describeWithAsterisk } from './require-asterisk.js';

const users = '[tester]\nsecret = tester\nread = all\nwrite = all\n';

await describeWithAsterisk('22', 'a provided Asterisk 22', () => checkAsterisk('22', 'Asterisk Call Manager/11.0.0'));
await describeWithAsterisk('16', 'a provided Asterisk 16', () => checkAsterisk('16', 'Asterisk Call Manager/5.0.4'));

function checkAsterisk(version: '22' | '16', banner: string): void {
  let asterisk: RealAsterisk;

  beforeAll(async () => {
    asterisk = await provideAsterisk({ version, name: 'provide', users, http: {} });
  });

  afterAll(async () => {
    await asterisk.stop();
  });

  async function logIn(port = asterisk.port) {
    const client = await connectAmi({ port });
    expect(await client.login('tester', 'tester')).toContain('Response: Success');
    return client;
  }

  it('announces itself and more than a hundred actions', async () => {
    const client = await logIn();

    const actions = await client.action({ Action: 'ListCommands' });

    expect(client.banner).toBe(banner);
    expect(actions.match(/ \(Priv: /g)?.length).toBeGreaterThan(100);
    client.close();
  });

  it('loads every module it is asked to load', () => {
    expect(asterisk.log()).not.toMatch(/declined to load|Error loading module/);
  });

  it('places a call and tells all of it', async () => {
    const client = await logIn();

    await client.action({ Action: 'Originate', Channel: 'Local/answer@test', Application: 'Echo', Async: 'true' });
    const events = await client.readUntil(/Event: Hangup\r\n/);

    expect(events).toContain('Event: Newchannel\r\n');
    expect(events).toContain('Event: OriginateResponse\r\n');
    client.close();
  });

  it('answers AMI over HTTP', async () => {
    const answer = await fetch(`http://127.0.0.1:${asterisk.httpPort}/rawman?action=ping`);

    expect(await answer.text()).toContain('Response: Error');
  });

  it('answers nothing while paused and everything after', async () => {
    const client = await logIn();
    await asterisk.pause();

    const actionId = client.sendAction({ Action: 'Ping' });

    await expect(client.readUntil('Pong', 300)).rejects.toThrow('300 ms went by');
    asterisk.resume();
    expect(await client.readUntil('Pong')).toContain(actionId);
    client.close();
  });

  it('comes back on the same port after a crash', async () => {
    const client = await logIn();

    await asterisk.kill();
    await client.readToEnd();
    await asterisk.start();

    const again = await logIn();
    expect(again.banner).toBe(banner);
    again.close();
  });

  it('runs beside another of its kind and leaves no process', async () => {
    const [first, second] = await Promise.all([
      provideAsterisk({ version, name: 'twin', users }),
      provideAsterisk({ version, name: 'twin', users }),
    ]);
    const pids = [first.pid, second.pid];

    const clients = await Promise.all([logIn(first.port), logIn(second.port)]);
    for (const client of clients) client.close();
    await Promise.all([first.stop(), second.stop()]);

    expect(new Set(pids).size).toBe(2);
    expect(pids.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  });
}
