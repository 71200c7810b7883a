// The one event of all benches, and the action that makes Asterisk send it. It has a fixed length, so that readers count
// by bytes, and its number and its time of sending at fixed places, so that they check order, loss and latency for
// little. Everything a filter may look at is in the lines behind them.

/** How many groups and sites there are: one for each view of the bench with views. */
export const viewCount = 20;

const eventHead = 'Event: UserEvent\r\nPrivilege: user,all\r\n';
const actionHead = 'Action: UserEvent\r\n';
const name = 'UserEvent: Bench\r\n';
const lines = ['Queue: support-emea', 'Caller: +49 30 1234567', 'Member: PJSIP/agent-4711', 'Wait: 00017'];
const zero = 48;

const seq = placeOf('Seq: ', '0000000000');
const stamp = placeOf('Stamp: ', '000000000000000');

export const eventBytes = textOf(eventHead, 0).length;
export const seqOffset = seq.offset;
export const seqEnd = seq.offset + seq.digits;
export const stampOffset = stamp.offset;
export const stampEnd = stamp.offset + stamp.digits;

/** Asterisk's answer to the action. */
export const answerBytes = 'Response: Success\r\nMessage: Event Sent\r\n\r\n'.length;

/** The clock that all processes of a machine share, in microseconds. @returns {number} */
export function nowUs() {
  return Number(process.hrtime.bigint() / 1000n);
}

/** Makes events with these numbers, all of now. @type {(first: number, count: number) => Buffer} */
export const encodeEvents = encoderOf(eventHead);

/** Makes actions that send such events. @type {(first: number, count: number) => Buffer} */
export const encodeActions = encoderOf(actionHead);

/** @param {number} value */
export function twoDigits(value) {
  return String(value).padStart(2, '0');
}

/** One text for each group, of which only the digits change: whoever sends must be faster than whoever is measured. @param {string} head */
function encoderOf(head) {
  const templates = Array.from({ length: viewCount }, (_, group) => Buffer.from(textOf(head, group), 'latin1'));
  const size = templates[0]?.length ?? 0;
  const shift = head.length - eventHead.length;
  return (/** @type {number} */ first, /** @type {number} */ count) => {
    const bytes = Buffer.allocUnsafe(count * size);
    const now = nowUs();
    for (let n = 0; n < count; n++) {
      const at = n * size;
      bytes.set(templates[(first + n) % viewCount] ?? [], at);
      writeDigits(bytes, at + shift + seqEnd, seq.digits, first + n);
      writeDigits(bytes, at + shift + stampEnd, stamp.digits, now);
    }
    return bytes;
  };
}

/** @param {Buffer} bytes @param {number} end @param {number} digits @param {number} value */
function writeDigits(bytes, end, digits, value) {
  let rest = value;
  for (let at = end - 1; at >= end - digits; at--) {
    bytes[at] = zero + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}

/** @param {string} head @param {number} group */
function textOf(head, group) {
  const number = twoDigits(group);
  const variable = ['Seq: 0000000000', 'Stamp: 000000000000000', `Group: g${number}`, `Site: s${number}`, 'Level: 3'];
  return `${head}${name}${[...variable, ...lines].join('\r\n')}\r\n\r\n`;
}

/** @param {string} header @param {string} digits */
function placeOf(header, digits) {
  const offset = textOf(eventHead, 0).indexOf(`\n${header}${digits}\r`) + 1 + header.length;
  return { offset, digits: digits.length };
}
