/**
 * Actions that are tried on a gateway while something breaks, each with a judge of what comes back. An attempt has one
 * end: the whole answer, or the gateway's own error that says that the outcome is unknown or that it was not sent.
 */
export type Outcome = 'answered' | 'unknown' | 'not-sent';

export interface Attempt {
  readonly id: string;
  readonly lines: readonly string[];
  /** Takes the next block of the answer. Null: more is to come. Throws when no right answer can begin like this. */
  take(block: string): Outcome | null;
}

/** What the gateway says when Asterisk did not answer. */
const GATEWAY_ERRORS: readonly (readonly [string, Outcome])[] = [
  ['; the outcome of the action is unknown', 'unknown'],
  ['; the action was not sent', 'not-sent'],
];

export type MakeAttempt = (id: string) => Attempt;

/** One event that is counted where it arrives: it tells how often the action was executed. */
export const userEvent: MakeAttempt = (id) =>
  attempt(id, ['Action: UserEvent', 'UserEvent: Tried', `Tried: ${id}`], (block) => {
    if (!isSuccess(block) || !block.includes('\r\nMessage: Event Sent\r\n')) throw wrong(block);
    return 'answered';
  });

/** One block of many lines, which says at its end how many they are. Fewer while Asterisk still loads its modules. */
export function showFunctions(everyLine: ReadonlySet<string>): MakeAttempt {
  return (id) =>
    attempt(id, ['Action: Command', `Command: ${SHOW_FUNCTIONS}`], (block) => {
      const lines = withoutActionId(block).split('\r\n');
      const said = / (\d+) custom functions installed\.$/.exec(lines.at(-3) ?? '')?.[1];
      const isWhole = Number(said) === lines.length - FUNCTION_FRAME_LINES;
      if (!isWhole || !lines.slice(0, -3).every((line) => everyLine.has(line))) throw wrong(block);
      return 'answered';
    });
}

export const SHOW_FUNCTIONS = 'core show functions';
/** Two headers, two lines of title, the line with the count and two ends of lines. */
const FUNCTION_FRAME_LINES = 7;

/** A list of `DB_ITEMS` items, each of which must be the next one, whole. */
export const DB_FAMILY = 'hostile';
export const DB_ITEMS = 2000;
export const dbKey = (index: number) => String(index).padStart(6, '0');
export const dbValue = (index: number) => `${index * 7919}-${'v'.repeat(index % 90)}`;

export const dbList: MakeAttempt = (id) => {
  let items = -1;
  return attempt(id, ['Action: DBGetTree', `Family: ${DB_FAMILY}`], (block) => {
    if (items < 0) {
      if (!isSuccess(block) || !block.includes('\r\nEventList: start\r\n')) throw wrong(block);
      items = 0;
      return null;
    }
    if (block.includes('\r\nEventList: Complete\r\n')) {
      if (items !== DB_ITEMS || !block.includes(`\r\nListItems: ${DB_ITEMS}\r\n`)) throw wrong(block);
      return 'answered';
    }
    const key = `\r\nKey: /${DB_FAMILY}/${dbKey(items)}\r\nVal: ${dbValue(items)}\r\n`;
    if (!block.startsWith('Event: DBGetTreeResponse\r\n') || !block.includes(key)) throw wrong(block);
    items += 1;
    return null;
  });
};

/** A list whose length changes: what it says at its end must be what came. */
export const channelList: MakeAttempt = (id) => {
  let items = -1;
  return attempt(id, ['Action: CoreShowChannels'], (block) => {
    if (items < 0) {
      if (!isSuccess(block) || !block.includes('\r\nEventList: start\r\n')) throw wrong(block);
      items = 0;
      return null;
    }
    if (block.startsWith('Event: CoreShowChannelsComplete\r\n')) {
      if (!block.includes(`\r\nListItems: ${items}\r\n`)) throw wrong(block);
      return 'answered';
    }
    if (!block.startsWith('Event: CoreShowChannel\r\n')) throw wrong(block);
    items += 1;
    return null;
  });
};

export function withoutActionId(block: string): string {
  return block.replace(/\r\nActionID: [^\r\n]*\r\n/, '\r\n');
}

function attempt(id: string, lines: readonly string[], judge: (block: string) => Outcome | null): Attempt {
  return { id, lines, take: (block) => gatewayErrorOf(block) ?? judge(block) };
}

function gatewayErrorOf(block: string): Outcome | null {
  if (!block.startsWith('Response: Error\r\n')) return null;
  return GATEWAY_ERRORS.find(([text]) => block.endsWith(`${text}\r\n\r\n`))?.[1] ?? null;
}

function isSuccess(block: string): boolean {
  return block.startsWith('Response: Success\r\n');
}

function wrong(block: string): Error {
  return new Error(`a wrong answer: ${JSON.stringify(block.slice(0, 300))}`);
}
