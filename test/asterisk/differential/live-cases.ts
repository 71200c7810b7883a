// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is Asterisk's own syntax
/** Actions on a channel that lives, whose unique id is `live`: what reads it, and what changes it. */
import { type ArgumentCase, ask, askAll, askEach } from './argument-case.js';

const LIVE = 'Channel: live';

const FUNCTIONS = [
  'CHANNEL(state)',
  'CHANNEL(language)',
  'CALLERID(all)',
  'CALLERID(num)',
  'SHELL(id)',
  'EVAL(x)',
  'MYEVALX',
  'DB(a/b)',
  'ENV(DIFF)',
  'FILE(/etc/hostname)',
  'LEN(${EXTEN})',
  'PASSTHRU(x)',
  'TOUPPER(x)',
  'EXTEN',
  'CONTEXT',
  'NOTHING',
  'AST_CONFIG(manager.conf,may-all,secret)',
];

export const READING_CASES: readonly ArgumentCase[] = [
  ...askEach(
    'Getvar',
    FUNCTIONS.map((name) => `Variable: ${name}`),
    LIVE,
  ),
  ...askEach(
    'Status',
    FUNCTIONS.map((name) => `Variables: ${name}`),
    LIVE,
  ),
  ask('Status', LIVE),
  ask('Status', LIVE, 'Variables: EXTEN,CHANNEL(state),NOTHING', 'AllVariables: no'),
  ask('Status', LIVE, 'AllVariables: yes'),
  ask('Status'),
  ask('Status', 'Variables: CHANNEL(state)'),
  ask('CoreShowChannels'),
  ask('CoreShowChannelMap', LIVE),
];

/** The last one ends the call. */
export const CHANGING_CASES: readonly ArgumentCase[] = [
  askAll(
    'a variable of the channel is set, read and removed',
    ask('Setvar', LIVE, 'Variable: MINE', 'Value: yes ${EXTEN}'),
    ask('Getvar', LIVE, 'Variable: MINE'),
    ask('Setvar', LIVE, 'Variable: MINE', 'Value:'),
    ask('Getvar', LIVE, 'Variable: MINE'),
  ),
  askAll(
    'a function of the channel is written',
    ask('Setvar', LIVE, 'Variable: CALLERID(name)', 'Value: Of {user}'),
    ask('Getvar', LIVE, 'Variable: CALLERID(name)'),
    ask('Setvar', LIVE, 'Variable: CALLERID(name)', 'Value:'),
  ),
  ...askEach(
    'Setvar',
    FUNCTIONS.filter((name) => name.includes('(')).map((name) => `Variable: ${name}`),
    LIVE,
    'Value:',
  ),
  ask('Setvar', LIVE, 'Variable: A', 'Value: AST_CONFIG(manager.conf,a,secret)'),
  ask('PlayDTMF', LIVE),
  ask('PlayDTMF', LIVE, 'Digit: 1', 'Duration: x'),
  ask('PlayDTMF', LIVE, 'Digit: 1', 'Duration: 100', 'Receive: true'),
  ask('SendText', LIVE, 'Message: hello'),
  ask('SendText', LIVE),
  ask('AbsoluteTimeout', LIVE),
  askAll(
    'a timeout is set and lifted',
    ask('AbsoluteTimeout', LIVE, 'Timeout: 900'),
    ask('AbsoluteTimeout', LIVE, 'Timeout: 0'),
  ),
  ask('MixMonitorMute', LIVE, 'Direction: both', 'State: 1'),
  ask('MixMonitorMute', LIVE, 'Direction: sideways', 'State: 1'),
  askAll(
    'a recording starts, is muted and stops',
    ask('MixMonitor', LIVE, 'File: diff-{user}.wav'),
    ask('MixMonitorMute', LIVE, 'Direction: both', 'State: 1'),
    ask('StopMixMonitor', LIVE),
  ),
  ask('MixMonitor', LIVE, 'Options: x'),
  ask('StopMixMonitor', LIVE, 'MixMonitorID: nothing'),
  ask('Atxfer', LIVE, 'Exten: answer', 'Context: test'),
  ask('BlindTransfer', LIVE, 'Exten: answer', 'Context: test'),
  ask('CancelAtxfer', LIVE),
  ask('ControlPlayback', LIVE, 'Control: stop'),
  ask('ControlPlayback', LIVE, 'Control: nonsense'),
  ask('AGI', LIVE, 'Command: NOOP'),
  ask('MuteAudio', LIVE, 'Direction: sideways', 'State: on'),
  ask('MuteAudio', LIVE, 'Direction: in', 'State: off'),
  ask('Redirect', LIVE),
  ask('BridgeKick', LIVE),
  ask('Park', LIVE, 'Parkinglot: nothing'),
  ask('LocalOptimizeAway', 'Channel: nobody'),
  ask('Bridge', 'Channel1: nobody', 'Channel2: live'),
  ask('Hangup', 'Channel: /^nothing/', 'Cause: 16'),
  ask('ConfbridgeKick', 'Conference: meeting', LIVE),
  ask('Redirect', LIVE, 'Context: nowhere', 'Exten: x', 'Priority: 1x'),
];
