/** Sections as text of a configuration file, of which `parseConfFile` makes the same sections again. */

export interface WrittenSection {
  readonly name: string;
  readonly options: readonly WrittenOption[];
}

export interface WrittenOption {
  readonly name: string;
  readonly value: string;
}

/** `head` becomes a comment above them all. */
export function writeConf(head: readonly string[], sections: readonly WrittenSection[]): string {
  const comment = head.map((line) => `; ${line}`.trimEnd());
  const texts = sections.map(({ name, options }) => [`[${escaped(name)}]`, ...options.map(writeOption)].join('\n'));
  return `${[comment.join('\n'), ...texts].join('\n\n')}\n`;
}

function writeOption({ name, value }: WrittenOption): string {
  return `${escaped(name)} = ${escaped(value)}`.trimEnd();
}

/** A `;` would begin a comment. */
function escaped(text: string): string {
  return text.replaceAll(';', '\\;');
}
