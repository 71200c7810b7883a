/** Answers of Asterisk: whatever stands in them, the one who asked gets these bytes, and the next one none of them. */
import { PassThrough } from 'node:stream';
import { type ExchangeEnd, LeaseConnection } from '../../../../src/gateway/lease-connection.js';
import { mutated } from '../mutate.js';
import { Random, seedOf } from '../random.js';
import type { FuzzTarget } from '../target.js';
import { inPieces, UPSTREAM_TEXTS, UPSTREAM_WORDS } from '../wire-texts.js';

const WORDS = [
  ...UPSTREAM_WORDS,
  'Response: Success\r\nActionID: 00000000000000000000000000000000\r\nPing: Pong\r\n\r\n',
  'Response: Success\r\nActionID: ',
  'Ping: Pong\r\n',
];

export const leaseAnswer: FuzzTarget = {
  name: 'answers of Asterisk: byte for byte to the one who asked',
  inputs: 60_000,
  make: (random) => mutated(UPSTREAM_TEXTS, random, WORDS),
  judge: (input) => {
    const sent: Buffer[] = [];
    const socket = new PassThrough();
    socket.write = (chunk: Buffer) => sent.push(chunk) > 0;
    const lease = new LeaseConnection(socket, () => undefined);
    const random = new Random(seedOf(input));
    const fault =
      ask(lease, socket, sent, input, random) ?? ask(lease, socket, sent, 'Response: Error\r\n\r\n', random);
    lease.close();
    return fault;
  },
};

function ask(lease: LeaseConnection, socket: PassThrough, sent: Buffer[], answer: string, random: Random) {
  const got: Buffer[] = [];
  const ends: ExchangeEnd[] = [];
  sent.length = 0;
  const sink = { answer: (bytes: Buffer) => got.push(Buffer.from(bytes)), ended: (end: ExchangeEnd) => ends.push(end) };
  lease.exchange(['Action: X'], sink, 60_000);
  lease.flush();
  const token = /ActionID: (\S+)/.exec(sent.map(String).join(''))?.[1] ?? '';
  const pong = `Response: Success\r\nActionID: ${token}\r\nPing: Pong\r\nTimestamp: 1.000000\r\n\r\n`;
  for (const piece of inPieces(Buffer.from(answer + pong, 'latin1'), random)) socket.emit('data', piece);
  if (ends.join() !== 'complete' || !lease.isOpen) return `it ended ${ends.join()}`;
  return Buffer.concat(got).toString('latin1') === answer ? null : 'the answer is not what Asterisk sent';
}
