/** What `ami-gateway explain` tells: a verdict, the line that made it, and what would change it. */
import { asciiLowerCase } from '../ami/message.js';
import type { ConfVariable } from '../config/conf-reading.js';
import type { Account } from '../config/manager-conf.js';

export interface Reason {
  /** `file:line`; `null` where no line of a file says it. */
  readonly place: string | null;
  readonly text: string;
}

export interface Explanation {
  /** What was asked, such as `Action Originate`. */
  readonly about: string;
  readonly verdict: 'allowed' | 'refused';
  /** What made the verdict. */
  readonly decided: Reason;
  /** What was looked at as well, and let it pass. */
  readonly passed: readonly Reason[];
  /** Any one of them would allow it; none where nothing would. */
  readonly toAllow: readonly string[];
  readonly notes: readonly string[];
}

/** What a question adds to the three that are known of all. */
export type Grounds = Partial<Pick<Explanation, 'passed' | 'toAllow' | 'notes'>>;

export function allowed(about: string, decided: Reason, grounds: Grounds = {}): Explanation {
  return { about, verdict: 'allowed', decided, passed: [], toAllow: [], notes: [], ...grounds };
}

export function refused(about: string, decided: Reason, grounds: Grounds = {}): Explanation {
  return { about, verdict: 'refused', decided, passed: [], toAllow: [], notes: [], ...grounds };
}

/** For people. */
export function formatExplanation({ about, verdict, decided, passed, toAllow, notes }: Explanation): readonly string[] {
  return [
    `${about}: ${verdict}`,
    `  ${formatReason(decided)}`,
    ...passed.map((reason) => `  also: ${formatReason(reason)}`),
    ...toAllow.map((text, index) => `  ${index === 0 ? 'to allow it:' : '         or:'} ${text}`),
    ...notes.map((text) => `  note: ${text}`),
  ];
}

function formatReason({ place, text }: Reason): string {
  return place === null ? text : `${place}: ${text}`;
}

/** An option as its line stands in the file, told with what it does. */
export function lineReason(option: ConfVariable, meaning: string): Reason {
  return { place: placeOf(option), text: `${shown(option)}: ${meaning}` };
}

/** What no single line says, told at the account's own. */
export function sectionReason({ user, place }: Account, meaning: string): Reason {
  return { place: placeOf(place), text: `[${user}]: ${meaning}` };
}

/** What the last line of this name does; told at the account where there is none. */
export function optionReason(account: Account, name: string, meaning: string): Reason {
  const option = account.options.findLast((one) => asciiLowerCase(one.name) === name);
  return option === undefined ? sectionReason(account, meaning) : lineReason(option, meaning);
}

export function placeOf({ file, line }: { readonly file: string; readonly line: number }): string {
  return `${file}:${line}`;
}

/** The line that a rule says it comes from. */
export function lineAt(account: Account, place: string | null, meaning: string): Reason {
  const option = account.options.find((one) => placeOf(one) === place);
  return option === undefined ? { place, text: meaning } : lineReason(option, meaning);
}

/** Explanations are printed and pasted, so they never show a secret. */
function shown({ name, value }: ConfVariable): string {
  return /^secret/i.test(name) ? `${name} = (not shown)` : `${name} = ${value}`.trimEnd();
}
