/**
 * What an incident came in by, as one action, and beside it the honest one that must go on working: a rule that refuses
 * everything would hold, too, and be of no use.
 */

export interface ActionIncident {
  /** The advisory, issue or attack pattern. */
  readonly id: string;
  readonly what: string;
  /** Classes of the user who attacks. */
  readonly write: string;
  /** Header lines, joined by ` // `. */
  readonly attack: string;
  /** What the same user may do, or another with `honestWrite`. */
  readonly honest: string;
  readonly honestWrite?: string;
  /** The action that must not arrive, in lower case, where it is not the one that the attack begins with. */
  readonly hidden?: string;
}

const CALL = 'Action: Originate // Channel: Local/1@x';
const TO_EXTENSION = `${CALL} // Context: c // Exten: s // Priority: 1`;

export const ACTION_INCIDENTS: readonly ActionIncident[] = [
  {
    id: 'ModuleCheck overflow, 2008',
    what: 'a header value longer than any buffer',
    write: 'system',
    attack: `Action: ModuleCheck // Module: ${'x'.repeat(5000)}`,
    honest: 'Action: ModuleCheck // Module: res_timing_timerfd.so',
  },
  {
    id: 'AST-2011-006, CVE-2011-1599',
    what: 'Originate with the application System',
    write: 'originate',
    attack: `${CALL} // Application: System // Data: id`,
    honest: `${CALL} // Application: Echo`,
  },
  {
    id: 'AST-2012-004, CVE-2012-2414',
    what: 'Getvar with SHELL()',
    write: 'call',
    attack: 'Action: Getvar // Channel: x // Variable: SHELL(id)',
    honest: 'Action: Getvar // Channel: x // Variable: CALLERID(num)',
  },
  {
    id: 'AST-2012-004, CVE-2012-2414',
    what: 'Status with EVAL() among its variables',
    write: 'call',
    attack: 'Action: Status // Variables: a,EVAL(b)',
    honest: 'Action: Status // Variables: a,b',
  },
  {
    id: 'AST-2012-004, CVE-2012-2414',
    what: 'Originate with the application MixMonitor',
    write: 'originate,call',
    attack: `${CALL} // Application: MixMonitor // Data: a.wav,,id`,
    honest: `${CALL} // Application: Playback // Data: demo-congrats`,
  },
  {
    id: 'AST-2012-012, CVE-2012-2186',
    what: 'Originate with the application ExternalIVR',
    write: 'originate',
    attack: `${CALL} // Application: ExternalIVR // Data: /bin/sh`,
    honest: TO_EXTENSION,
  },
  {
    id: 'AST-2013-007',
    what: 'Setvar that writes a file',
    write: 'call',
    attack: 'Action: Setvar // Variable: FILE(/tmp/x) // Value: 1',
    honest: 'Action: Setvar // Variable: X // Value: 1',
  },
  {
    id: 'AST-2014-006',
    what: 'the action MixMonitor, which runs a command',
    write: 'call,originate,agi',
    attack: 'Action: MixMonitor // Channel: x // File: a.wav // Command: id',
    honest: 'Action: MixMonitor // Channel: x // File: a.wav',
    honestWrite: 'system',
  },
  {
    id: 'AST-2014-017',
    what: 'a recording of a conference, which runs a command',
    write: 'call,originate',
    attack: 'Action: ConfbridgeStartRecord // Conference: 1 // RecordFile: |id',
    honest: 'Action: ConfbridgeStartRecord // Conference: 1',
    honestWrite: 'system',
  },
  {
    id: 'AST-2014-017',
    what: 'Setvar with CONFBRIDGE()',
    write: 'call',
    attack: 'Action: Setvar // Variable: CONFBRIDGE(bridge,record_command) // Value: id',
    honest: 'Action: Setvar // Channel: x // Variable: CHANNEL(language) // Value: en',
  },
  {
    id: 'AST-2014-018',
    what: 'Getvar with DB()',
    write: 'call',
    attack: 'Action: Getvar // Variable: DB(SIP/Registry)',
    honest: 'Action: Getvar // Variable: X',
  },
  {
    id: 'ASTERISK-28580, AST-2019-007',
    what: 'Originate with the application Originate',
    write: 'originate',
    attack: `${CALL} // Application: Originate // Data: Local/1@x,app,System,id`,
    honest: `${CALL} // Application: Wait // Data: 1`,
  },
  {
    id: 'ASTERISK-30176, CVE-2022-42706',
    what: 'GetConfig of a file elsewhere',
    write: 'config',
    attack: 'Action: GetConfig // Filename: /etc/passwd',
    honest: 'Action: GetConfig // Filename: extensions.conf',
  },
  {
    id: 'CVE-2023-49294',
    what: 'GetConfig with ..',
    write: 'config',
    attack: 'Action: GetConfig // Filename: ../../etc/passwd',
    honest: 'Action: GetConfig // Filename: /etc/asterisk/extensions.conf',
  },
  {
    id: 'CVE-2024-42365, GHSA-c4cg-9275-6w44',
    what: 'Originate of Set with FILE(), which writes the dialplan',
    write: 'originate',
    attack: `${CALL} // Application: Set // Data: FILE(/etc/asterisk/extensions.conf,,,al)=x`,
    honest: `${CALL} // Application: Set // Data: X=1`,
  },
  {
    id: 'CVE-2024-42365, GHSA-c4cg-9275-6w44',
    what: 'Originate of Queue with an AGI script',
    write: 'originate',
    attack: `${CALL} // Application: Queue // Data: q,,,,,script`,
    honest: `${CALL} // Application: Queue // Data: q`,
  },
  {
    id: 'asterisk#897',
    what: 'ModuleLoad of a file elsewhere',
    write: 'system',
    attack: 'Action: ModuleLoad // Module: ../../tmp/evil.so // LoadType: load',
    honest: 'Action: ModuleLoad // Module: app_queue.so // LoadType: reload',
  },
  {
    id: 'CVE-2024-53566, GHSA-33x6-fj46-6rfh',
    what: 'ListCategories with ..',
    write: 'config',
    attack: 'Action: ListCategories // Filename: ../../etc/passwd',
    honest: 'Action: ListCategories // Filename: queues.conf',
  },
  {
    id: 'asterisk#1122',
    what: 'CreateConfig elsewhere',
    write: 'config',
    attack: 'Action: CreateConfig // Filename: ../../tmp/x.conf',
    honest: 'Action: CreateConfig // Filename: x.conf',
  },
  {
    id: 'Originate with functions in its variables',
    what: 'a function that an asynchronous call would run',
    write: 'originate',
    attack: `${TO_EXTENSION} // Async: true // Variable: SHELL(id)=x`,
    honest: `${TO_EXTENSION} // Async: true // Variable: X=SHELL(id)`,
  },
  {
    id: 'PreDialGoSub',
    what: 'a routine with an expression that Asterisk does not check',
    write: 'originate',
    attack: `${TO_EXTENSION} // PreDialGoSub: c,s,1(\${SHELL(id)})`,
    honest: `${TO_EXTENSION} // PreDialGoSub: c,s,1(a)`,
  },
  {
    id: 'UpdateConfig of manager.conf',
    what: 'an account that somebody gives himself',
    write: 'config',
    attack:
      'Action: UpdateConfig // SrcFilename: manager.conf // DstFilename: manager.conf // Action-000000: NewCat // Cat-000000: me',
    honest:
      'Action: UpdateConfig // SrcFilename: x.conf // DstFilename: x.conf // Action-000000: NewCat // Cat-000000: me',
  },
  {
    id: 'Command as a way around',
    what: 'module load by way of quotes and blanks',
    write: 'command',
    attack: 'Action: Command // Command: mod"ule"  load x',
    honest: 'Action: Command // Command: core show channels',
  },
  {
    id: 'Command without the class',
    what: 'a dialplan that somebody writes on the console',
    write: 'call,originate,system',
    attack: 'Action: Command // Command: dialplan add extension 1,1,System,id into x',
    honest: 'Action: Command // Command: dialplan show',
    honestWrite: 'command',
  },
  {
    id: 'action names in other spellings',
    what: 'an action of another class, oddly written',
    write: 'call',
    attack: 'aCtIoN:   oRiGiNaTe // Channel: Local/1@x // Application: Echo',
    honest: 'aCtIoN:   gEtVaR // Variable: X',
  },
  {
    id: 'duplicate Action headers',
    what: 'an action of another class behind a permitted one',
    write: 'call',
    attack: 'Action: Originate // Action: Getvar // Channel: Local/1@x',
    honest: 'Action: Getvar // Variable: X',
  },
  {
    id: 'CR LF smuggling',
    what: 'a lone CR that others take for the end of a line',
    write: 'call',
    attack: 'Action: Getvar // Variable: X\rAction: Originate',
    honest: 'Action: Getvar // Variable: X',
  },
  {
    id: 'CR LF smuggling',
    what: 'a lone LF that makes a header of a value',
    write: 'call',
    attack: 'Action: Setvar // Variable: X // Value: a\n\nAction: Originate\nChannel: Local/1@x\nApplication: Echo',
    honest: 'Action: Setvar // Variable: X // Value: a',
    hidden: 'originate',
  },
  {
    id: 'a line of 1,023 bytes',
    what: 'the rest of the message as one of its own',
    write: 'call',
    attack: `Action: Getvar // X: ${'x'.repeat(1020)} // Action: Originate`,
    honest: `Action: Getvar // X: ${'x'.repeat(1019)}`,
  },
  {
    id: '100,000 headers',
    what: 'an action among more headers than Asterisk takes',
    write: 'originate',
    attack: `${TO_EXTENSION}${' // X: y'.repeat(2000)}`,
    honest: `${TO_EXTENSION}${' // X: y'.repeat(100)}`,
  },
  {
    id: 'AOC and Atxfer abuse',
    what: 'a charge that somebody makes up',
    write: 'call,reporting',
    attack: 'Action: AOCMessage // Channel: x // MsgType: E // ChargeType: NA',
    honest: 'Action: Atxfer // Channel: x // Exten: 1',
  },
  {
    id: 'AOC and Atxfer abuse',
    what: 'a call that somebody without the class takes over',
    write: 'reporting,originate',
    attack: 'Action: Atxfer // Channel: x // Exten: 1',
    honest: TO_EXTENSION,
  },
];

