/**
 * `channelvars`: gives every event that describes channels exactly the ChanVariable lines that are configured. A value
 * that Asterisk itself sends is taken as it is; the others are kept from VarSet events.
 */

import { unescapeC } from '../ami/c-escape.js';
import { type ChannelBlock, findChannelBlocks, variablesIn } from '../ami/channel-block.js';
import type { ActionTable } from '../policy/action-classes.js';
import { type Assignment, KEPT_VARIABLES, KeptVariables } from './kept-variables.js';
import { askForVariables, type ForwardQuestion } from './variable-query.js';

export class ChannelVariables {
  readonly #names: readonly string[];
  readonly #kept: KeptVariables;

  constructor(names: readonly string[], settings = KEPT_VARIABLES) {
    this.#names = names;
    this.#kept = new KeptVariables(names, settings);
  }

  /** Behind a new connection nothing of before is certain: asks for what is set already. */
  start(forward: ForwardQuestion, actions: ActionTable): void {
    this.#kept.clear();
    const names = this.#names.filter((name) => !isFunction(name));
    if (names.length > 0) askForVariables({ forward, kept: this.#kept }, actions, names);
  }

  /** Takes note of the event, and returns its text with the lines. Every event must come here, in order. */
  rewrite(eventName: string, text: string): string {
    const blocks = findChannelBlocks(eventName, text);
    this.#noteBefore(eventName, text, blocks);
    const rewritten = LIVE_CHANNEL_EVENTS.has(eventName)
      ? this.#rewriteTail(eventName, text)
      : this.#rewriteBlocks(text, blocks);
    this.#noteBehind(eventName, blocks);
    return rewritten;
  }

  #noteBefore(eventName: string, text: string, blocks: readonly ChannelBlock[]): void {
    const [first] = blocks;
    if (eventName === 'VarSet') return this.#noteVarSet(text, first);
    if (eventName === 'Newchannel' && first !== undefined) return this.#kept.begin(first.uniqueId, first.channel);
    for (const { uniqueId } of blocks) this.#kept.advance(uniqueId);
    if (SNAPSHOT_EVENTS.has(eventName)) for (const { uniqueId } of blocks) this.#kept.refresh(uniqueId);
  }

  #noteVarSet(text: string, block: ChannelBlock | undefined): void {
    const parts = /\r\nVariable: ([^\r\n]*)\r\nValue: ([^\r\n]*)\r\n\r\n$/.exec(text);
    if (parts === null) return;
    const [, variable = '', value = ''] = parts;
    if (block !== undefined) this.#noteChannelSet(block, { variable, value });
    else if (text.includes('\r\nUniqueid: none\r\n')) this.#kept.setGlobal({ variable, value });
  }

  #noteChannelSet({ uniqueId, channel }: ChannelBlock, assignment: Assignment): void {
    this.#kept.set(uniqueId, channel, assignment);
    this.#kept.refresh(uniqueId);
  }

  #noteBehind(eventName: string, blocks: readonly ChannelBlock[]): void {
    const [first, second] = blocks;
    if (eventName === 'Hangup' && first !== undefined) this.#kept.end(first.uniqueId);
    // Who picks up takes the place of the channel that rang.
    if (eventName === 'Pickup' && first !== undefined && second !== undefined) {
      this.#kept.merge(second.uniqueId, first.uniqueId);
    }
  }

  #rewriteBlocks(text: string, blocks: readonly ChannelBlock[]): string {
    let rewritten = '';
    let from = 0;
    for (const { prefix, uniqueId, start, end } of blocks) {
      const lines = this.#values(text.slice(start, end), (name) => this.#kept.valueOf(uniqueId, name));
      rewritten += text.slice(from, start);
      for (const { name, value } of lines) rewritten += `${prefix}ChanVariable: ${name}=${value}\r\n`;
      from = end;
    }
    return rewritten + text.slice(from);
  }

  /** The lines at the end of an event that Asterisk writes from a living channel: with its name, and not escaped. */
  #rewriteTail(eventName: string, text: string): string {
    const channel = headerOf(text, 'Channel');
    const uniqueId = headerOf(text, 'Uniqueid');
    const label = `\r\nChanVariable(${channel}): `;
    const end = text.indexOf(label);
    const body = end < 0 ? text.slice(0, -2) : text.slice(0, end + 2);
    const sent = end < 0 ? '' : text.slice(end + 2, -2);
    // An Originate that failed has no channel any more.
    if (eventName === 'OriginateResponse' && headerOf(text, 'Response') !== 'Success') return `${body}\r\n`;
    const lines = this.#values(sent, (name) => this.#kept.liveValueOf(uniqueId, name)).map(
      ({ name, value, source }) => `ChanVariable(${channel}): ${name}=${source === 'sent' ? value : raw(value)}\r\n`,
    );
    return `${body}${lines.join('')}\r\n`;
  }

  /** A function cannot be worked out here: it is there only if Asterisk sends it. */
  #values(sentLines: string, keptValue: (name: string) => string): readonly Value[] {
    const sent = sentLines === '' ? NOTHING : variablesIn(sentLines);
    return this.#names.flatMap((name): readonly Value[] => {
      const value = sent.get(name);
      if (value !== undefined) return [{ name, value, source: 'sent' }];
      return isFunction(name) ? [] : [{ name, value: keptValue(name), source: 'kept' }];
    });
  }
}

interface Value {
  readonly name: string;
  readonly value: string;
  /** From Asterisk's own line, or kept here and escaped. */
  readonly source: 'sent' | 'kept';
}

const NOTHING: ReadonlyMap<string, string> = new Map();

/** For these Asterisk takes a new snapshot of the channel; the others repeat the latest. VarSet is one of them too. */
const SNAPSHOT_EVENTS: ReadonlySet<string> = new Set([
  'Newstate',
  'Newexten',
  'NewCallerid',
  'NewConnectedLine',
  'NewAccountCode',
  'DialEnd',
  'Hangup',
]);

/** Written by Asterisk's ast_manager_event from a channel, and not from its snapshot. */
const LIVE_CHANNEL_EVENTS: ReadonlySet<string> = new Set(['OriginateResponse', 'Rename']);

function isFunction(name: string): boolean {
  return name.includes('(');
}

function headerOf(text: string, name: string): string {
  const label = `\r\n${name}: `;
  const start = text.indexOf(label);
  return start < 0 ? '' : text.slice(start + label.length, text.indexOf('\r\n', start + label.length));
}

/** Asterisk does not escape here; but a value that would end its line could forge an event, so that one stays escaped. */
function raw(escaped: string): string {
  const value = unescapeC(escaped);
  return /[\r\n]/.test(value) ? escaped : value;
}
