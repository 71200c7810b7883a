/** Calls and other doings that raise events of many kinds. One conductor makes them; each leaves nothing behind. */
import type { AmiClient } from '../ami-client.mjs';
import { poll } from '../processes.mjs';

export interface Scenario {
  readonly title: string;
  /** Events that it must raise, or it shows nothing. */
  readonly raises: readonly string[];
  readonly play: (conductor: Conductor) => Promise<void>;
}

type Fields = Readonly<Record<string, string>>;

/** What the conductor does, one thing behind the other; its session gets the events of calls. */
export class Conductor {
  readonly #client: AmiClient;

  constructor(client: AmiClient) {
    this.#client = client;
  }

  act(action: string, fields: Fields = {}): Promise<string> {
    return this.#client.action({ Action: action, ...fields });
  }

  /** Makes a call and waits until it was answered, or was not. */
  async call(exten: string, application: string, data = '', more: Fields = {}): Promise<void> {
    const call = { Channel: `Local/${exten}@test/n`, Application: application, Data: data, Async: 'yes', ...more };
    await this.act('Originate', call);
    await this.#client.readUntil(/^Event: OriginateResponse\r\n(?:[^\r\n]+\r\n)+\r\n/m);
  }

  /** Makes a call whose ends are named. */
  callNamed(id: string, exten: string, application: string, data = ''): Promise<void> {
    return this.call(exten, application, data, { ChannelId: id, OtherChannelId: `${id}-too` });
  }

  async until(areSo: (channels: string) => boolean): Promise<void> {
    let channels = '';
    const look = async () => {
      const answer = await this.act('Command', { Command: 'core show channels concise' });
      channels = answer.replaceAll('\r', '');
      return areSo(channels) ? true : null;
    };
    if ((await poll(look, 8_000)) === null) throw new Error(`channels that should not be so:\n${channels}`);
  }

  untilSilence(): Promise<void> {
    return this.until((channels) => !channels.includes('!'));
  }
}

