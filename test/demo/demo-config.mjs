// The configuration of the demo's gateway, the dialplan of its Asterisk, and the call.
import { writeFileSync } from 'node:fs';
import path from 'node:path';

export const upstreamUser = 'gateway';
/** Of every account: nothing here is reachable from another machine. */
export const secret = 'demo';

export const wallboardSection = [
  '[wallboard]                                  ; a display in the office: sees everything',
  `secret = ${secret}`,
  'deny = 0.0.0.0/0.0.0.0',
  'permit = 127.0.0.0/255.0.0.0',
  'read = all',
  'write = system,call,originate,reporting',
];

export const crmSection = [
  '[crm]                                        ; calls customers: sees how its calls go, and no more',
  `secret = ${secret}`,
  'deny = 0.0.0.0/0.0.0.0',
  'permit = 127.0.0.1/255.255.255.255',
  'read = call',
  'write = originate',
  'eventfilter(name(DialBegin)) =',
  'eventfilter(name(DialEnd)) =',
  'eventfilter(name(OriginateResponse)) =',
  'eventfilter(name(Hangup),header(Channel),method(ends_with)) = \\;1',
];

export const dialplan = ['[phones]', 'exten => alice,1,Answer()', ' same => n,Wait(5)', ' same => n,Hangup()'].join(
  '\n',
);

/** A phone that answers, and half a second of call. */
export const call = {
  Action: 'Originate',
  Channel: 'Local/alice@phones/n',
  Application: 'Wait',
  Data: '0.5',
  Async: 'true',
};

/** @param {string} folder @param {import('./gateway-process.mjs').Ports} ports */
export function writeConfig(folder, ports) {
  const general = ['[general]', 'enabled = yes', 'bindaddr = 127.0.0.1', `port = ${ports.ami}`];
  write(folder, 'manager.conf', [...general, '', ...wallboardSection, '', ...crmSection]);
  const upstream = ['[upstream]', `port = ${ports.upstream}`, `username = ${upstreamUser}`, `secret = ${secret}`];
  write(folder, 'gateway.conf', [...upstream, '', '[metrics]', `port = ${ports.metrics}`]);
}

/** @param {string} folder @param {string} name @param {readonly string[]} lines */
function write(folder, name, lines) {
  writeFileSync(path.join(folder, name), `${lines.join('\n')}\n`, 'latin1');
}
