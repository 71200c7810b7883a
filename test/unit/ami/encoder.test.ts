import { describe, expect, it } from 'vitest';
import { encodeAction, encodeAnswer, encodeError, encodeEvent, encodeSuccess } from '../../../src/ami/encoder.js';

const text = (bytes: Buffer) => bytes.toString('latin1');

describe('an action', () => {
  it('ends every line and itself with CR LF, byte for byte', () => {
    expect(text(encodeAction(['Action: Ping', 'ActionID: \xe9\xff ', ':']))).toBe(
      'Action: Ping\r\nActionID: \xe9\xff \r\n:\r\n\r\n',
    );
  });

  it.each([
    [1022, '\r\n'],
    [1023, '\n'],
  ])('fits a line of %d bytes into the buffer of Asterisk', (length, end) => {
    const line = `Variable: ${'x'.repeat(length - 10)}`;

    const bytes = encodeAction(['Action: Ping', line]);

    expect(text(bytes)).toBe(`Action: Ping\r\n${line}${end}\r\n`);
    expect(
      Math.max(
        ...text(bytes)
          .split(/(?<=\n)/)
          .map((part) => part.length),
      ),
    ).toBeLessThanOrEqual(1024);
  });
});

describe('an answer', () => {
  it('has its ActionID behind the Response', () => {
    const bytes = encodeAnswer({ response: 'Goodbye', actionId: ' 1 ', lines: ['Message: m', 'X: '] });

    expect(text(bytes)).toBe('Response: Goodbye\r\nActionID:  1 \r\nMessage: m\r\nX: \r\n\r\n');
  });

  it('has none when the action had none', () => {
    expect(text(encodeError('', 'no'))).toBe('Response: Error\r\nMessage: no\r\n\r\n');
    expect(text(encodeSuccess('', 'yes'))).toBe('Response: Success\r\nMessage: yes\r\n\r\n');
  });
});

it('an event has its name first', () => {
  expect(text(encodeEvent('WaitEventComplete', []))).toBe('Event: WaitEventComplete\r\n\r\n');
  expect(text(encodeEvent('E', ['Privilege: user,all']))).toBe('Event: E\r\nPrivilege: user,all\r\n\r\n');
});
