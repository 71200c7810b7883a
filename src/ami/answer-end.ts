/**
 * Whether an answer that broke off had already come to its end. The sentinel behind an answer says so when it arrives;
 * where the connection broke between the two, the shape of the answer does: a client that holds the whole of it must
 * not be told a second end, which it would take for the answer to its next action.
 *
 *     Response: …                          ends with its block
 *     Response: … EventList: start         ends with EventList: Complete, or with a Response: Error (ShowDialPlan)
 *     Response: Follows                    ends with --END COMMAND-- (Asterisk up to 13)
 *     bare lines                           end at the first empty line (IAXnetstats; Queues up to 14)
 *     Event: … without a Response          nobody knows
 */
const BLOCK_END = Buffer.from('\r\n\r\n', 'latin1');
const LIST_START = /\r\nEventList: start\r\n/i;
const LIST_END = /\r\nEventList: Complete\r\n/i;
const COMMAND_END = '--END COMMAND--\r\n\r\n';

/** `first` is the first block of the answer and what came with it, `last` what came last; both end with a block. */
export function isWholeAnswer(first: Buffer, last: Buffer): boolean {
  const head = firstBlock(first);
  if (head.startsWith('Event:')) return false;
  if (!head.startsWith('Response:')) return true;
  const end = lastBlock(last);
  if (head.startsWith('Response: Follows\r\n')) return end.endsWith(COMMAND_END);
  if (!LIST_START.test(head)) return true;
  return LIST_END.test(end) || end.startsWith('Response: Error\r\n');
}

/** A block that was passed on in parts has its head in the first of them. */
function firstBlock(blocks: Buffer): string {
  const end = blocks.indexOf(BLOCK_END);
  return blocks.toString('latin1', 0, end < 0 ? blocks.length : end + BLOCK_END.length);
}

function lastBlock(blocks: Buffer): string {
  const before = blocks.lastIndexOf(BLOCK_END, blocks.length - BLOCK_END.length - 1);
  return blocks.toString('latin1', before < 0 ? 0 : before + BLOCK_END.length);
}
