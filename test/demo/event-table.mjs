// What two clients saw of the same call, side by side: a line for each event, blank on the side of who did not see it.

const columnWidth = 47;
const nameWidth = 18;
/** The headers that tell most about an event, the most telling first. */
const tellingHeaders = ['Channel', 'DestChannel', 'LocalOneChannel', 'Device', 'BridgeUniqueid', 'AccountID'];

/** @typedef {{ readonly title: string, readonly events: readonly string[] }} Side */

/** The events in what a client has received, whole; responses are none. @param {string} received */
export function eventsOf(received) {
  return received.split('\r\n\r\n').filter((block) => block.startsWith('Event: '));
}

/**
 * Fails unless every event on the right is, byte for byte and in order, one on the left.
 * @param {Side} left @param {Side} right
 */
export function sideBySide(left, right) {
  const lines = [row(left.title, right.title), row('-'.repeat(columnWidth), '-'.repeat(columnWidth))];
  let seen = 0;
  for (const event of left.events) {
    const isSeenByBoth = right.events[seen] === event;
    if (isSeenByBoth) seen += 1;
    lines.push(row(cell(event), isSeenByBoth ? cell(event) : ''));
  }
  const stray = right.events[seen];
  if (stray !== undefined) throw new Error(`${right.title}, alone, saw:\n${stray}`);
  return lines;
}

/** @param {string} left @param {string} right */
function row(left, right) {
  return `${left.padEnd(columnWidth)}  ${right}`.trimEnd();
}

/** @param {string} event */
function cell(event) {
  const headers = new Map(event.split('\r\n').map((line) => splitHeader(line)));
  const telling = tellingHeaders.map((name) => headers.get(name)).find((value) => value !== undefined) ?? '';
  // CEL is many events in one; which one is in a header.
  const name = [headers.get('Event'), headers.get('EventName')].filter((part) => part !== undefined).join(' ');
  return `${name.padEnd(nameWidth)}${telling}`.slice(0, columnWidth).trimEnd();
}

/** @param {string} line @returns {[string, string]} */
function splitHeader(line) {
  const colon = line.indexOf(': ');
  return [line.slice(0, colon), line.slice(colon + 2)];
}
