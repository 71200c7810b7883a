/**
 * The first lines of a broadcast event, which Asterisk writes before the event's own headers, in this fixed order:
 *
 *     Event: <name>
 *     Privilege: <classes>
 *     Timestamp: <seconds>.<6 digits>     with timestampevents
 *     SequenceNumber: <count>             with debug
 *     File: …, Line: …, Func: …           with debug: where in Asterisk's source it was raised
 *     SystemName: <name>                  with systemname in asterisk.conf
 */

/** Each part as its whole lines with their CR LF, empty where the event has it not. */
export interface EventHead {
  /** The lines Event and Privilege. */
  readonly title: string;
  readonly timestamp: string;
  readonly sequenceNumber: string;
  /** The lines File, Line and Func. */
  readonly origin: string;
  readonly systemName: string;
}

const HEAD =
  /^(Event: [^\r\n]*\r\nPrivilege: [^\r\n]*\r\n)(Timestamp: \d+\.\d+\r\n)?(SequenceNumber: -?\d+\r\n)?(File: [^\r\n]*\r\nLine: \d+\r\nFunc: [^\r\n]*\r\n)?(SystemName: [^\r\n]*\r\n)?/;

/** The head of an event's text, or `null` for what is no broadcast event. */
export function splitEventHead(text: string): EventHead | null {
  const parts = HEAD.exec(text);
  if (parts === null) return null;
  const [, title = '', timestamp = '', sequenceNumber = '', origin = '', systemName = ''] = parts;
  return { title, timestamp, sequenceNumber, origin, systemName };
}

export function joinEventHead({ title, timestamp, sequenceNumber, origin, systemName }: EventHead): string {
  return title + timestamp + sequenceNumber + origin + systemName;
}
