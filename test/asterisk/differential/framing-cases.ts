/** Bytes that are read differently by those who do not read exactly as Asterisk does. All follow a login. */

export interface FramingCase {
  readonly title: string;
  readonly bytes: string;
}

/** What a message asks for where only its form matters; the answer shows whether it was read, and as what. */
const ACTION = 'Action: CoreSettings\r\n';
const NEXT = 'Action: DBGet\r\nFamily: none\r\nKey: none\r\nActionID: next\r\n\r\n';

const BUFFERS = [1023, 1024];
const LENGTHS = [
  ...range(1016, 1032),
  ...[2, 3, 4].flatMap((k) => BUFFERS.flatMap((size) => range(size * k - 2, size * k + 2))),
];
const ENDS = [
  ['CR LF', '\r\n'],
  ['LF', '\n'],
] as const;

const LINES: readonly FramingCase[] = [...new Set(LENGTHS)].flatMap((length) =>
  ENDS.flatMap(([name, end]) => [
    {
      title: `a line of ${length} bytes, ${name}`,
      bytes: `${ACTION}ActionID: long\r\nX: ${'x'.repeat(length - 3)}${end}Y: z\r\n\r\n${NEXT}`,
    },
    {
      title: `a first line of ${length} bytes, ${name}`,
      bytes: `X: ${'x'.repeat(length - 3)}${end}${ACTION}ActionID: behind\r\n\r\n${NEXT}`,
    },
  ]),
);

const VALUES: readonly FramingCase[] = range(1000, 1026).map((length) => ({
  title: `a value of ${length} bytes that is said back`,
  bytes: `Action: Getvar\r\nVariable: ${'v'.repeat(length)}\r\nActionID: value\r\n\r\n${NEXT}`,
}));

const COUNTS: readonly FramingCase[] = [...range(124, 132), 200, 300].flatMap((count) => [
  { title: `${count} headers`, bytes: `${ACTION}ActionID: many\r\n${'X: y\r\n'.repeat(count - 2)}\r\n${NEXT}` },
  {
    title: `${count} headers, the ActionID last`,
    bytes: `${ACTION}${'X: y\r\n'.repeat(count - 2)}ActionID: last\r\n\r\n${NEXT}`,
  },
  { title: `${count} headers, the Action last`, bytes: `${'X: y\r\n'.repeat(count - 1)}${ACTION}\r\n${NEXT}` },
]);

const LONG = `X: ${'x'.repeat(1100)}\r\n`;

const FAULTS: readonly FramingCase[] = [
  {
    title: 'a long line among too many',
    bytes: `${ACTION}ActionID: a\r\n${LONG}${'X: y\r\n'.repeat(130)}\r\n${NEXT}${NEXT}`,
  },
  { title: 'a long line behind too many', bytes: `${ACTION}${'X: y\r\n'.repeat(130)}${LONG}\r\n${NEXT}${NEXT}` },
  { title: 'a long line twice', bytes: `${ACTION}ActionID: a\r\n${LONG}${LONG}\r\n${NEXT}` },
  { title: 'a long line before the ActionID', bytes: `${ACTION}${LONG}ActionID: a\r\n\r\n${NEXT}` },
  { title: 'a long ActionID', bytes: `${ACTION}ActionID: ${'i'.repeat(1100)}\r\n\r\n${NEXT}` },
  { title: 'a long line alone', bytes: `${LONG}\r\n${NEXT}` },
];

/** Where Asterisk's own buffers for the ActionID end. */
const ID_LENGTHS = [67, 68, 115, 116, 137, 138, 243, 244, 250, 251, 252, 256, 257, 300, 499, 500, 501, 900];
const ID_ACTIONS = [
  'CoreSettings',
  'CoreStatus',
  'Events\r\nEventMask: off',
  'Events',
  'WaitEvent\r\nTimeout: 0',
  'Ping',
  'Challenge\r\nAuthType: x',
  'Filter',
  'ListCommands',
  'QueueStatus\r\nQueue: sales',
  'ConfbridgeListRooms',
  'DBGet\r\nFamily: a\r\nKey: b',
  'Status',
  'Getvar\r\nVariable: X',
  'Hangup\r\nChannel: /none/',
  'VoicemailUsersList',
  'Nonsense',
];