export const SCENARIOS: readonly Scenario[] = [
  {
    title: 'calls that are answered, busy, and to nowhere',
    raises: ['Newchannel', 'DialBegin', 'DialEnd', 'Newstate', 'Hangup', 'OriginateResponse', 'Newexten', 'VarSet'],
    play: async (conductor) => {
      await conductor.call('answer-fast', 'NoOp', '', { ActionID: 'a 1', Variable: 'FIRST=1', CallerID: 'A <1>' });
      await conductor.call('busy', 'NoOp', '', { Account: 'x' });
      await conductor.call('nowhere', 'NoOp', '', { ActionID: 'a-3' });
      await conductor.untilSilence();
    },
  },
  {
    title: 'a call with digits, variables, text and a recording, redirected and hung up',
    raises: ['DTMFBegin', 'DTMFEnd', 'VarSet', 'Hangup'],
    play: async (conductor) => {
      await conductor.callNamed('live', 'echo', 'Wait', '60');
      for (const Digit of ['1', '5', 'A']) await conductor.act('PlayDTMF', { Channel: 'live', Digit, Duration: '100' });
      for (const Digit of ['2', '*']) {
        await conductor.act('PlayDTMF', { Channel: 'live-too', Digit, Duration: '100', Receive: 'true' });
      }
      await conductor.act('Setvar', { Channel: 'live', Variable: 'FIRST', Value: 'a b\tc\xc3\xa4' });
      // Asterisk raises no event for a value that is not UTF-8.
      await conductor.act('Setvar', { Channel: 'live', Variable: 'FIRST', Value: '\xe4' });
      await conductor.act('Setvar', { Channel: 'live', Variable: 'CALLERID(all)', Value: '"Somebody" <123>' });
      await conductor.act('SendText', { Channel: 'live', Message: 'hello' });
      await conductor.act('MixMonitor', { Channel: 'live', File: 'diff.wav' });
      await conductor.act('StopMixMonitor', { Channel: 'live' });
      await conductor.act('Redirect', { Channel: 'live', Context: 'test', Exten: 'wait', Priority: '1' });
      await conductor.act('Hangup', { Channel: 'live-too', Cause: '17' });
      await conductor.untilSilence();
    },
  },
  {
    title: 'events and variables of the dialplan',
    raises: ['UserEvent', 'VarSet', 'Newexten'],
    play: async (conductor) => {
      await conductor.call('userevent', 'NoOp');
      await conductor.call('setvars', 'NoOp');
      await conductor.untilSilence();
    },
  },
  {
    title: 'events that clients send, with headers of every form',
    raises: ['UserEvent'],
    play: async (conductor) => {
      await conductor.act('UserEvent', { UserEvent: 'Plain', Key: 'one' });
      await conductor.act('UserEvent', { UserEvent: 'Bytes', Key: '\xe4\xff', ActionID: 'with id' });
      await conductor.act('UserEvent', {
        UserEvent: 'Fake',
        Event: 'Hangup',
        Privilege: 'call,all',
        Channel: 'Local/echo@test',
      });
      await conductor.act('UserEvent', { UserEvent: 'Two', Key: 'one', key: 'two', Empty: '', 'No colon': '' });
      await conductor.act('UserEvent', { UserEvent: '' });
      await conductor.act('UserEvent', { UserEvent: 'Long', Key: 'k'.repeat(1000) });
    },
  },
  {
    title: 'two calls bridged',
    raises: ['BridgeCreate', 'BridgeEnter', 'BridgeLeave', 'BridgeDestroy'],
    play: async (conductor) => {
      await conductor.callNamed('left', 'wait', 'Wait', '60');
      await conductor.callNamed('right', 'wait', 'Wait', '60');
      await conductor.act('Bridge', { Channel1: 'left', Channel2: 'right' });
      await conductor.act('Hangup', { Channel: 'left-too' });
      await conductor.act('Hangup', { Channel: 'right-too' });
      await conductor.untilSilence();
    },
  },
  {
    title: 'a queue: its caller, its members, and what becomes of them',
    raises: [
      'QueueMemberAdded',
      'QueueMemberPause',
      'QueueMemberRemoved',
      'QueueCallerJoin',
      'AgentCalled',
      'AgentConnect',
    ],
    play: async (conductor) => {
      const member = { Queue: 'sales', Interface: 'Local/wait@test/n' };
      await conductor.act('QueueAdd', { ...member, MemberName: 'Some One' });
      await conductor.act('QueuePause', { ...member, Paused: 'true', Reason: 'lunch' });
      await conductor.act('QueuePause', { ...member, Paused: 'false' });
      await conductor.act('QueuePenalty', { ...member, Penalty: '2' });
      await conductor.callNamed('caller', 'echo', 'Queue', 'sales');
      await conductor.until((channels) => channels.split('!Queue!').length > 1 && /wait@test.*!Up!/.test(channels));
      await conductor.act('Hangup', { Channel: 'caller' });
      await conductor.act('QueueRemove', member);
      await conductor.untilSilence();
    },
  },
  {
    title: 'a call parked',
    raises: ['ParkedCall', 'ParkedCallGiveUp'],
    play: async (conductor) => {
      await conductor.callNamed('parked', 'echo', 'Wait', '60');
      await conductor.act('Park', { Channel: 'parked', TimeoutChannel: 'parked', Timeout: '60000' });
      await conductor.until((channels) => /![0-9a-f-]{36}!parked$/m.test(channels));
      await conductor.act('Hangup', { Channel: 'parked' });
      await conductor.untilSilence();
    },
  },
  {
    title: 'a conference of two',
    raises: ['ConfbridgeStart', 'ConfbridgeJoin', 'ConfbridgeMute', 'ConfbridgeLeave', 'ConfbridgeEnd'],
    play: async (conductor) => {
      await conductor.callNamed('one', 'echo', 'ConfBridge', 'meeting');
      await conductor.callNamed('two', 'echo', 'ConfBridge', 'meeting');
      await conductor.until((channels) => channels.split('!ConfBridge!').length === 3);
      await conductor.act('ConfbridgeMute', { Conference: 'meeting', Channel: 'all' });
      await conductor.act('ConfbridgeLock', { Conference: 'meeting' });
      await conductor.act('ConfbridgeKick', { Conference: 'meeting', Channel: 'all' });
      await conductor.act('Hangup', { Channel: 'one-too' });
      await conductor.act('Hangup', { Channel: 'two-too' });
      await conductor.untilSilence();
    },
  },
  {
    title: 'states, modules and a reload',
    raises: ['DeviceStateChange', 'ExtensionStatus', 'Unload', 'Load', 'Reload'],
    play: async (conductor) => {
      await conductor.act('Setvar', { Variable: 'DEVICE_STATE(Custom:lamp)', Value: 'INUSE' });
      await conductor.act('Setvar', { Variable: 'DEVICE_STATE(Custom:lamp)', Value: 'NOT_INUSE' });
      await conductor.act('ModuleLoad', { Module: 'app_zapateller.so', LoadType: 'unload' });
      await conductor.act('ModuleLoad', { Module: 'app_zapateller.so', LoadType: 'load' });
      await conductor.act('Reload', { Module: 'app_queue.so' });
    },
  },
];
