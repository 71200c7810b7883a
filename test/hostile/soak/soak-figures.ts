/** The soak in lines of the table. */
import { count, mib } from '../faults/figures.js';
import type { Figure } from '../part.js';
import type { Crowd, Idle } from './crowd.js';
import { median, type Sample, slopeOf } from './samples.js';

const MIB = 2 ** 20;
/** The first part of a run warms up: caches, compiled code, buffers. */
const WARM_UP = 0.25;
/** What the line through the samples may rise over the rest of the run. */
const MOST_RISE_BYTES = 16 * MIB;
const MOST_DESCRIPTORS_RISE = 4;
/** What is live on the heap behind a garbage collection may not have grown by more. */
const MOST_HEAP_RISE_BYTES = 8 * MIB;
/** A fifth of the second that a person takes for "at once"; a machine under other load may need it. */
const MOST_LOOP_MS = 200;
const SHOWN_FAULTS = 5;

export function soakFigures(minutes: number, crowd: Crowd, before: Idle, after: Idle): readonly Figure[] {
  const warm = crowd.sampler.samples.filter((_, index, { length }) => index >= length * WARM_UP);
  return [
    eventsFigure(minutes, crowd),
    actionsFigure(crowd),
    ...guestFigures(crowd),
    ...growthFigures(warm),
    loopFigure(warm),
    idleFigure(before, after),
  ];
}

function eventsFigure(minutes: number, crowd: Crowd): Figure {
  const made = crowd.sources.reduce((sum, source) => sum + source.sent, 0);
  const gaps = crowd.readers.reduce((sum, reader) => sum + reader.gaps, 0);
  const complete = crowd.readers.filter((reader) => crowd.sources.every((source) => reader.hasAllOf(source)));
  const faults = crowd.readers.flatMap((reader) => reader.faults);
  const isMet = gaps === 0 && faults.length === 0 && complete.length === crowd.readers.length && made > 0;
  const detail = `${count(made)} made in ${minutes} minutes; doubled or out of order: ${faults.length}`;
  const what = `${crowd.readers.length} readers in 5 views, 4 of them over HTTP`;
  const figure = `${count(crowd.received)} events, ${gaps} gaps, ${complete.length} readers have all of theirs`;
  return { what, figure, met: isMet, detail: [detail, ...faults.slice(0, SHOWN_FAULTS)].join('; ') };
}

function actionsFigure({ ledger }: Crowd): Figure {
  const { counts } = ledger;
  const isSingle = (id: string) => Number(id.split('-').at(-1)) % 2 === 0;
  const missing = ledger.unexecuted(isSingle);
  const faults = [...ledger.faults, ...ledger.wronglyExecuted, ...missing.map((id) => `${id} was not executed`)];
  const figure = `${count(counts.answered)} answered, ${faults.length} wrong, ${counts.unknown + counts['not-sent']} failed`;
  const isMet = faults.length === 0 && counts.answered > 0 && counts.unknown + counts['not-sent'] === 0;
  const detail = `${count(ledger.executions)} were counted at Asterisk, each once`;
  return {
    what: '14 callers, half of them without ActionIDs',
    figure,
    met: isMet,
    detail: [detail, ...faults.slice(0, SHOWN_FAULTS)].join('; '),
  };
}

function guestFigures(crowd: Crowd): readonly Figure[] {
  const { refused, banned } = crowd.guesses;
  const told: Readonly<Record<string, string>> = {
    reconnecting: 'logins of a client that comes and goes',
    guessing: `guesses: ${refused} refused, ${banned} closed unheard by a ban`,
    notReading: `clients that did not read: ${crowd.sluggards.closed} closed`,
    browsing: 'whole sessions over HTTP',
    calling: 'calls',
  };
  return Object.entries(crowd.guests).map(([name, { visits, faults }]) => ({
    what: told[name] ?? name,
    figure: `${count(visits)}, ${faults.length} wrong`,
    met: faults.length === 0 && visits > 0,
    detail: faults.slice(0, SHOWN_FAULTS).join('; '),
  }));
}

function growthFigures(samples: readonly Sample[]): readonly Figure[] {
  const seconds = (samples.at(-1)?.seconds ?? 0) - (samples[0]?.seconds ?? 0);
  const bytes = slopeOf(samples, (sample) => sample.residentBytes);
  const descriptors = slopeOf(samples, (sample) => sample.descriptors);
  const resident = samples.map((sample) => sample.residentBytes);
  const open = samples.map((sample) => sample.descriptors);
  const detail = `${samples.length} samples over ${seconds.toFixed(0)} s behind the warm-up`;
  return [
    {
      what: 'resident memory',
      figure: `${mib(median(resident))} MiB (${mib(Math.min(...resident))} to ${mib(Math.max(...resident))}), slope ${((bytes * 60) / MIB).toFixed(2)} MiB a minute`,
      met: samples.length > 1 && bytes * seconds <= MOST_RISE_BYTES,
      detail,
    },
    {
      what: 'open descriptors',
      figure: `${median(open)} (${Math.min(...open)} to ${Math.max(...open)}), slope ${(descriptors * 60).toFixed(2)} a minute`,
      met: samples.length > 1 && descriptors * seconds <= MOST_DESCRIPTORS_RISE,
      detail,
    },
  ];
}

function loopFigure(samples: readonly Sample[]): Figure {
  const delays = samples.map((sample) => sample.loopMs);
  const figure = `median ${median(delays).toFixed(1)} ms, worst ${Math.max(...delays).toFixed(1)} ms`;
  const detail = '99th percentile of each 5 s';
  return { what: "delay of the gateway's event loop", figure, met: median(delays) <= MOST_LOOP_MS, detail };
}

function idleFigure(before: Idle, after: Idle): Figure {
  const heap = `heap ${mib(before.memory.heapUsed)} → ${mib(after.memory.heapUsed)} MiB`;
  const resident = `RSS ${mib(before.memory.rss)} → ${mib(after.memory.rss)} MiB`;
  const descriptors = `descriptors ${before.descriptors} → ${after.descriptors}`;
  const isMet =
    after.sessions === 0 &&
    after.descriptors <= before.descriptors &&
    after.memory.heapUsed - before.memory.heapUsed <= MOST_HEAP_RISE_BYTES;
  const what = 'back to idle';
  return {
    what,
    figure: `${heap}, ${resident}, ${descriptors}, ${after.sessions} sessions`,
    met: isMet,
    detail: 'behind a garbage collection',
  };
}
