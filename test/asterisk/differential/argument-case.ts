/** One case: messages to send as each of several users, with what each side answers compared whole. */

export interface ArgumentCase {
  readonly title: string;
  /** `{side}`, `{user}` and `{etc}` stand for the names of the side and of the user, and for Asterisk's own directory. */
  readonly text: string;
}

/** One action with these lines; it is named by them. */
export function ask(action: string, ...lines: readonly string[]): ArgumentCase {
  return { title: [action, ...lines].join(' | '), text: messageOf(action, lines) };
}

/** The same action once for each of these lines. */
export function askEach(action: string, lines: readonly string[], ...rest: readonly string[]): readonly ArgumentCase[] {
  return lines.map((line) => ask(action, line, ...rest));
}

/** Several actions, one behind the other; the last ones undo what the first have done. */
export function askAll(title: string, ...cases: readonly ArgumentCase[]): ArgumentCase {
  return { title, text: cases.map(({ text }) => text).join('') };
}

export interface Place {
  readonly side: string;
  readonly user: string;
  readonly etc: string;
}

export function fillIn(text: string, { side, user, etc }: Place): string {
  return text.replaceAll('{side}', side).replaceAll('{user}', user).replaceAll('{etc}', etc);
}

function messageOf(action: string, lines: readonly string[]): string {
  return `${[`Action: ${action}`, 'ActionID: it', ...lines].map((line) => `${line}\r\n`).join('')}\r\n`;
}
