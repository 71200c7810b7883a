/** `[general]` of a file, as Asterisk finds it. */
import { asciiLowerCase } from '../ami/message.js';
import type { ConfSection, ConfVariable } from './conf-reading.js';

/** The first of its name that is no template: Asterisk does not look at others. */
export function findGeneral(sections: readonly ConfSection[]): ConfSection | null {
  return sections.find((section) => !section.isTemplate && asciiLowerCase(section.name) === 'general') ?? null;
}

export function generalOptions(sections: readonly ConfSection[]): readonly ConfVariable[] {
  return findGeneral(sections)?.variables ?? [];
}
