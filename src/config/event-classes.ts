/**
 * Which class well-known events have in Asterisk 22. For hints only: what a session sees is decided by the Privilege
 * header of each event.
 */
import { CLASS_BITS, type ClassSet } from '../ami/privilege.js';

const EVENTS: readonly (readonly [classes: ClassSet, names: string])[] = [
  [CLASS_BITS.system, 'ContactStatus PeerStatus Registry Shutdown Load Unload Reload LogChannel'],
  [CLASS_BITS.system | CLASS_BITS.user, 'VoicemailPasswordChange'],
  [
    CLASS_BITS.call,
    'Newchannel Newstate NewCallerid NewConnectedLine NewAccountCode Hangup HangupRequest SoftHangupRequest Rename ' +
      'DialBegin DialState DialEnd BridgeCreate BridgeDestroy BridgeEnter BridgeLeave BridgeMerge BlindTransfer ' +
      'AttendedTransfer Hold Unhold MusicOnHoldStart MusicOnHoldStop Pickup ParkedCall ParkedCallGiveUp ' +
      'ParkedCallTimeOut ParkedCallSwap UnParkedCall ExtensionStatus PresenceStatus DeviceStateChange ' +
      'PresenceStateChange MessageWaiting OriginateResponse CEL',
  ],
  [CLASS_BITS.dialplan, 'Newexten VarSet HangupHandlerPush HangupHandlerPop HangupHandlerRun'],
  [CLASS_BITS.dtmf, 'DTMFBegin DTMFEnd'],
  [CLASS_BITS.reporting, 'RTCPSent RTCPReceived'],
  [
    CLASS_BITS.agent,
    'AgentCalled AgentConnect AgentComplete AgentDump AgentRingNoAnswer AgentLogin AgentLogoff QueueCallerJoin ' +
      'QueueCallerLeave QueueCallerAbandon QueueMemberAdded QueueMemberRemoved QueueMemberPause QueueMemberPenalty ' +
      'QueueMemberRinginuse QueueMemberStatus',
  ],
  [CLASS_BITS.agi, 'AGIExecStart AGIExecEnd AsyncAGIStart AsyncAGIExec AsyncAGIEnd'],
  [CLASS_BITS.user, 'UserEvent'],
  [CLASS_BITS.cdr, 'Cdr'],
  [CLASS_BITS.security, 'InvalidPassword InvalidAccountID FailedACL SuccessfulAuth ChallengeSent'],
];

export interface KnownEvent {
  readonly name: string;
  readonly classes: ClassSet;
}

const KNOWN_EVENTS: readonly KnownEvent[] = EVENTS.flatMap(([classes, names]) =>
  names.split(' ').map((name) => ({ name, classes })),
);

/** None when the name is not in the table. */
export function knownEventsNamed(name: string): readonly KnownEvent[] {
  return KNOWN_EVENTS.filter((event) => event.name === name);
}

export function knownEventsBeginning(prefix: string): readonly KnownEvent[] {
  return KNOWN_EVENTS.filter((event) => event.name.startsWith(prefix));
}
