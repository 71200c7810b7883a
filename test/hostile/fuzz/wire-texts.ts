/** What the fuzzers of the wire begin with: every transcript, ordinary traffic, and the words that matter in it. */
import { namesOfTranscripts, readTranscript } from '../../unit/ami/transcript.js';
import type { Random } from './random.js';

export const CLIENT_TEXTS: readonly string[] = [
  ...namesOfTranscripts('.client').map((name) => readTranscript(name).wire.toString('latin1')),
  'Action: Login\r\nUsername: u\r\nSecret: s\r\n\r\nAction: Ping\r\nActionID: 1\r\n\r\n',
  'Action: Originate\r\nChannel: Local/1@a\r\nVariable: A=1\r\nVariable: B=2\r\nApplication: Wait\r\nData: 1\r\n\r\n',
  'Action: Getvar\nChannel: x\nVariable: CHANNEL(name)\n\nAction: Command\nCommand: core show version\n\n',
  'aCtIoN:userevent\r\nUserEvent: a\r\nHeader: b\r\n\r\nACTION :Logoff\r\n\r\n',
  `Action: Ping\r\n${'X: y\r\n'.repeat(127)}\r\nAction: Ping\r\n\r\n`,
];

export const CLIENT_WORDS: readonly string[] = [
  ...['\r\n', '\n', '\r', '\r\n\r\n', '\n\n', '\n\r\n', '\r\r\n', '\0', ':', ': ', ' :', ':\t', ' ', '\xa0', '\x0b'],
  ...['Action: ', 'action:', 'ACTION: ', 'Action: Ping', 'ActionID: ', 'Actionid: 7\r\n', 'Variable: ', 'Secret: s'],
  ...['Originate', 'Command', 'UserEvent', 'Getvar', 'Login', 'x: y\r\n'.repeat(126), 'no colon\r\n'],
];

export const UPSTREAM_TEXTS: readonly string[] = [
  ...namesOfTranscripts('.upstream').flatMap((name) => {
    const { wire } = readTranscript(name);
    const blocks = wire.toString('latin1').split(/(?<=\r\n\r\n)/);
    // Whole transcripts would make each input 60 kB; a few blocks are as good.
    return Array.from({ length: Math.ceil(blocks.length / 4) }, (_, at) => blocks.slice(at * 4, at * 4 + 4).join(''));
  }),
];

export const UPSTREAM_WORDS: readonly string[] = [
  ...[
    '\r\n',
    '\r\n\r\n',
    '\n',
    '\r',
    '\0',
    'Event: ',
    'Privilege: ',
    'Privilege: call,all\r\n',
    'Response: Success\r\n',
  ],
  ...['Event: X\r\nPrivilege: system,all\r\n\r\n', 'Privilege: nonsense,all\r\n', '<none>', ',', 'all', 'event: '],
  ...['Privilege:call,all\r\n', 'Event:X\r\n', 'ActionID: 1\r\n', '\r\n\r\n\r\n', '--END COMMAND--'],
];

/** The same bytes in pieces, mostly small ones. */
export function inPieces(bytes: Buffer, random: Random): readonly Buffer[] {
  const most = random.pick([1, 2, 7, 60, 1500]);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + random.below(most);
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}
