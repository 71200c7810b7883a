/** Asterisk's bytes end at every place where they can. */
import { type CutsFound, Cutter, type Manner, SHAPES } from './faults/cuts.js';
import { count } from './faults/figures.js';
import { declarePart, type Figure, type HostileContext } from './part.js';

const MANNERS: readonly Manner[] = [
  { ids: 'named', next: 'behind' },
  { ids: 'nameless', next: 'behind' },
  { ids: 'nameless', next: 'pipelined' },
];
const SHOWN_FAULTS = 3;

declarePart({ name: 'fault-cuts', run });

async function run(context: HostileContext): Promise<readonly Figure[]> {
  const cutter = await Cutter.start();
  try {
    return await cutEverything(cutter, Math.round(1 / context.scale), context);
  } finally {
    await cutter.stop();
  }
}

async function cutEverything(cutter: Cutter, stride: number, context: HostileContext): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  const note = (what: string, found: readonly CutsFound[]) => {
    figures.push(figureOf(what, found));
    context.say(`${what}: ${figures.at(-1)?.figure}`);
  };
  for (const shape of SHAPES) {
    const found: CutsFound[] = [];
    for (const manner of MANNERS) {
      for (const cut of ['end', 'reset'] as const) found.push(await cutter.cutAnswers(shape, manner, cut, stride));
    }
    note(`answer cut at every byte: ${shape.what}`, found);
  }
  note('login for actions cut at every byte', [
    await cutter.cutActionLogins('end', stride),
    await cutter.cutActionLogins('reset', stride),
  ]);
  note('login for events cut at every byte', [await cutter.cutEventLogins('end', stride)]);
  note('events cut at every byte', [await cutter.cutEvents(stride)]);
  return figures;
}

function figureOf(what: string, found: readonly CutsFound[]): Figure {
  const cuts = found.reduce((sum, each) => sum + each.cuts, 0);
  const wrong = found.flatMap((each) => each.wrong);
  const detail = wrong.slice(0, SHOWN_FAULTS).join('; ');
  return { what, figure: `${count(cuts)} cuts, ${wrong.length} wrong`, met: cuts > 0 && wrong.length === 0, detail };
}
