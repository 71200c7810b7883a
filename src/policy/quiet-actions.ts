/**
 * Actions that only read. No event follows from them, so the next answer need not wait until the events that this one
 * caused have come. What is not listed here may cause some: to list it wrongly would let an answer overtake them.
 */
import { type AmiAction, asciiLowerCase, headerValue } from '../ami/message.js';

const QUIET: ReadonlySet<string> = new Set([
  'agents',
  'bridgeinfo',
  'bridgelist',
  'bridgetechnologylist',
  'confbridgelist',
  'confbridgelistrooms',
  'coresettings',
  'coreshowchannels',
  'coreshowchannelmap',
  'corestatus',
  'dbget',
  'dbgettree',
  'devicestatelist',
  'extensionstate',
  'extensionstatelist',
  'getconfig',
  'getconfigjson',
  'iaxpeerlist',
  'iaxpeers',
  'iaxregistry',
  'listcategories',
  'mailboxcount',
  'mailboxstatus',
  'modulecheck',
  'parkedcalls',
  'parkinglots',
  'pjsipshowaors',
  'pjsipshowauths',
  'pjsipshowcontacts',
  'pjsipshowendpoint',
  'pjsipshowendpoints',
  'presencestate',
  'presencestatelist',
  'queuerule',
  'queuestatus',
  'queuesummary',
  'showdialplan',
  'sippeers',
  'sipshowregistry',
  'voicemailuserslist',
]);

/** True for an action that causes no event. Reading a variable is one; a function in its place may do anything. */
export function isQuiet(action: AmiAction): boolean {
  const name = asciiLowerCase(action.name);
  if (name === 'getvar') return /^\w*$/.test(headerValue(action, 'variable'));
  if (name === 'status') return /^[\w,]*$/.test(headerValue(action, 'variables'));
  return QUIET.has(name);
}
