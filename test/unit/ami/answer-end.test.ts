import { describe, expect, it } from 'vitest';
import { isWholeAnswer } from '../../../src/ami/answer-end.js';

const bytes = (text: string) => Buffer.from(text, 'latin1');

describe('an answer that broke off', () => {
  it.each([
    ['one response', 'Response: Success\r\nActionID: 1\r\n\r\n'],
    ['an error', 'Response: Error\r\nMessage: No such channel\r\n\r\n'],
    ['the output of a command', 'Response: Success\r\nMessage: Command output follows\r\nOutput: x\r\n\r\n'],
    ['the output of an old command', 'Response: Follows\r\nPrivilege: Command\r\nx\n--END COMMAND--\r\n\r\n'],
    [
      'a list',
      'Response: Success\r\nEventList: start\r\n\r\nEvent: Item\r\n\r\nEvent: Done\r\nEventList: Complete\r\n\r\n',
    ],
    ['a list in other case', 'Response: Success\r\nEventList: Start\r\n\r\nEvent: Done\r\nEventList: complete\r\n\r\n'],
    [
      'a list that ends in an error',
      'Response: Success\r\nEventList: start\r\n\r\nResponse: Error\r\nMessage: No\r\n\r\n',
    ],
    ['two responses', 'Response: Error\r\n\r\nResponse: Success\r\n\r\n'],
    ['bare lines', 'Queue x\r\n  no members\r\n\r\n'],
    ['one bare line end', '\r\n\r\n'],
  ])('was whole: %s', (_shape, answer) => {
    expect(isWholeAnswer(bytes(answer), bytes(answer))).toBe(true);
  });

  it.each([
    ['a list without items', 'Response: Success\r\nEventList: start\r\n\r\n'],
    ['a list without its end', 'Response: Success\r\nEventList: start\r\n\r\nEvent: Item\r\n\r\n'],
    [
      'a list with its end in a value',
      'Response: Success\r\nEventList: start\r\n\r\nEvent: A\r\nB: EventList: Complete\r\n\r\n',
    ],
    ['a command without its end', 'Response: Follows\r\nPrivilege: Command\r\nx\r\n\r\n'],
    ['an event first', 'Event: Item\r\nActionID: 1\r\n\r\n'],
  ])('was not whole: %s', (_shape, answer) => {
    expect(isWholeAnswer(bytes(answer), bytes(answer))).toBe(false);
  });

  it('was whole when its end came behind many parts', () => {
    const [first, last] = [
      'Response: Success\r\nEventList: start\r\n\r\n',
      'Event: Done\r\nEventList: Complete\r\n\r\n',
    ];

    expect(isWholeAnswer(bytes(first), bytes(last))).toBe(true);
  });

  it('is one response also when its first part has no end of a block', () => {
    expect(isWholeAnswer(bytes('Response: Success\r\nOutput: x'), bytes('Output: y\r\n\r\n'))).toBe(true);
  });
});
