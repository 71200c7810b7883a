/**
 * The values of `channelvars` for every channel, as far as VarSet events tell them.
 *
 *     VarSet ──► remembered ──► looked up for every event of the channel ──► Hangup ──► forgotten, a little later
 */
import { ChannelMemory, type Globals } from './channel-memory.js';

export interface KeptVariablesSettings {
  /** Channels that are remembered at most; beyond that the oldest is forgotten. */
  readonly maxChannels: number;
  /** Bytes of values over all channels at most; beyond that the oldest channels are forgotten. */
  readonly maxBytes: number;
  /** Channels that hung up and are still remembered: a few events come behind a Hangup. */
  readonly maxDeparted: number;
}

/** More calls than one Asterisk carries, and as much memory as they may take. */
export const KEPT_VARIABLES: KeptVariablesSettings = { maxChannels: 65_536, maxBytes: 64 << 20, maxDeparted: 256 };

/** A variable as an event or Asterisk's answer names it, and its value, escaped. */
export interface Assignment {
  readonly variable: string;
  readonly value: string;
}

export class KeptVariables {
  readonly #names: ReadonlySet<string>;
  readonly #settings: KeptVariablesSettings;
  /** Never changed but replaced, so that a channel can hold on to those that it has shown. */
  #globals: Globals = new Map();
  readonly #channels = new Map<string, ChannelMemory>();
  readonly #departed = new Map<string, ChannelMemory>();
  #bytes = 0;

  constructor(names: readonly string[], settings: KeptVariablesSettings) {
    this.#names = new Set(names);
    this.#settings = settings;
  }

  /** Forgets everything: behind the next connection may be another Asterisk. */
  clear(): void {
    this.#globals = new Map();
    this.#channels.clear();
    this.#departed.clear();
    this.#bytes = 0;
  }

  /** Channels that are remembered, those that hung up included. */
  get size(): number {
    return this.#channels.size + this.#departed.size;
  }

  /** The value in effect: the channel's own, else the global one, else empty, as Asterisk looks it up. */
  valueOf(uniqueId: string, name: string): string {
    const channel = this.#channels.get(uniqueId) ?? this.#departed.get(uniqueId);
    return channel?.valueOf(name) ?? (channel?.globals ?? this.#globals).get(name) ?? '';
  }

  /** As `valueOf`, for what Asterisk reads from the channel itself: a namesake that hung up is another one. */
  liveValueOf(uniqueId: string, name: string): string {
    return this.#channels.get(uniqueId)?.valueOf(name) ?? this.#globals.get(name) ?? '';
  }

  /** Newchannel. An id that a client chose may come again. */
  begin(uniqueId: string, name: string): void {
    this.#departed.delete(uniqueId);
    this.#remove(uniqueId);
    this.#add(uniqueId, new ChannelMemory(name, 'new', this.#globals));
  }

  /** Any event of the channel but Newchannel and VarSet. */
  advance(uniqueId: string): void {
    this.#change(uniqueId, (channel) => channel.advance());
  }

  /** An event for which Asterisk looks at the channel anew; others repeat what it saw then. */
  refresh(uniqueId: string): void {
    this.#change(uniqueId, (channel) => channel.see(this.#globals));
  }

  /** A VarSet of a channel. */
  set(uniqueId: string, channelName: string, { variable, value }: Assignment): void {
    this.#known(uniqueId, channelName).noteSet(variable);
    const local = /^LOCAL\((.*)\)$/.exec(variable)?.[1];
    const name = bareName(local ?? variable);
    if (!this.#names.has(name)) return;
    this.#change(uniqueId, (channel) => channel.set(name, value, local === undefined ? 'channel' : 'local'));
  }

  /** A VarSet without a channel. */
  setGlobal({ variable, value }: Assignment): void {
    const name = bareName(variable);
    if (this.#names.has(name)) this.#globals = new Map([...this.#globals, [name, value]]);
  }

  /** What Asterisk answered when it was asked; what an event has told meanwhile is newer. */
  learn(uniqueId: string, channelName: string, { variable, value }: Assignment): void {
    const name = bareName(variable);
    if (!this.#names.has(name) || this.#departed.has(uniqueId)) return;
    if (this.#known(uniqueId, channelName).valueOf(name) !== undefined) return;
    this.#change(uniqueId, (channel) => channel.assign(name, value));
  }

  learnGlobal({ variable, value }: Assignment): void {
    if (!this.#globals.has(variable)) this.setGlobal({ variable, value });
  }

  /** A masquerade: `into` goes on with the variables of `from` before its own, and `from`, about to end, has the same. */
  merge(from: string, into: string): void {
    for (const name of this.#names) {
      const value = this.#channels.get(from)?.valueOf(name) ?? this.#channels.get(into)?.valueOf(name);
      if (value === undefined) continue;
      for (const id of [from, into]) this.#change(id, (channel) => channel.assign(name, value));
    }
  }

  /** Hangup. */
  end(uniqueId: string): void {
    const channel = this.#channels.get(uniqueId);
    if (channel === undefined) return;
    this.#remove(uniqueId);
    this.#departed.set(uniqueId, channel);
    for (const oldest of this.#departed.keys()) {
      if (this.#departed.size <= this.#settings.maxDeparted) return;
      this.#departed.delete(oldest);
    }
  }

  #known(uniqueId: string, channelName: string): ChannelMemory {
    const known = this.#channels.get(uniqueId) ?? this.#departed.get(uniqueId);
    return known ?? this.#add(uniqueId, new ChannelMemory(channelName, 'started', this.#globals));
  }

  #add(uniqueId: string, channel: ChannelMemory): ChannelMemory {
    this.#channels.set(uniqueId, channel);
    this.#trim();
    return channel;
  }

  #change(uniqueId: string, change: (channel: ChannelMemory) => void): void {
    const channel = this.#channels.get(uniqueId);
    if (channel === undefined) return;
    const before = channel.bytes;
    change(channel);
    this.#bytes += channel.bytes - before;
    this.#trim();
  }

  #remove(uniqueId: string): void {
    this.#bytes -= this.#channels.get(uniqueId)?.bytes ?? 0;
    this.#channels.delete(uniqueId);
  }

  #trim(): void {
    const { maxChannels, maxBytes } = this.#settings;
    for (const oldest of this.#channels.keys()) {
      if (this.#channels.size <= maxChannels && this.#bytes <= maxBytes) return;
      this.#remove(oldest);
    }
  }
}

/** Asterisk looks a variable up without the underscores that say how it is inherited. */
function bareName(variable: string): string {
  return variable.replace(/^__?/, '');
}
