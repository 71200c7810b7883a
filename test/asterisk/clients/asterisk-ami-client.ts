/** npm's asterisk-ami-client: logs in before it has seen the banner, and tells messages apart by their first word. */
import AmiClient from 'asterisk-ami-client';
import { Journal } from './journal.js';
import type { Account, Conversation, RealClient } from './real-client.js';

export const asteriskAmiClient: RealClient = { name: 'asterisk-ami-client', obstacle: () => null, connect };

async function connect({ port, username, secret }: Account): Promise<Conversation> {
  const journal = new Journal();
  // Before Asterisk too, it loses the FullyBooted that comes in one segment with the answer to its login, and sees it
  // otherwise: chance is not compared.
  const client = new AmiClient({ eventFilter: ['FullyBooted'] });
  for (const event of ['connect', 'event', 'response', 'disconnect', 'internalError']) {
    client.on(event, (delivered) => journal.record(event, event === 'connect' ? 'connected' : delivered));
  }
  await client
    .connect(username, secret, { host: '127.0.0.1', port })
    .catch((error) => journal.record('refused', error));
  // A promise settles a moment behind the 'response' event of its message: which events come between is chance.
  const promised: [string, unknown][] = [];
  return {
    told: journal.told,
    until: (enough) => journal.until(enough),
    act: async (headers) => {
      const response = await client.action({ ...headers }, true);
      promised.push([`action ${headers.Action}`, response]);
    },
    leave: async () => {
      client.disconnect();
      for (const [callback, response] of promised) journal.record(callback, response);
    },
  };
}
