/**
 * Which actions there are and which classes they need: the upstream's own ListCommands laid over the table we ship.
 * Both must be satisfied where both know an action, so neither an old Asterisk with a hole (AST-2014-006, AST-2014-017)
 * nor a table older than a new advisory opens anything.
 */
import { asciiLowerCase } from '../ami/message.js';
import { CLASS_BITS, type ClassSet, decodePrivilege, holdsAny, NO_CLASSES } from '../ami/privilege.js';
import { SHIPPED_ACTIONS } from './shipped-actions.js';

export interface KnownAction {
  readonly kind: 'known';
  /** The name as Asterisk writes it. */
  readonly name: string;
  /** A user needs any class of each of these sets; with none, every user may do it. */
  readonly needs: readonly ClassSet[];
  /** True when the upstream lists it; false when only our table knows it, say because its module is not loaded. */
  readonly announced: boolean;
}

export type ActionLookup = KnownAction | { readonly kind: 'unknown' };

interface AnnouncedLine {
  readonly action: KnownAction;
  /** The upstream's line, verbatim. */
  readonly line: string;
}

/** The actions of one upstream, as of its last login. */
export interface ActionTable {
  /** By lower-case name. */
  readonly actions: ReadonlyMap<string, KnownAction>;
  /** In the upstream's order. */
  readonly announced: readonly AnnouncedLine[];
}

/** Bits of classes that no label can grant: who holds one holds `all`. */
const ONLY_ALL: ClassSet = 1 << 29;

const PRIVILEGE_START = ' (Priv: ';

const SHIPPED: ReadonlyMap<string, KnownAction> = readShippedActions();

/** Reads the lines of a ListCommands answer; lines that announce no action are skipped. With none, our table is all. */
export function learnActions(lines: readonly string[]): ActionTable {
  const announced = lines.map(readLine).filter((entry) => entry !== null);
  const actions = new Map(SHIPPED);
  for (const { action } of announced) actions.set(asciiLowerCase(action.name), action);
  return { actions, announced };
}

/** An action by the name a client wrote, in any case. */
export function lookupAction(table: ActionTable, name: string): ActionLookup {
  return table.actions.get(asciiLowerCase(name)) ?? { kind: 'unknown' };
}

/** True when a user with these write classes may do it: any class of every set, as in Asterisk (ami-spec 7.1). */
export function maySubmit(write: ClassSet, action: KnownAction): boolean {
  return action.needs.every((classes) => holdsAny(write, classes));
}

/** The upstream's own lines of the actions that these write classes allow: what ListCommands answers such a user. */
export function listCommandsLines(table: ActionTable, write: ClassSet): readonly string[] {
  return table.announced.filter(({ action }) => maySubmit(write, action)).map(({ line }) => line);
}

/** `Name: synopsis (Priv: call,all)`; the synopsis may hold colons and parentheses, so the last `(Priv: ` counts. */
function readLine(line: string): AnnouncedLine | null {
  const colon = line.indexOf(':');
  const start = line.lastIndexOf(PRIVILEGE_START);
  if (colon <= 0 || start < colon || !line.endsWith(')')) return null;
  const name = line.slice(0, colon);
  const privilege = decodePrivilege(line.slice(start + PRIVILEGE_START.length, -1));
  return { line, action: { kind: 'known', name, announced: true, needs: needsOf(name, privilege ?? ONLY_ALL) } };
}

function needsOf(name: string, announced: ClassSet): readonly ClassSet[] {
  const shipped = SHIPPED.get(asciiLowerCase(name))?.needs ?? [];
  const isNew = announced !== NO_CLASSES && !shipped.includes(announced);
  return isNew ? [...shipped, announced] : shipped;
}

function readShippedActions(): ReadonlyMap<string, KnownAction> {
  const actions = new Map<string, KnownAction>();
  for (const [labels, names] of Object.entries(SHIPPED_ACTIONS)) {
    const classes = decodePrivilege(labels) ?? ONLY_ALL;
    const needs = classes === NO_CLASSES ? [] : [classes];
    for (const name of names.split(' ')) {
      actions.set(asciiLowerCase(name), { kind: 'known', name, needs, announced: false });
    }
  }
  return actions;
}

/** The class that the Filter action needs, also where the upstream does not know the action. */
export const FILTER_NEEDS: ClassSet = CLASS_BITS.system;
