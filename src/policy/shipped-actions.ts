/**
 * Every action of Asterisk 16 to master by the classes of which a user needs any one, written as in a Privilege header.
 * `<none>` is open to every user. The upstream's own list is laid over this table; see action-classes.ts.
 */
export const SHIPPED_ACTIONS: Readonly<Record<string, string>> = {
  '<none>':
    'BridgeDestroy BridgeInfo BridgeKick BridgeList BridgeTechnologyList BridgeTechnologySuspend ' +
    'BridgeTechnologyUnsuspend Challenge DAHDIDialOffhook DAHDIDNDoff DAHDIDNDon DAHDIHangup DAHDIRestart ' +
    'DAHDIShowChannels DAHDIShowStatus DAHDITransfer Events ListCommands Login Logoff Ping PRIDebugFileUnset ' +
    'PRIDebugSet PRIShowSpans QueueChangePriorityCaller QueueReload QueueReset QueueRule QueueStatus QueueSummary ' +
    'QueueWithdrawCaller WaitEvent',
  agent: 'AgentLogoff Agents QueueAdd QueueLog QueueMemberRingInUse QueuePause QueuePenalty QueueRemove',
  agi: 'AGI',
  aoc: 'AOCMessage',
  call:
    'Atxfer BlindTransfer Bridge CancelAtxfer ChangeMonitor ConfbridgeKick ConfbridgeLock ConfbridgeMute ' +
    'ConfbridgeSetSingleVideoSrc ConfbridgeUnlock ConfbridgeUnmute ControlPlayback FAXSession FAXSessions ' +
    'MeetmeMute MeetmeUnmute Monitor MWIDelete MWIUpdate Park ParkedCalls Parkinglots PauseMonitor PlayDTMF ' +
    'PlayMF Redirect SendFlash SendText Setvar StopMonitor UnpauseMonitor',
  'call,reporting':
    'DeviceStateList ExtensionState ExtensionStateList Getvar MailboxCount MailboxStatus MWIGet PresenceState ' +
    'PresenceStateList VoicemailBoxSummary VoicemailUsersList VoicemailUserStatus',
  command: 'Command',
  config: 'CreateConfig ListCategories UpdateConfig',
  'config,reporting': 'ShowDialPlan',
  message: 'MessageSend',
  originate: 'Originate',
  reporting: 'ConfbridgeList ConfbridgeListRooms FAXStats MeetmeList MeetmeListRooms',
  system:
    'ConfbridgeStartRecord ConfbridgeStopRecord DBDel DBDelTree DBPut DialplanExtensionAdd ' +
    'DialplanExtensionRemove Filter JabberSend MixMonitor ModuleCheck ModuleLoad MuteAudio PJSIPNotify ' +
    'PJSIPSetMaintenance PJSIPShowAors PJSIPShowAuths PJSIPShowContacts PJSIPShowEndpoint PJSIPShowEndpoints ' +
    'PJSIPShowRegistrationInboundContactStatuses PJSIPShowRegistrationsInbound PJSIPShowResourceLists ' +
    'PJSIPShowSubscriptionsInbound PJSIPShowSubscriptionsOutbound PRIDebugFileSet SIPnotify SIPpeerstatus ' +
    'SorceryMemoryCacheExpire SorceryMemoryCacheExpireObject SorceryMemoryCachePopulate SorceryMemoryCacheStale ' +
    'SorceryMemoryCacheStaleObject',
  'system,call': 'AbsoluteTimeout Hangup LocalOptimizeAway MixMonitorMute PJSIPHangup StopMixMonitor',
  'system,call,reporting': 'Status',
  'system,config': 'GetConfig GetConfigJSON Reload',
  'system,reporting':
    'CoreSettings CoreShowChannelMap CoreShowChannels CoreStatus DBGet DBGetTree IAXnetstats IAXpeerlist IAXpeers ' +
    'IAXregistry LoggerRotate PJSIPQualify PJSIPRegister PJSIPShowMaintenance PJSIPShowRegistrationsOutbound ' +
    'PJSIPUnregister SIPpeers SIPqualifypeer SIPshowpeer SIPshowregistry SKINNYdevices SKINNYlines ' +
    'SKINNYshowdevice SKINNYshowline',
  user: 'UserEvent VoicemailForward VoicemailMove VoicemailRefresh VoicemailRemove',
};
