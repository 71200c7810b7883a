/** Reads `manager show user`, to say plainly which rights the gateway's account at Asterisk lacks. */
import { ALL_CLASSES, labelsOf } from '../ami/privilege.js';

const NO_COMMAND =
  "read = all and write = all are needed in Asterisk's manager.conf; without the class command they cannot even be checked";

/**
 * One sentence for each of read and write that is less than `all`, from the answer to
 * `Command: manager show user …`. Empty when nothing is missing or the answer says nothing about it.
 */
export function missingRights(answer: string): readonly string[] {
  if (answer.includes('\r\nMessage: Permission denied\r\n')) return [NO_COMMAND];
  return (['read', 'write'] as const).flatMap((kind) => {
    const held = new RegExp(`^Output:\\s+${kind} perm: *([^\\r\\n]*)\\r?$`, 'mi').exec(answer)?.[1];
    if (held === undefined || held.split(',').includes('all')) return [];
    const labels = new Set(held.split(','));
    const missing = labelsOf(ALL_CLASSES).filter((label) => !labels.has(label));
    if (missing.length === 0) return [];
    return [`${kind} = all is needed in Asterisk's manager.conf; missing: ${missing.join(',')}`];
  });
}
