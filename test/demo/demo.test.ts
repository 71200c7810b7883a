/** The demo is what a newcomer runs first: it must work as it says. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { connectAmi } from '../asterisk/ami-client.mjs';
import { describeWithAsterisk } from '../asterisk/require-asterisk.js';
import { sideBySide } from './event-table.mjs';
import { countTable } from './metric-table.mjs';

const program = fileURLToPath(new URL('demo.mjs', import.meta.url));

function startDemo(args: readonly string[]) {
  const child = spawn(process.execPath, [program, ...args]);
  const ended: Promise<unknown[]> = once(child, 'exit');
  const printed = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed.text += text;
    });
  }
  return { child, printed, ended };
}

await describeWithAsterisk('22', 'npm run demo', () => {
  it('tells its story, keeps running when asked to, and leaves nothing behind after Ctrl-C', async () => {
    const { child, printed, ended } = startDemo(['--keep']);
    try {
      await expect.poll(() => printed.text, { timeout: 90_000 }).toContain('configuration: ');
      const port = Number(/telnet 127\.0\.0\.1 (\d+)/.exec(printed.text)?.[1]);
      const folder = /configuration: +(\S+)/.exec(printed.text)?.[1] ?? '';
      const client = await connectAmi({ port });
      const response = await client.login('wallboard', 'demo');
      const wasThere = existsSync(folder);

      child.kill('SIGINT');

      expect(await ended).toEqual([0, null]);
      expect(response).toContain('Message: Authentication accepted');
      expect(wasThere).toBe(true);
      expect(existsSync(folder)).toBe(false);
      await expect(connectAmi({ port })).rejects.toThrow('no AMI');
      expect(printed.text.split('\n').filter((line) => line.length > 110)).toEqual([]);
    } finally {
      child.kill('SIGTERM');
    }
  }, 120_000);
});

describe('the demo', () => {
  it('explains its usage to who mistypes it', async () => {
    const { printed, ended } = startDemo(['--kep']);

    expect(await ended).toEqual([2, null]);
    expect(printed.text).toBe('usage: npm run demo [-- --keep]\n');
  });

  it('leaves the right side of a line blank where only the left one saw the event', () => {
    const left = {
      title: 'one',
      events: ['Event: Newchannel\r\nChannel: Local/1', 'Event: Hangup\r\nChannel: Local/1'],
    };
    const right = { title: 'other', events: left.events.slice(1) };

    const [, , newchannel, hangup] = sideBySide(left, right);

    expect(newchannel).toBe('Newchannel        Local/1');
    expect(hangup?.split(/ {2,}/)).toEqual(['Hangup', 'Local/1', 'Hangup', 'Local/1']);
  });

  it('fails when the filtered account saw an event that the other one did not', () => {
    const left = { title: 'one', events: ['Event: Hangup\r\nCause: 16'] };
    const right = { title: 'other', events: ['Event: Hangup\r\nCause: 17'] };

    expect(() => sideBySide(left, right)).toThrow('other, alone, saw');
  });

  it('fails when a count is not what the story has made it', () => {
    expect(() => countTable('ami_gateway_upstream_up 0\n')).toThrow('ami_gateway_upstream_up is 0');
  });
});
