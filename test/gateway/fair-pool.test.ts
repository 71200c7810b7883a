/** Users share the connections to Asterisk: nobody holds all of them, and nobody's queue goes before another's turn. */
import { afterEach, expect, it } from 'vitest';
import { type RunningGateway, runGateway, scrape } from './running-gateway.js';

let running: RunningGateway;
afterEach(() => running.stop());

async function run(gatewayConf: string): Promise<void> {
  running = await runGateway({ gatewayConf });
  running.asterisk.script = ({ actionId }) => `Response: Success\r\nActionID: ${actionId}\r\n\r\n`;
}

/** Neither actions with this id are answered nor the sentinels behind them. */
function neverEnd(id: string): void {
  const stuck = new Set<number>();
  running.asterisk.silence = ({ actionId, connection }) => {
    if (actionId === id) stuck.add(connection);
    return stuck.has(connection);
  };
}

async function waitingIs(count: number): Promise<void> {
  await expect.poll(() => scrape(running.app, 'upstream_waiting_actions'), { timeout: 10_000 }).toBe(count);
}

it('leaves one connection to the others, however many actions of a user never end', async () => {
  await run('pool_size = 3\n');
  neverEnd('stuck');
  const greedy = await Promise.all(Array.from({ length: 4 }, () => running.logIn('quiet')));
  for (const client of greedy) client.send('Action: CoreStatus\r\nActionID: stuck\r\n\r\n');
  await waitingIs(2);
  const other = await running.logIn('admin');

  const answer = await other.action({ Action: 'CoreStatus', ActionID: 'mine' });

  expect(answer).toContain('ActionID: mine');
  expect(running.asterisk.actionConnections).toBe(3);
});

it('lets a user hold as many as pool_share says', async () => {
  await run('pool_size = 3\npool_share = 1\n');
  neverEnd('stuck');
  const greedy = await Promise.all(Array.from({ length: 3 }, () => running.logIn('quiet')));

  for (const client of greedy) client.send('Action: CoreStatus\r\nActionID: stuck\r\n\r\n');

  await waitingIs(2);
  expect(running.asterisk.received.filter(({ actionId }) => actionId === 'stuck')).toHaveLength(1);
});

it('gives each user its turn, not each action', async () => {
  await run('pool_size = 1\n');
  const queue = await Promise.all(Array.from({ length: 4 }, () => running.logIn('quiet')));
  const other = await running.logIn('admin');
  await other.action({ Action: 'CoreStatus', ActionID: 'opens the connection' });
  running.asterisk.hold();
  for (const [index, client] of queue.entries()) {
    client.send(`Action: CoreStatus\r\nActionID: quiet ${index}\r\n\r\n`);
    if (index > 0) await waitingIs(index);
  }

  other.send('Action: CoreStatus\r\nActionID: admin\r\n\r\n');
  await waitingIs(4);
  running.asterisk.release();

  await waitingIs(0);
  const served = running.asterisk.received.filter(({ actionId }) => /^(?:quiet|admin)/.test(actionId));
  expect(served.map(({ actionId }) => actionId).slice(0, 3)).toEqual(['quiet 0', 'quiet 1', 'admin']);
});

it('makes place in a full waiting room at the cost of who has most in it', async () => {
  await run('pool_size = 1\nmax_waiting_actions = 2\n');
  const queue = await Promise.all(Array.from({ length: 3 }, () => running.logIn('quiet')));
  const other = await running.logIn('admin');
  await other.action({ Action: 'CoreStatus', ActionID: 'opens the connection' });
  running.asterisk.hold();
  queue[0]?.send('Action: CoreStatus\r\nActionID: first\r\n\r\n');
  for (const [index, client] of queue.slice(1).entries()) {
    client.send('Action: CoreStatus\r\nActionID: next\r\n\r\n');
    await waitingIs(index + 1);
  }

  const answer = other.action({ Action: 'CoreStatus', ActionID: 'admin' });
  const refused = await queue[2]?.readBlock();
  running.asterisk.release();

  expect(refused).toContain('No upstream connection became free in time');
  expect(await answer).toContain('Response: Success');
});
