/** npm's asterisk-manager: logs in before it has seen the banner, sorts its headers, finds callbacks by ActionID. */
import Manager from 'asterisk-manager';
import { Journal } from './journal.js';
import type { Account, Conversation, RealClient } from './real-client.js';

export const asteriskManager: RealClient = { name: 'asterisk-manager', obstacle: () => null, connect };

async function connect({ port, username, secret }: Account): Promise<Conversation> {
  const journal = new Journal();
  const manager = new Manager(null, '127.0.0.1', username, secret, true);
  for (const event of ['response', 'managerevent', 'end', 'close', 'error']) {
    manager.on(event, (delivered) => journal.record(event, delivered));
  }
  const refusal = await new Promise((answered) => manager.connect(port, '127.0.0.1', () => manager.login(answered)));
  // Of an accepted login it is told a moment behind its 'response': which messages come between is chance.
  if (refusal !== undefined) {
    journal.record('login', refusal);
    await journal.has('close');
  }
  return {
    told: journal.told,
    until: (enough) => journal.until(enough),
    act: async (headers) => {
      const callback = `action ${headers.Action}`;
      manager.action({ ...headers }, (error, response) => {
        journal.record(`${callback} failed`, error);
        journal.record(callback, response);
      });
      await journal.has(callback);
    },
    leave: async () => {
      manager.disconnect();
      await journal.has('close');
    },
  };
}
