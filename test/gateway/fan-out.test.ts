import { describe, expect, it } from 'vitest';
import { UpstreamDecoder } from '../../src/ami/decoder.js';
import { CLASS_BITS } from '../../src/ami/privilege.js';
import { FanOut } from '../../src/gateway/fan-out.js';
import { makeMetrics } from '../../src/telemetry/metrics.js';
import { userEvent } from './running-gateway.js';

const CALL = `Event: Newchannel\r\nPrivilege: call,all\r\nFill: ${'x'.repeat(900)}\r\n\r\n`;

function deliver(chunk: string): Buffer {
  const fanOut = new FanOut(makeMetrics().metrics);
  const received: Buffer[] = [];
  const filters = { include: [], exclude: [], key: '' };
  fanOut.join({ deliver: (bytes) => received.push(bytes) }, { classes: CLASS_BITS.user, filters });
  const bytes = Buffer.from(new Uint8Array(Buffer.from(chunk, 'latin1')).buffer);
  fanOut.deliver(new UpstreamDecoder().push(bytes));
  fanOut.flush();
  return Buffer.concat(received).length === received[0]?.length ? received[0] : Buffer.alloc(0);
}

describe('what waits for a session', () => {
  it('does not keep the chunk in memory that it was a small part of', () => {
    const bytes = deliver(CALL.repeat(30) + userEvent('x') + CALL.repeat(30));

    expect(bytes.toString('latin1')).toBe(userEvent('x'));
    expect(bytes.buffer.byteLength).toBeLessThan(CALL.length * 20);
  });

  it('is the chunk itself where it is most of it', () => {
    const chunk = userEvent('x').repeat(1000);

    const bytes = deliver(chunk);

    expect(bytes.toString('latin1')).toBe(chunk);
    expect(bytes.buffer.byteLength).toBe(chunk.length);
  });
});