const IDS: readonly FramingCase[] = ID_ACTIONS.flatMap((action) =>
  ID_LENGTHS.map((length) => ({
    title: `an ActionID of ${length} bytes to ${action.replaceAll('\r\n', ' | ')}`,
    bytes: `Action: ${action}\r\nActionID: ${'i'.repeat(length)}\r\n\r\nAction: Events\r\nEventMask: off\r\n\r\n`,
  })),
);

const NULS = [
  'X: a\0b\r\n',
  'X\0: y\r\n',
  '\0\r\n',
  '\0X: y\r\n',
  '\0\n',
  'X: y\0\r\n',
  'X: y\r\0\n',
  'ActionID: n\0m\r\n',
  'ActionID\0: n\r\n',
  'Action\0: Logoff\r\n',
  '\0Action: Logoff\r\n\r\n',
  'X: \0\r\n',
  'X:\0y\r\n',
  '\r\0\r\n',
  `${'\0'.repeat(500)}\r\n`,
];

const CRS = [
  'X: a\rb\r\n',
  'X: y\r\r\n',
  'X: y\r\r\r\n',
  '\rX: y\r\n',
  '\r\r\n',
  'X: \ry\r\n',
  'X\r: y\r\n',
  'ActionID: a\rb\r\n',
  'ActionID: a\r\r\n',
  'ActionID: \ra\r\n',
  'X: a\rAction: Logoff\r\n',
  'X: y\r \r\n',
  '\r\n\r\r\n',
];

const MIDDLES = (lines: readonly string[], what: string): readonly FramingCase[] =>
  lines.map((line) => ({ title: `${what} in ${JSON.stringify(line)}`, bytes: `${ACTION}${line}Y: z\r\n\r\n${NEXT}` }));

const HEADERS = [
  'Action:CoreSettings',
  'Action:    CoreSettings',
  'Action:\tCoreSettings',
  'Action:\x01CoreSettings',
  'Action: \x1fCoreSettings',
  'Action: \x7fCoreSettings',
  'Action: CoreSettings ',
  'Action: CoreSettings\t',
  'Action: Core Settings',
  'Action : CoreSettings',
  ' Action: CoreSettings',
  '\tAction: CoreSettings',
  'ACTION: CORESETTINGS',
  'aCtIoN: cOrEsEtTiNgS',
  'Action;: CoreSettings',
  'Action CoreSettings',
  'Action',
  'Action:',
  'Action: ',
  'Actions: CoreSettings',
  'Action:: CoreSettings',
  'Action: : CoreSettings',
  'Action: \xe4',
  '\xe4ction: CoreSettings',
  'Action: CoreSettings\x0b',
  'Action: "CoreSettings"',
  'Action: CoreSettings,Ping',
  'Action: CoreSettings\r\nAction: Logoff',
  'Action:\r\nAction: CoreSettings',
  'Action: \r\nAction: CoreSettings',
  'Action:\r\nAction:\r\nAction: CoreSettings\r\nAction: Logoff',
  'Action: Nonsense\r\nAction: CoreSettings',
  'Action: CoreSettings\r\n \r\nX: y',
  'Action: CoreSettings\r\n\t\r\nX: y',
  'Action: CoreSettings\r\n:\r\n',
  'Action: CoreSettings\r\n: x',
  'Action: CoreSettings\r\nno colon at all',
  'no colon\r\nAction: CoreSettings',
  'Action: DBGet\r\nFamily: a\r\nFamily: b\r\nKey: c',
  'Action: Getvar\r\nVariable:\r\nVariable: A',
  'Action: Getvar\r\nVariable: A\r\nVariable: B',
  'Action: Getvar\r\nVariable:   A  ',
  'Action: Getvar\r\nvAriAble: A',
  'Action: Getvar\r\nVariable: \xe4\xff\x80\xc3\xa4',
  'Action: Getvar\r\nVariable: A\r\nActionID: \xff\xfe',
  'Action: Getvar\r\nVariable: \x01\x02',
  'Action: Getvar\r\nVariable: A\x01\x02\x7fB',
  `Action: ${'n'.repeat(400)}`,
  `Action: ${'n'.repeat(430)}`,
  `Action: ${'n'.repeat(500)}`,
  `Action: ${'n'.repeat(1000)}`,
  'Action: %s%n%d',
  'Action: __proto__',
];

