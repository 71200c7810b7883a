import type { ConfSection } from '../../../src/config/conf-reading.js';

/** Sections as text: `[name]`, `!` for a template, and name=value. Asterisk's GetConfig tells the same. */
export function textOf(sections: readonly ConfSection[]): string {
  const lines = sections.flatMap((section) => [
    `[${section.name}]`,
    ...(section.isTemplate ? ['!'] : []),
    ...section.variables.map((variable) => `${variable.name}=${variable.value}`),
  ]);
  return lines.join('\n');
}
