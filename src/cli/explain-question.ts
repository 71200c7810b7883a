/** What is asked of `ami-gateway explain`: its options, with the messages that they name decoded. */
import { isIP } from 'node:net';
import { ActionDecoder } from '../ami/action-decoder.js';
import { UpstreamDecoder } from '../ami/decoder.js';
import { type AmiAction, actionOf, decodeHeader } from '../ami/message.js';
import { fail, type Result, succeed } from '../lib/result.js';
import { lookupAction } from '../policy/action-classes.js';
import type { DecodedEvent } from '../policy/wants-event.js';
import { EVERY_ACTION } from './explain-action.js';

export interface ExplainQuestion {
  readonly user: string | null;
  /** An address; with neither action nor event the question is about a login all the same. */
  readonly from: string | null;
  /** A file, `-`, or the name of an action. */
  readonly action: string | null;
  /** A file or `-`. */
  readonly event: string | null;
}

/** Reads a file as latin-1; `-` is the standard input. Fails with the system's word for it. */
export type ReadText = (name: string) => Result<string>;

/** What is asked, with the messages decoded. */
export interface Asked {
  readonly user: string;
  readonly address: string | null;
  readonly asksLogin: boolean;
  readonly actions: readonly AmiAction[];
  readonly isNameOnly: boolean;
  readonly events: readonly DecodedEvent[];
}

export function readQuestion(question: ExplainQuestion, readText: ReadText): Result<Asked> {
  const { user, from, action, event } = question;
  if (user === null || user === '') return fail('say who: --user USER');
  if (from !== null && isIP(from) === 0)
    return fail(`--from ${from} is no address: give an IPv4 or IPv6 address, not a name`);
  if (action === '-' && event === '-') return fail('--action and --event cannot both be read from standard input');
  const isNameOnly = action !== null && lookupAction(EVERY_ACTION, action).kind === 'known';
  const actions = action === null ? succeed([]) : isNameOnly ? succeed([named(action)]) : readActions(action, readText);
  if (!actions.ok) return actions;
  const events = event === null ? succeed([]) : readEvents(event, readText);
  if (!events.ok) return events;
  const asksLogin = from !== null || (action === null && event === null);
  const latin1 = Buffer.from(user, 'utf8').toString('latin1');
  return succeed({ user: latin1, address: from, asksLogin, actions: actions.value, isNameOnly, events: events.value });
}

function named(name: string): AmiAction {
  return actionOf([decodeHeader(`Action: ${name}`)]);
}

function readActions(file: string, readText: ReadText): Result<readonly AmiAction[]> {
  const text = readText(file);
  if (!text.ok) return fail(`--action ${file}: there is neither such an action nor such a file (${text.failure})`);
  const decoder = new ActionDecoder();
  // An editor ends a file with one line end; the wire needs an empty line.
  decoder.push(Buffer.from(`${text.value}\r\n\r\n`, 'latin1'));
  const actions: AmiAction[] = [];
  for (let input = decoder.next(); input !== null; input = decoder.next()) {
    if (input.kind !== 'action')
      return fail(`--action ${file}: a message has ${EXCESS[input.kind]}, so it is refused unread`);
    if (input.action.headers.length > 0) actions.push(input.action);
  }
  return actions.length === 0
    ? fail(`--action ${file}: there is no message in it, such as Action: Ping`)
    : succeed(actions);
}

const EXCESS = { 'line-too-long': 'a line of more than 1,023 bytes', 'too-many-lines': 'more than 128 lines' } as const;

function readEvents(file: string, readText: ReadText): Result<readonly DecodedEvent[]> {
  const text = readText(file);
  if (!text.ok)
    return fail(`--event ${file}: cannot be read (${text.failure}); give a file with the event as Asterisk sends it`);
  const { buffer, blocks } = new UpstreamDecoder().push(asOnWire(text.value));
  const events = blocks.map((block): DecodedEvent | null => {
    if (block.kind !== 'event') return null;
    const { name, classes, start, end } = block.event;
    return { name, classes, text: buffer.toString('latin1', start, end) };
  });
  const whole = events.filter((event) => event !== null);
  if (whole.length === 0 || whole.length < events.length) {
    return fail(
      `--event ${file}: an event begins with the lines Event: NAME and Privilege: CLASSES; give it as Asterisk sends it`,
    );
  }
  return succeed(whole);
}

/** With the line ends of the wire, and one empty line behind each event. */
function asOnWire(text: string): Buffer {
  const lines = `${text.trimEnd()}\n\n`.replace(/\r?\n/g, '\r\n').replace(/(?:\r\n){3,}/g, '\r\n\r\n');
  return Buffer.from(lines, 'latin1');
}
