/** npm's yana: reads its version from the banner, and gives a callback every message that has its ActionID. */
import Yana from 'yana';
import { Journal } from './journal.js';
import type { Account, Conversation, RealClient } from './real-client.js';

export const yana: RealClient = { name: 'yana', obstacle: () => null, connect };

async function connect({ port, username, secret }: Account): Promise<Conversation> {
  const journal = new Journal();
  const client = new Yana({
    host: '127.0.0.1',
    port,
    login: username,
    password: secret,
    events: true,
    reconnect: false,
  });
  for (const event of ['connect', 'event', 'disconnect', 'error']) {
    client.on(event, (delivered) => journal.record(event, delivered));
  }
  client.connect();
  // A refused login is one error, the end of the connection behind it another.
  await journal.until((told) => told.at(0)?.callback === 'connect' || told.length === 2);
  return {
    told: journal.told,
    until: (enough) => journal.until(enough),
    act: async (headers) => {
      const callback = `action ${headers.Action}`;
      client.send({ ...headers }, (response) => journal.record(callback, response));
      await journal.has(callback);
    },
    leave: async () => {
      client.disconnect(() => journal.record('left', 'Logoff answered'));
      await journal.has('left');
    },
  };
}
