/** What the parts about faults have in common in their lines of the table. */
import type { Figure } from '../part.js';
import type { EventReader } from './event-reader.js';
import type { Ledger } from './ledger.js';
import type { Rig } from './rig.js';

const MIB = 2 ** 20;
/** What is live may not have grown; compiled code and metrics are. */
const MOST_HEAP_RISE_BYTES = 8 * MIB;
/** What the allocator may keep behind a storm. */
const MOST_RESIDENT_RISE_BYTES = 96 * MIB;
const SHOWN_FAULTS = 5;

export function ledgerFigure(what: string, times: string, ledger: Ledger): Figure {
  const faults = [...ledger.faults, ...ledger.wronglyExecuted];
  const { answered, unknown, 'not-sent': notSent } = ledger.counts;
  const counts = `${count(answered)} answered, ${count(unknown)} unknown, ${count(notSent)} not sent`;
  const executed = `${count(ledger.executions)} executed, each once`;
  return {
    what,
    figure: `${times}, ${count(ledger.total)} actions: one end each, ${faults.length} wrong`,
    met: faults.length === 0 && answered > 0,
    detail: faults.length === 0 ? `${counts}; ${executed}` : faults.slice(0, SHOWN_FAULTS).join('; '),
  };
}

export function readersFigure(what: string, readers: readonly EventReader[]): Figure {
  const faults = readers.flatMap((reader) => reader.faults);
  const received = readers.reduce((sum, reader) => sum + reader.received, 0);
  return {
    what: `${what}: readers`,
    figure: `${readers.length} readers, ${count(received)} events, 0 doubled, 0 out of order, 0 dropped`,
    met: faults.length === 0,
    detail:
      faults.length === 0
        ? 'who reads system heard FullyBooted once each time'
        : faults.slice(0, SHOWN_FAULTS).join('; '),
  };
}

/** Against what the gateway was when the callers came for the first time; behind garbage collections. */
export async function memoryFigure(what: string, rig: Rig): Promise<Figure> {
  const { memory, descriptors } = rig.idle;
  const after = await rig.gateway.settledMemory();
  const open = rig.gateway.descriptors;
  const heap = `heap ${mib(memory.heapUsed)} → ${mib(after.heapUsed)} MiB`;
  const resident = `RSS ${mib(memory.rss)} → ${mib(after.rss)} MiB`;
  const isBack = open <= descriptors && after.heapUsed - memory.heapUsed <= MOST_HEAP_RISE_BYTES;
  return {
    what: `${what}: back to idle`,
    figure: `${heap}, ${resident}, descriptors ${descriptors} → ${open}`,
    met: isBack && rig.gateway.isAlive && after.rss - memory.rss <= MOST_RESIDENT_RISE_BYTES,
    detail: 'behind a garbage collection, with the readers still there',
  };
}

export function count(number: number): string {
  return number.toLocaleString('en-US');
}

export function mib(bytes: number): string {
  return (bytes / MIB).toFixed(0);
}
