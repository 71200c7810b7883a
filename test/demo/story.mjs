// The story: each step does one thing, says so, and fails when the gateway does anything else.
import { connectAmi } from '../asterisk/ami-client.mjs';
import { freePort } from '../asterisk/free-ports.mjs';
import { provideAsterisk } from '../asterisk/provide.mjs';
import { call, crmSection, dialplan, secret, upstreamUser, wallboardSection, writeConfig } from './demo-config.mjs';
import { eventsOf, sideBySide } from './event-table.mjs';
import { GatewayProcess } from './gateway-process.mjs';
import { countTable } from './metric-table.mjs';
import { headed, indented, messageOf, say } from './page.mjs';
import { showRefusedActions, showRefusedAddress } from './refusals.mjs';

/**
 * @import { RealAsterisk } from '../asterisk/instance.mjs'
 * @import { AmiClient } from '../asterisk/ami-client.mjs'
 * @typedef {{ readonly folder: string, readonly willEnd: (end: () => Promise<void> | void) => void }} Stage
 * @typedef {{ readonly asterisk: RealAsterisk, readonly gateway: GatewayProcess }} Scene
 * @typedef {{ readonly wallboard: AmiClient, readonly crm: AmiClient }} Clients
 */

const callTimeoutMs = 20_000;

/** @param {Stage} stage @returns {Promise<Scene>} */
export async function tellStory(stage) {
  const asterisk = await startAsterisk(stage);
  const gateway = await startGateway(stage, asterisk);
  const clients = await logInBoth(stage, gateway, asterisk);
  await placeCall(clients);
  await showRefusedActions(clients.crm, gateway);
  await showRefusedAddress(clients.wallboard, gateway);
  await showCounts(gateway);
  clients.wallboard.close();
  clients.crm.close();
  say('', 'All went as it should.');
  return { asterisk, gateway };
}

/** @param {Stage} stage */
async function startAsterisk(stage) {
  headed('1. A real Asterisk');
  const users = `[${upstreamUser}]\nsecret = ${secret}\nread = all\nwrite = all\n`;
  const asterisk = await provideAsterisk({ version: '22', name: 'demo', users, dialplan });
  stage.willEnd(() => asterisk.stop());
  const version = /^Asterisk [\d.]+/.exec(await asterisk.cli('core show version'))?.[0] ?? 'Asterisk';
  indented(`${version} runs, with AMI on 127.0.0.1:${asterisk.port}. The only account it has is [${upstreamUser}].`);
  return asterisk;
}

/** @param {Stage} stage @param {RealAsterisk} asterisk */
async function startGateway(stage, asterisk) {
  headed('2. The gateway in front of it');
  const ports = { ami: await freePort(), metrics: await freePort(), upstream: asterisk.port };
  writeConfig(stage.folder, ports);
  const gateway = new GatewayProcess(stage.folder, ports);
  stage.willEnd(() => gateway.stop());
  await gateway.start();
  indented(`Clients connect to 127.0.0.1:${ports.ami} instead. The accounts are in the gateway's own manager.conf:`);
  say('');
  indented(...wallboardSection, '', ...crmSection);
  return gateway;
}

/** @param {Stage} stage @param {GatewayProcess} gateway @param {RealAsterisk} asterisk @returns {Promise<Clients>} */
async function logInBoth(stage, gateway, asterisk) {
  headed('3. Two clients log in');
  const wallboard = await logIn(stage, gateway, 'wallboard');
  const crm = await logIn(stage, gateway, 'crm');
  const connected = usersIn(await asterisk.cli('manager show connected'));
  const isAlone = connected.length > 0 && connected.every((user) => user === upstreamUser);
  if (!isAlone) throw new Error(`connected to Asterisk are ${connected.join(', ')}`);
  indented(`To Asterisk they are not there: its \`manager show connected\` names [${upstreamUser}] and nobody else.`);
  return { wallboard, crm };
}

/** @param {Stage} stage @param {GatewayProcess} gateway @param {string} user */
async function logIn(stage, gateway, user) {
  const client = await connectAmi({ port: gateway.ports.ami });
  stage.willEnd(() => client.close());
  const message = messageOf(await client.login(user, secret));
  indented(`${user.padEnd(10)} "${client.banner}", then "${message}"`);
  if (message !== 'Authentication accepted') throw new Error(`${user} cannot log in: ${message}`);
  return client;
}

/** Between a line of titles and one of the total, a line for each connection. @param {string} connected */
function usersIn(connected) {
  const rows = connected.trim().split('\n').slice(1, -1);
  return rows.map((row) => row.trim().split(/\s+/)[0] ?? '');
}

/** @param {Clients} clients */
async function placeCall({ wallboard, crm }) {
  headed('4. crm places a call; what both see of it');
  await Promise.all([wallboard.barrier(), crm.barrier()]);
  const message = messageOf(await crm.action(call));
  indented(`Originate to ${call.Channel}: "${message}"`, '');
  if (message !== 'Originate successfully queued') throw new Error(`the call was not placed: ${message}`);
  const untilOver = await wallboard.readUntil(isOver, callTimeoutMs);
  const all = eventsOf(untilOver + (await wallboard.barrier()));
  const some = eventsOf(await crm.barrier());
  indented(
    ...sideBySide(
      { title: 'wallboard: read = all', events: all },
      { title: 'crm: read = call and four filters', events: some },
    ),
  );
  indented('', `${all.length} events and ${some.length}. What stands on both sides is the same, byte for byte.`);
}

/** Every channel that came has gone. @param {string} received */
function isOver(received) {
  const count = (/** @type {string} */ name) => received.split(`Event: ${name}\r\n`).length - 1;
  return count('Newchannel') > 0 && count('Newchannel') === count('Hangup');
}

/** @param {GatewayProcess} gateway */
async function showCounts(gateway) {
  headed("7. The gateway's own counts");
  indented(`For Prometheus, at ${gateway.metricsUrl}; some of them:`, '');
  indented(...countTable(await gateway.metrics()));
}

/** Waits for the end of one of the two, which is a failure; Ctrl-C ends the wait otherwise. @param {Scene} scene */
export async function keepRunning({ gateway }) {
  const { ami } = gateway.ports;
  headed('Everything keeps running until Ctrl-C');
  indented('Connect and type (or paste) these lines, an empty one last:', '');
  indented(`  telnet 127.0.0.1 ${ami}`, '  Action: Login', '  Username: wallboard', `  Secret: ${secret}`, '');
  indented('In a second terminal be crm (Username: crm, the same secret), and call; the first one sees it:', '');
  indented(...Object.entries(call).map(([name, value]) => `  ${name}: ${value}`), '');
  indented(`counts:         curl ${gateway.metricsUrl}`);
  indented(`log:            tail -f ${gateway.logFile}`);
  indented(`configuration:  ${gateway.folder}`);
  await gateway.ended;
  throw new Error(`the gateway ended by itself; its last lines:\n${gateway.lastLines()}`);
}
