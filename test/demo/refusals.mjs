// What the gateway refuses, shown from all sides: what the client asked and heard, and what the operator can read.
import { connectAmi } from '../asterisk/ami-client.mjs';
import { call, secret } from './demo-config.mjs';
import { headed, indented, messageOf } from './page.mjs';

/**
 * @import { AmiClient } from '../asterisk/ami-client.mjs'
 * @import { GatewayProcess } from './gateway-process.mjs'
 */

/** On Linux every address of 127/8 is this machine, so a client can come from one that no section permits. */
const strangeAddress = '127.0.0.9';

/** @param {AmiClient} crm @param {GatewayProcess} gateway */
export async function showRefusedActions(crm, gateway) {
  headed('5. Refused: two actions of crm');
  indented('crm does not write the class that Command needs. It is told what Asterisk would tell it:');
  await showRefused(crm, { Action: 'Command', Command: 'core show uptime', ActionID: '5a' });
  await showLog(gateway, { msg: 'action refused', action: 'Command' });
  indented('', 'crm may Originate, but not what would run a program on the server:');
  const { Channel } = call;
  const program = { Application: 'System', Data: 'touch /tmp/owned' };
  await showRefused(crm, { Action: 'Originate', Channel, ...program, ActionID: '5b' });
  await showLog(gateway, { msg: 'action refused', action: 'Originate' });
}

/** @param {AmiClient} wallboard @param {GatewayProcess} gateway */
export async function showRefusedAddress(wallboard, gateway) {
  headed('6. Refused: an address');
  indented(`The same crm with the right secret, but from ${strangeAddress}, which its section does not permit:`);
  const stranger = await connectAmi({ port: gateway.ports.ami, localAddress: strangeAddress });
  const response = await stranger.login('crm', secret, { ActionID: '6' });
  stranger.close();
  indented('  > Action: Login …', ...received(response));
  if (messageOf(response) !== 'Authentication failed') throw new Error('the address was not refused');
  indented('The client is not told why. The log is, and so is wallboard, who reads the class `security`:');
  await showLog(gateway, { msg: 'login failed', peer: strangeAddress });
  const event = await wallboard.readUntil(/Event: FailedACL\r\n(?:.+\r\n)*\r\n/);
  const address = /^RemoteAddress: (.*)\r$/m.exec(event.slice(event.lastIndexOf('Event: FailedACL')))?.[1];
  indented(`  event: FailedACL, RemoteAddress: ${address}`);
}

/** @param {AmiClient} client @param {Readonly<Record<string, string>>} headers */
async function showRefused(client, headers) {
  const response = await client.action(headers);
  indented(...Object.entries(headers).map(([name, value]) => `  > ${name}: ${value}`), ...received(response));
  if (!response.startsWith('Response: Error\r\n')) throw new Error('this was not refused');
}

/** @param {string} response */
function received(response) {
  return response
    .trimEnd()
    .split('\r\n')
    .map((line) => `  < ${line}`);
}

/** @param {GatewayProcess} gateway @param {Readonly<Record<string, string>>} wanted */
async function showLog(gateway, wanted) {
  const { msg, user, username, peer, action, reason, rule } = await gateway.logged(wanted);
  const fields = Object.entries({ user, username, peer, action, reason, rule }).filter(
    ([, value]) => value !== undefined,
  );
  indented(`  log: ${msg}: ${fields.map(([name, value]) => `${name}=${value}`).join(' ')}`);
}
