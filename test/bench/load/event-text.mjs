// The one event of all benches, and the action that makes Asterisk send it. It has a fixed length, so that readers count
// by bytes, and its number and its time of sending at fixed places, so that they check order, loss and latency for
// little. Everything a filter may look at is in the lines behind them.

const seqDigits = 10;
const stampDigits = 15;
const lines = ['Queue: support-emea', 'Caller: +49 30 1234567', 'Member: PJSIP/agent-4711', 'Wait: 00017'];

const head = 'Event: UserEvent\r\nPrivilege: user,all\r\n';
const name = 'UserEvent: Bench\r\n';

/** How many groups and sites there are: one for each view of the bench with views. */
export const viewCount = 20;

/** The bytes that all events of a kind have in common in length. */
export const eventBytes = eventText(0, 0).length;
export const seqOffset = head.length + name.length + 'Seq: '.length;
export const seqEnd = seqOffset + seqDigits;
export const stampOffset = seqEnd + '\r\nStamp: '.length;
export const stampEnd = stampOffset + stampDigits;

/** @param {number} seq @param {number} stampUs @returns {string} */
export function eventText(seq, stampUs) {
  return `${head}${name}${body(seq, stampUs)}\r\n`;
}

/** @param {number} seq @param {number} stampUs @returns {string} */
export function actionText(seq, stampUs) {
  return `Action: UserEvent\r\n${name}${body(seq, stampUs)}\r\n`;
}

/** Asterisk's answer to that action. */
export const answerBytes = 'Response: Success\r\nMessage: Event Sent\r\n\r\n'.length;

/** The clock that all processes of a machine share, in microseconds. @returns {number} */
export function nowUs() {
  return Number(process.hrtime.bigint() / 1000n);
}

/** @param {number} seq @param {number} stampUs @returns {string} */
function body(seq, stampUs) {
  const number = twoDigits(seq % viewCount);
  const fixed = `Seq: ${padded(seq, seqDigits)}\r\nStamp: ${padded(stampUs, stampDigits)}\r\n`;
  return `${fixed}Group: g${number}\r\nSite: s${number}\r\nLevel: 3\r\n${lines.join('\r\n')}\r\n`;
}

/** @param {number} value */
export function twoDigits(value) {
  return padded(value, 2);
}

/** @param {number} value @param {number} digits */
function padded(value, digits) {
  return String(value).padStart(digits, '0');
}
