/** How a gateway stops: what is in work is answered, nothing new begins. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AmiClient } from '../asterisk/ami-client.mjs';
import { metric, type RunningGateway, runGateway, statusOf, userEvent } from './running-gateway.js';

let running: RunningGateway;
beforeEach(async () => {
  running = await runGateway({ httpConf: '' });
  running.asterisk.script = ({ actionId }) => `Response: Success\r\nActionID: ${actionId}\r\n\r\n`;
});
afterEach(() => running.stop());

const closedFor = (reason: string) => metric(running.telemetry, 'sessions_closed_total', { reason });

/** An action that Asterisk has and does not answer before `release`. */
async function sendHeld(client: AmiClient): Promise<void> {
  running.asterisk.hold();
  client.sendAction({ Action: 'CoreStatus', ActionID: 'last' });
  const forwarded = { action: 'CoreStatus', decision: 'forwarded' };
  await expect.poll(() => metric(running.telemetry, 'actions_total', forwarded)).toBe(1);
}

const LAST_ANSWER = 'Response: Success\r\nActionID: last\r\n\r\n';

describe('a gateway that drains', () => {
  it('is not ready first, and lets clients in until the delay is over', async () => {
    await running.reload({ gatewayConf: '[drain]\ndelay = 1\n' });
    const draining = running.app.drain();

    const response = await fetch(`http://127.0.0.1:${running.app.metricsPort}/readyz`);

    expect(await response.text()).toBe('not ready: stopping\n');
    expect(response.status).toBe(503);
    const client = await running.logIn('admin');
    running.asterisk.emit(userEvent('A'));
    expect(await client.readUntil('UserEvent: A')).toContain(userEvent('A').slice(0, 20));
    await draining;
    await expect(running.connect()).rejects.toThrow();
    expect(await statusOf(running.app, '/livez')).toBe(200);
  });

  it('closes sessions that ask for nothing, at once', async () => {
    const client = await running.logIn('admin');
    const stranger = await running.connect();

    await running.app.drain();

    expect(await client.readToEnd()).toBe('');
    expect(await stranger.readToEnd()).toBe('');
    expect(await closedFor('shutdown')).toBe(2);
  });

  it('answers the action in work, then closes its session, and begins nothing behind it', async () => {
    const client = await running.logIn('quiet');
    await sendHeld(client);
    client.sendAction({ Action: 'QueueStatus', ActionID: 'behind' });

    const draining = running.app.drain();
    await expect(running.connect()).rejects.toThrow();
    running.asterisk.release();
    await draining;

    expect(await client.readToEnd()).toBe(LAST_ANSWER);
    expect(await closedFor('drained')).toBe(1);
    expect(running.asterisk.received.map(({ name }) => name)).not.toContain('QueueStatus');
  });

  it('delivers the events that came with the answer before it closes', async () => {
    const client = await running.logIn('admin');
    await sendHeld(client);

    const draining = running.app.drain();
    running.asterisk.emit(userEvent('A'));
    running.asterisk.release();
    await draining;

    expect(await client.readToEnd()).toBe(LAST_ANSWER + userEvent('A'));
  });

  it('ends a WaitEvent with its answer', async () => {
    const client = await running.logIn('admin');
    client.sendAction({ Action: 'WaitEvent', ActionID: 'w' });
    await expect.poll(() => metric(running.telemetry, 'actions_total', { action: 'WaitEvent' })).toBe(1);

    await running.app.drain();

    expect(await client.readToEnd()).toContain('Event: WaitEventComplete\r\nActionID: w\r\n');
    expect(await closedFor('drained')).toBe(1);
  });

  it('cuts off what is not answered in time, and says so', async () => {
    await running.reload({ gatewayConf: '[drain]\ntimeout = 0.05\n' });
    const client = await running.logIn('quiet');
    await sendHeld(client);

    await running.app.drain();

    expect(await client.readToEnd()).toBe('');
    expect(await closedFor('drain-timeout')).toBe(1);
    await running.logged({ level: 'warn', msg: 'actions in work were cut off', sessions: 1 });
  });

  it('answers a request over HTTP that is in work', async () => {
    const url = `http://127.0.0.1:${running.app.httpPort}/rawman`;
    const entered = await fetch(`${url}?action=login&username=quiet&secret=s`);
    const headers = { cookie: entered.headers.get('set-cookie')?.split(';')[0] ?? '' };
    running.asterisk.hold();
    const request = fetch(`${url}?action=corestatus&actionid=last`, { headers });
    await expect.poll(() => metric(running.telemetry, 'actions_total', { action: 'CoreStatus' })).toBe(1);

    const draining = running.app.drain();
    running.asterisk.release();
    await draining;

    expect(await (await request).text()).toBe(LAST_ANSWER);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('takes a reload no more', async () => {
    await running.app.drain();

    expect(await running.reload({})).toEqual({ ok: false, failure: ['the gateway is stopping'] });
  });
});
