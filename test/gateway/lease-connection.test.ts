/** One leased connection against bytes that arrive in any pieces: a Duplex of our own stands for the socket. */
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type ExchangeEnd, LeaseConnection } from '../../src/gateway/lease-connection.js';

const ACTION = ['Action: CoreStatus', 'ActionID: 1'];

/** The near end is the gateway's; what it writes is kept, what the test pushes it reads. */
function makeLease() {
  const written: Buffer[] = [];
  const near = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      written.push(chunk);
      done();
    },
  });
  const answers: Buffer[] = [];
  const ends: ExchangeEnd[] = [];
  let closed = 0;
  const lease = new LeaseConnection(near, () => {
    closed += 1;
  });
  const sink = { answer: (bytes: Buffer) => answers.push(bytes), ended: (end: ExchangeEnd) => ends.push(end) };
  return {
    lease,
    near,
    ends,
    /** What is exchanged in one tick leaves in one write, behind it. */
    exchange: async (deadlineMs = 10_000) => {
      lease.exchange(ACTION, sink, deadlineMs);
      await turn();
    },
    pipeline: async (count: number, deadlineMs = 10_000) => {
      for (let n = 0; n < count; n++) lease.exchange(ACTION, sink, deadlineMs);
      await turn();
    },
    writes: () => written.length,
    tokens: () =>
      [
        ...Buffer.concat(written)
          .toString('latin1')
          .matchAll(/ActionID: ([0-9a-f]{32})\r\n/g),
      ].map((found) => found[1] ?? ''),
    /** The sentinel that left behind the last action. */
    token: () => /ActionID: ([0-9a-f]{32})\r\n/.exec(Buffer.concat(written).toString('latin1').slice(-60))?.[1] ?? '',
    answer: () => Buffer.concat(answers).toString('latin1'),
    closedCount: () => closed,
  };
}

const pong = (token: string) => `Response: Success\r\nActionID: ${token}\r\nPing: Pong\r\nTimestamp: 1.000000\r\n\r\n`;

async function receive(near: Duplex, pieces: readonly string[]): Promise<void> {
  for (const piece of pieces) {
    near.push(Buffer.from(piece, 'latin1'));
    await turn();
  }
}

describe('a leased connection', () => {
  it.each([
    ['one response', 'Response: Success\r\nActionID: 1\r\n\r\n'],
    ['raw text without an end', 'no line end'],
    ['a block with the head of a sentinel', 'Response: Success\r\nActionID: \r\n\r\nResponse: Success\r\n'],
    ['nothing', ''],
  ])('ends with %s at every split point of answer and sentinel', async (_shape, answer) => {
    const length = answer.length + pong('x'.repeat(32)).length;
    const wrong: number[] = [];
    for (let at = 1; at < length; at++) {
      const lease = makeLease();
      await lease.exchange();
      const wire = answer + pong(lease.token());

      await receive(lease.near, [wire.slice(0, at), wire.slice(at)]);

      if (lease.answer() !== answer || lease.ends.join() !== 'complete' || !lease.lease.isOpen) wrong.push(at);
    }

    expect(wrong).toEqual([]);
  });

  it('ends when answer and sentinel come byte by byte', async () => {
    const lease = makeLease();
    await lease.exchange();
    const answer = 'Event: Item\r\nValue: 1\n\r\n\r\nEvent: Complete\r\n\r\n';

    await receive(lease.near, [...(answer + pong(lease.token()))]);

    expect(lease.answer()).toBe(answer);
    expect(lease.ends).toEqual(['complete']);
  });

  it('carries the next action after the end of the first', async () => {
    const lease = makeLease();
    await lease.exchange();
    await receive(lease.near, [`one\r\n\r\n${pong(lease.token())}`]);

    await lease.exchange();
    await receive(lease.near, [`two\r\n\r\n${pong(lease.token())}`]);

    expect(lease.answer()).toBe('one\r\n\r\ntwo\r\n\r\n');
    expect(lease.ends).toEqual(['complete', 'complete']);
  });

  it('passes a block on in parts when it is larger than memory should hold', async () => {
    const lease = makeLease();
    await lease.exchange();
    const answer = `Response: Success\r\n${'Output: x\r\n'.repeat(250_000)}\r\n`;
    let most = 0;

    for (let at = 0; at < answer.length; at += 65_536) {
      await receive(lease.near, [answer.slice(at, at + 65_536)]);
      most = Math.max(most, Math.min(at + 65_536, answer.length) - lease.answer().length);
    }
    await receive(lease.near, [pong(lease.token())]);

    expect(lease.answer()).toBe(answer);
    expect(most).toBeLessThan(1.2 * 1024 * 1024);
  });

  it('holds the answer but is not used again when bytes come behind the sentinel', async () => {
    const lease = makeLease();
    await lease.exchange();

    await receive(lease.near, [`x\r\n\r\n${pong(lease.token())}Event: Uninvited\r\n\r\n`]);

    expect(lease.answer()).toBe('x\r\n\r\n');
    expect(lease.ends).toEqual(['complete']);
    expect(lease.lease.isOpen).toBe(false);
    expect(lease.closedCount()).toBe(1);
  });

  it('closes on bytes that nobody asked for', async () => {
    const lease = makeLease();

    await receive(lease.near, ['Event: Uninvited\r\n\r\n']);

    expect(lease.lease.isOpen).toBe(false);
    expect(lease.closedCount()).toBe(1);
    expect(lease.near.destroyed).toBe(true);
  });

  it('closes when the sentinel stands where no answer of a Ping can stand', async () => {
    const lease = makeLease();
    await lease.exchange();

    await receive(lease.near, [`Event: Echo\r\nActionID: ${lease.token()}\r\n\r\n`]);

    expect(lease.ends).toEqual(['lost']);
    expect(lease.closedCount()).toBe(1);
  });

  it('ends an exchange as late once, and the connection with it', async () => {
    const lease = makeLease();
    await lease.exchange(1);

    await expect.poll(() => lease.closedCount()).toBe(1);
    lease.lease.close();

    expect(lease.ends).toEqual(['late']);
    expect(lease.closedCount()).toBe(1);
  });

  it('sends what is exchanged in one tick in one write, and tells the answers apart at every split point', async () => {
    const answers = ['one\r\n\r\n', 'Response: Success\r\nActionID: 1\r\n\r\nEvent: Item\r\n\r\n', ''];
    const wrong: number[] = [];
    const length = answers.join('').length + 3 * pong('x'.repeat(32)).length;
    for (let at = 1; at < length; at++) {
      const lease = makeLease();
      await lease.pipeline(3);
      const wire = answers.map((answer, n) => answer + pong(lease.tokens()[n] ?? '')).join('');

      await receive(lease.near, [wire.slice(0, at), wire.slice(at)]);

      const isRight = lease.answer() === answers.join('') && lease.ends.join() === 'complete,complete,complete';
      if (!isRight || lease.writes() !== 1 || !lease.lease.isOpen) wrong.push(at);
    }

    expect(wrong).toEqual([]);
  });

  it('loses what was under way behind an answer that broke off', async () => {
    const lease = makeLease();
    await lease.pipeline(3);

    await receive(lease.near, [`one\r\n\r\n${pong(lease.tokens()[0] ?? '')}Response: Succ`]);
    lease.near.destroy();
    await turn();

    expect(lease.answer()).toBe('one\r\n\r\n');
    expect(lease.ends).toEqual(['complete', 'lost', 'lost']);
    expect(lease.closedCount()).toBe(1);
  });

  it('loses what was under way behind an answer that is late', async () => {
    const lease = makeLease();
    await lease.pipeline(2, 1);

    await expect.poll(() => lease.closedCount()).toBe(1);

    expect(lease.ends).toEqual(['late', 'lost']);
  });
});

