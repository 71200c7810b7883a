/** What is known of an action before there is an Asterisk to ask. */
import { asciiLowerCase } from '../ami/message.js';
import type { ClassSet } from '../ami/privilege.js';
import { learnActions, lookupAction, maySubmit } from '../policy/action-classes.js';
import { LOCAL_ACTIONS } from '../policy/authorize-action.js';
import { nearestName } from './nearest.js';

const SHIPPED = learnActions([]);

/** Why a rule on actions of this name never applies; `null` when it may. */
export function whyNeverForwarded(name: string): string | null {
  const local = LOCAL_ACTIONS.find((one) => asciiLowerCase(one) === asciiLowerCase(name));
  if (local !== undefined) return `${local} is answered by the gateway itself`;
  if (lookupAction(SHIPPED, name).kind === 'known') return null;
  const names = [...SHIPPED.actions.values()].map((action) => action.name);
  const meant = nearestName(name, names);
  return `Asterisk has no action ${name}${meant === null ? '' : `, did you mean ${meant}?`}`;
}

/** True when a user with these classes may do an action of this name, as far as is known. */
export function mayDo(write: ClassSet, name: string): boolean {
  const known = lookupAction(SHIPPED, name);
  return known.kind === 'unknown' || maySubmit(write, known);
}