/** A user with action filters, which nothing in Asterisk has: calls to the numbers of the house only. */
export const FENCED = `[fenced]
secret = s
write = originate
actionfilter(action(include),name(Originate),header(Context),method(exact)) = from-internal
actionfilter(action(exclude),name(Originate),header(Channel),method(contains)) = @
actionfilter(action(exclude),name(Originate),header(Exten),method(regex)) = ^(00|0900)
actionfilter(action(exclude),name(Originate),header(Application),method(regex)) = .
`;

export const FENCED_INCIDENTS: readonly Pick<ActionIncident, 'id' | 'what' | 'attack'>[] = [
  {
    id: 'toll fraud',
    what: 'a call to a premium number',
    attack: 'Action: Originate // Channel: PJSIP/1 // Context: from-internal // Exten: 0900123 // Priority: 1',
  },
  {
    id: 'Local pivots',
    what: 'a call by way of another context',
    attack: 'Action: Originate // Channel: Local/1@outbound // Context: from-internal // Exten: 1 // Priority: 1',
  },
  {
    id: 'toll fraud',
    what: 'a context of its own',
    attack: 'Action: Originate // Channel: PJSIP/1 // Context: outbound // Exten: 1 // Priority: 1',
  },
  {
    id: 'toll fraud',
    what: 'two contexts, of which one is allowed',
    attack:
      'Action: Originate // Channel: PJSIP/1 // Context: outbound // Context: from-internal // Exten: 1 // Priority: 1',
  },
  {
    id: 'Originate without a dialplan',
    what: 'an application in place of an extension',
    attack:
      'Action: Originate // Channel: PJSIP/1 // Context: from-internal // Application: Dial // Data: PJSIP/0900@x',
  },
];

export const FENCED_HONEST =
  'Action: Originate // Channel: PJSIP/1 // Context: from-internal // Exten: 1 // Priority: 1';