const LIST = [
  'Response: Success\r\nActionID: 1\r\nEventList: start\r\n\r\n',
  'Event: Item\r\nActionID: 1\r\n\r\n',
  'Event: Done\r\nActionID: 1\r\nEventList: Complete\r\n\r\n',
];

describe('a leased connection that breaks', () => {
  it.each([
    ['one response', ['Response: Success\r\nActionID: 1\r\n\r\n']],
    ['a list', LIST],
    ['bare lines', ['Queue x\r\n   no members\r\n\r\n']],
  ])(
    'at any byte of %s and its sentinel ends it as lost, or as complete once all of it was passed on',
    async (_shape, blocks) => {
      const answer = blocks.join('');
      const wrong: number[] = [];
      for (let at = 0; at < answer.length + pong('x'.repeat(32)).length; at++) {
        const lease = makeLease();
        await lease.exchange();

        await receive(lease.near, [(answer + pong(lease.token())).slice(0, at)]);
        lease.lease.close();

        const expected = at < answer.length ? 'lost' : 'complete';
        if (lease.ends.join() !== expected || lease.answer() !== wholeBlocks(blocks, at)) wrong.push(at);
      }

      expect(wrong).toEqual([]);
    },
  );

  it.each([
    ['inside a line', 'Output: x', '\r\n'],
    ['between CR and LF', 'Output: x\r', '\n'],
    ['between two lines', 'Output: x\r\n', ''],
  ])('%s of a block that was passed on in parts ends that line', async (_place, cut, ending) => {
    const lease = makeLease();
    await lease.exchange();
    // The last 256 bytes of a part are held back: a sentinel may begin in them.
    const held = 'y'.repeat(256);
    const start = `Response: Success\r\n${'Output: x\r\n'.repeat(110_000)}${cut}`;

    await receive(lease.near, [start + held]);
    lease.lease.close();

    expect(lease.ends).toEqual(['lost']);
    expect(lease.answer()).toBe(start + ending);
  });

  it('ends an answer as complete that was passed on before its deadline, and is not used again', async () => {
    const lease = makeLease();
    await lease.exchange(50);

    await receive(lease.near, ['Response: Success\r\nActionID: 1\r\n\r\n']);

    await expect.poll(() => lease.closedCount()).toBe(1);
    expect(lease.ends).toEqual(['complete']);
  });
});

/** The blocks that are whole within the first `length` bytes. */
function wholeBlocks(blocks: readonly string[], length: number): string {
  let whole = '';
  for (const block of blocks) {
    if (whole.length + block.length > length) break;
    whole += block;
  }
  return whole;
}
