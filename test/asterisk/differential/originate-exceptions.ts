/** Originates that the gateway refuses and Asterisk does not, or in other words. */
import type { Exception } from './exceptions.js';

const suite = 'arguments';
const BOTH = ['22', '16'] as const;

/** Who may originate and has no system; the second also has agi. */
const CALLERS = ['may-originate', 'may-originate-agi', 'may-call-reporting-originate'];
const WITHOUT_AGI = ['may-originate', 'may-call-reporting-originate'];

const QUEUED = 'Message: Originate successfully queued';
const REFUSED = 'Message: Originate Access Forbidden: app or data blacklisted';
const OLDER_REFUSAL = /Message: Originate Access Forbidden: (?:Application|Data)\r/;

const begins = String.raw`^Originate \| Channel: Local/answer-fast@test \| Async: true`;
const running = (applications: string) =>
  new RegExp(String.raw`${begins} \| Application: (?:${applications})(?: \| Data: plain)?$`);
const given = (data: string) => new RegExp(String.raw`${begins} \| Application: NoOp \| Data: (?:${data})$`);
const setting = (variables: string) =>
  new RegExp(String.raw`${begins} \| Application: NoOp \| Variable: (?:${variables})$`);
const queueing = (data: string) => new RegExp(String.raw`${begins} \| Application: Queue \| Data: (?:${data})$`);

const accepted = { as: CALLERS, asterisk: QUEUED, gateway: REFUSED };
const inOtherWords = { as: CALLERS, asterisk: OLDER_REFUSAL, gateway: REFUSED };

export const ORIGINATE_EXCEPTIONS: readonly Exception[] = [
  {
    suite,
    on: BOTH,
    reason: 'Monitor mixes its files in a shell, and WaitForCondition expands its argument: both need system.',
    cases: [{ title: running('Monitor|WaitForCondition'), ...accepted }],
  },
  {
    suite,
    on: BOTH,
    reason: 'Some applications expand their data, so what can be expanded, or calls a guarded function, needs system.',
    cases: [
      {
        title: given(String.raw`\$\{(?:shell\(id\)|PLAIN)\}|\$\[.*|%\{.*|ENV\(.*|STAT\(.*|LOCK\(.*|MONITOR_EXEC=id`),
        ...accepted,
      },
      { title: /^Originate \| PreDialGoSub: \$\{SHELL/, ...accepted },
    ],
  },
  {
    suite,
    on: BOTH,
    reason: 'With Async, Asterisk runs functions named in Variable without inhibition: a name with ( needs system.',
    cases: [
      {
        title: setting(String.raw`(?:A=1,)?(?:SHELL|FILE|CALLERID|DB)\(.*|MONITOR_EXEC=id|A=1 \| Variable: SHELL.*`),
        ...accepted,
      },
    ],
  },
  {
    suite,
    on: ['22'],
    reason: "Asterisk's first rule that matches decides; here every rule does, so agi does not open the data.",
    cases: [{ title: queueing('q1,,,,,SHELL|DB,,,,,x'), ...accepted, as: ['may-originate-agi'] }],
  },
  {
    suite,
    on: ['16'],
    reason: 'The newest list of applications and data is applied, whichever Asterisk is behind.',
    cases: [
      { title: running('DBdeltree|dbDelTree|Reload'), ...accepted },
      { title: given('CURL|DB|aDBb|FILE|PROFILE|ODBC|REALTIME'), ...accepted },
      { title: queueing('DB,,,,,x'), ...accepted },
      { title: queueing(String.raw`q1,,,,,agi|q1,,,,, |q1,,\(,,\),,,agi|q1\\,,,,,,agi`), ...accepted, as: WITHOUT_AGI },
    ],
  },
  {
    suite,
    on: ['16'],
    reason: 'A refusal is in the words of the newest Asterisk, whichever is behind.',
    cases: [
      {
        title: running(
          'AGI|xAGIx|agi|Exec|ExecIf|TryExec|ExternalIVR|MixMonitor|StopMixMonitor|Originate|(?:Try| )?System|SYSTEM',
        ),
        ...inOtherWords,
      },
      { title: given(String.raw`EVAL|SHELL|\$\{SHELL\(id\)\}`), ...inOtherWords },
      { title: queueing('q1,,,,,SHELL'), ...inOtherWords },
      {
        title:
          /^Originate \| Channel: .* \| Application: System \| (?:Priority: (?:0|-1|1x)|Timeout: -1|ChannelId: i{149})$/,
        ...inOtherWords,
      },
      { title: /^Originate \| Channel: (?:\/|Local\/c+) \| Application: System$/, ...inOtherWords },
    ],
  },
];