const NAMES: readonly FramingCase[] = HEADERS.flatMap((text) => [
  { title: `${JSON.stringify(text)}`, bytes: `${text}\r\nActionID: h\r\n\r\n${NEXT}` },
  { title: `${JSON.stringify(text)} by LF`, bytes: `${text}\nActionID: h\n\n${NEXT}`.replaceAll('\r\n', '\n') },
  {
    title: `${JSON.stringify(text)} behind its ActionID`,
    bytes: `ActionID:   h  \r\nActionID: i\r\n${text}\r\n\r\n${NEXT}`,
  },
]);

const EMPTY: readonly FramingCase[] = [
  { title: 'an empty line', bytes: `\r\n${NEXT}` },
  { title: 'an empty line by LF', bytes: `\n${NEXT}` },
  { title: 'many empty lines', bytes: `${'\r\n'.repeat(20)}${NEXT}${'\n'.repeat(20)}` },
  { title: 'empty lines of both kinds', bytes: `\r\n\n\r\n\n${NEXT}\n\r\n` },
  { title: 'LF then CR LF', bytes: `Action: CoreSettings\nActionID: m\r\n\n${NEXT}` },
  { title: 'LF CR', bytes: `${ACTION}\n\r${NEXT}` },
  { title: 'a banner sent back', bytes: `Asterisk Call Manager/11.0.0\r\n${NEXT}` },
  { title: 'an HTTP request', bytes: `GET /rawman?action=ping HTTP/1.1\r\nHost: x\r\n\r\n${NEXT}` },
  { title: 'a response', bytes: `Response: Success\r\nMessage: x\r\n\r\n${NEXT}` },
  { title: 'an event', bytes: `Event: UserEvent\r\nPrivilege: user,all\r\n\r\n${NEXT}` },
  { title: 'bytes of a TLS greeting', bytes: `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n${NEXT}` },
  {
    title: 'every byte but CR, LF and NUL',
    bytes: `${ACTION}X: ${everyByte()}\r\nActionID: b${everyByte()}\r\n\r\n${NEXT}`,
  },
];

export const FRAMING_CASES: readonly FramingCase[] = [
  ...LINES,
  ...VALUES,
  ...COUNTS,
  ...FAULTS,
  ...IDS,
  ...MIDDLES(NULS, 'NUL'),
  ...MIDDLES(CRS, 'CR'),
  ...NAMES,
  ...EMPTY,
];

/** Messages of many shapes, one behind the other; their answers are told apart by their ActionIDs. */
export const PIPELINE: string = [
  ...range(1, 12).map((n) => `Action: DBGet\r\nFamily: none\r\nKey: k${n}\r\nActionID: db${n}\r\n\r\n`),
  'Action: CoreSettings\r\nActionID: settings\r\n\r\n',
  'Action: Nonsense\nActionID: unknown\n\n',
  '\r\n\n',
  `Action: Getvar\r\nVariable: ${'v'.repeat(1000)}\r\nActionID: getvar\r\n\r\n`,
  `Action: Getvar\r\nX: ${'x'.repeat(1500)}\r\nActionID: too-long\r\n\r\n`,
  `Action: Getvar\r\n${'X: y\r\n'.repeat(130)}\r\n`,
  'Action: ListCommands\r\nActionID: list\r\n\r\n',
  'Action: QueueStatus\r\nActionID: queue\r\n\r\n',
  'Action: Events\r\nEventMask: off\r\nActionID: events\r\n\r\n',
  'Action: Command\r\nCommand: dialplan show test\r\nActionID: command\r\n\r\n',
].join('');

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function everyByte(): string {
  const bytes = range(1, 255).filter((byte) => byte !== 10 && byte !== 13);
  return String.fromCharCode(...bytes);
}
