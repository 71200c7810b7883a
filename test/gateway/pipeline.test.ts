/** Actions that a client sends without waiting for answers. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, runGateway, userEvent } from './running-gateway.js';

let running: RunningGateway;
beforeEach(async () => {
  running = await runGateway({ gatewayConf: 'pool_size = 4\n' });
  running.asterisk.script = ({ actionId }) => `Response: Success\r\nActionID: ${actionId}\r\n\r\n`;
});
afterEach(() => running.stop());

const action = (name: string, id: string) => `Action: ${name}\r\nActionID: ${id}\r\n\r\n`;
const idsIn = (text: string) => [...text.matchAll(/ActionID: (\w+)\r\n/g)].map((found) => found[1]);
const forwarded = () => running.asterisk.received.filter(({ actionId }) => /^p\d+$/.test(actionId));

describe('pipelined actions', () => {
  it('leave on one lease, before the first is answered', async () => {
    const client = await running.logIn('quiet');
    running.asterisk.hold();

    client.send(action('CoreStatus', 'p1') + action('CoreStatus', 'p2') + action('CoreStatus', 'p3'));
    await expect.poll(() => running.asterisk.actionConnections).toBe(1);
    running.asterisk.release();
    const answers = await client.barrier();

    expect(idsIn(answers)).toEqual(['p1', 'p2', 'p3']);
    expect(new Set(forwarded().map(({ connection }) => connection)).size).toBe(1);
  });

  it('are answered in their order, with refusals and local answers between them', async () => {
    const client = await running.logIn('quiet');
    const names = ['CoreStatus', 'Ping', 'CoreStatus', 'CoreStatus', 'NoSuch', 'Command', 'CoreStatus', 'ListCommands'];
    const ids = Array.from({ length: 200 }, (_, n) => `p${n}`);

    client.send(ids.map((id, n) => action(names[n % names.length] ?? '', id)).join(''));
    const answers = await client.barrier();

    expect(idsIn(answers)).toEqual(ids);
  });

  it('do not overtake the events that an action before them caused', async () => {
    const client = await running.logIn('admin');
    running.asterisk.script = ({ name, actionId }) => {
      if (name === 'UserEvent') running.asterisk.emit(userEvent(actionId));
      return `Response: Success\r\nActionID: ${actionId}\r\n\r\n`;
    };

    client.send(action('UserEvent', 'p1') + action('CoreStatus', 'p2') + action('UserEvent', 'p3'));
    const seen = await client.barrier();

    const order = [...seen.matchAll(/ActionID: (p\d)\r\n|UserEvent: (p\d)\r\n/g)].map((found) => found[0].trim());
    expect(order).toEqual(['ActionID: p1', 'UserEvent: p1', 'ActionID: p2', 'ActionID: p3', 'UserEvent: p3']);
  });

  it('are all told that their outcome is unknown when Asterisk breaks before it answers', async () => {
    const client = await running.logIn('quiet');
    client.send(action('CoreStatus', 'first'));
    await client.barrier();
    running.asterisk.silence = ({ connection, name }) => connection > 0 && ['CoreStatus', 'Ping'].includes(name);
    client.send(action('CoreStatus', 'p1') + action('CoreStatus', 'p2'));
    await expect.poll(() => forwarded().length).toBe(2);

    running.asterisk.breakConnections('actions');
    const text = await client.readUntil('ActionID: p2\r\nMessage: The connection to Asterisk broke');

    expect(idsIn(text)).toEqual(['p1', 'p2']);
    expect(text.match(/Response: Error/g)).toHaveLength(2);
  });

  it('are answered although the client has ended its direction', async () => {
    const client = await running.logIn('quiet');
    const ids = Array.from({ length: 40 }, (_, n) => `p${n}`);

    client.send(ids.map((id) => action('CoreStatus', id)).join(''));
    client.end();

    expect(idsIn(await client.readToEnd())).toEqual(ids);
  });
});
