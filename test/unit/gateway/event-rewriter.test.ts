import { describe, expect, it } from 'vitest';
import { UpstreamDecoder } from '../../../src/ami/decoder.js';
import { EventRewriter, type EventRewriterSettings } from '../../../src/gateway/event-rewriter.js';

const UNSET: EventRewriterSettings = { timestampEvents: null, debug: null, channelVars: null, disabledEvents: [] };
const STAMP = 'Timestamp: 1795384407.934067\r\n';
const COUNT = 'SequenceNumber: 7\r\n';
const ORIGIN = 'File: manager.c\r\nLine: 6479\r\nFunc: action_userevent\r\n';
const SYSTEM = 'SystemName: pbx1\r\n';

function userEvent(head = '', name = 'UserEvent'): string {
  return `Event: ${name}\r\nPrivilege: user,all\r\n${head}UserEvent: x\r\nTimestamp: 1.000000\r\n\r\n`;
}

function makeRewriter(settings: Partial<EventRewriterSettings>) {
  const rewriter = new EventRewriter({ nowMs: () => 1_000_000.25 }, { ...UNSET, ...settings });
  const batchOf = (text: string) => new UpstreamDecoder().push(Buffer.from(text, 'latin1'));
  const textOf = ({ buffer, blocks }: ReturnType<typeof batchOf>) =>
    blocks.map((block) =>
      block.kind === 'event' ? buffer.toString('latin1', block.event.start, block.event.end) : '',
    );
  return {
    rewriter,
    batchOf,
    rewrite: (text: string) => textOf(rewriter.rewrite(batchOf(text))).join(''),
    observe: (text: string) => rewriter.observe(batchOf(text)),
    rewriteOwn: (text: string) => textOf(rewriter.rewriteOwn(batchOf(text))).join(''),
  };
}

describe('the event rewriter', () => {
  it('returns the very batch that it got when no option is set', () => {
    const { rewriter, batchOf } = makeRewriter({});
    const batch = batchOf(userEvent(STAMP + COUNT + ORIGIN + SYSTEM));

    expect(rewriter.rewrite(batch)).toBe(batch);
  });

  it('adds Timestamp behind Privilege by its own clock', () => {
    const { rewrite } = makeRewriter({ timestampEvents: true });

    expect(rewrite(userEvent(SYSTEM))).toBe(userEvent(`Timestamp: 1000.000250\r\n${SYSTEM}`));
  });

  it("keeps Asterisk's own Timestamp", () => {
    expect(makeRewriter({ timestampEvents: true }).rewrite(userEvent(STAMP))).toBe(userEvent(STAMP));
  });

  it('takes Timestamp out of the head, and of the head only', () => {
    const { rewrite } = makeRewriter({ timestampEvents: false });

    expect(rewrite(userEvent(STAMP + COUNT + ORIGIN + SYSTEM))).toBe(userEvent(COUNT + ORIGIN + SYSTEM));
    expect(rewrite(userEvent())).toBe(userEvent());
  });

  it('numbers events from 0 by its own count, and keeps where they were raised', () => {
    const { rewrite } = makeRewriter({ debug: true });

    expect(rewrite(userEvent(STAMP + SYSTEM))).toBe(userEvent(`${STAMP}SequenceNumber: 0\r\n${SYSTEM}`));
    expect(rewrite(userEvent(COUNT + ORIGIN))).toBe(userEvent(`SequenceNumber: 1\r\n${ORIGIN}`));
  });

  it('takes SequenceNumber, File, Line and Func out', () => {
    const { rewrite } = makeRewriter({ debug: false });

    expect(rewrite(userEvent(STAMP + COUNT + ORIGIN + SYSTEM))).toBe(userEvent(STAMP + SYSTEM));
  });

  it('drops disabled events by their exact name, and does not count them', () => {
    const { rewrite } = makeRewriter({ disabledEvents: ['VarSet', 'hangup'], debug: true });
    const stream = userEvent('', 'VarSet') + userEvent('', 'Hangup') + userEvent('', 'VarSetter');

    const [first, second] = [
      userEvent('SequenceNumber: 0\r\n', 'Hangup'),
      userEvent('SequenceNumber: 1\r\n', 'VarSetter'),
    ];
    expect(rewrite(stream)).toBe(first + second);
  });

  it("gives an event of the gateway's own the head that Asterisk gives to its events", () => {
    const { observe, rewriteOwn } = makeRewriter({});
    observe(userEvent(STAMP + SYSTEM));

    expect(rewriteOwn(userEvent())).toBe(userEvent(`Timestamp: 1000.000250\r\n${SYSTEM}`));
  });

  it("gives an event of the gateway's own no Timestamp where Asterisk writes none, or where none is wanted", () => {
    const bare = makeRewriter({});
    bare.observe(userEvent(SYSTEM));
    const refused = makeRewriter({ timestampEvents: false });
    refused.observe(userEvent(STAMP));

    expect([bare.rewriteOwn(userEvent()), refused.rewriteOwn(userEvent())]).toEqual([userEvent(SYSTEM), userEvent()]);
  });
});
