/** Accounts that users.conf of an Asterisk makes. */
import { asciiLowerCase } from '../ami/message.js';
import { isTrue } from '../ami/truth.js';
import type { ConfFile } from '../config/conf-file.js';
import type { ConfVariable } from '../config/conf-reading.js';
import { generalOptions } from '../config/general-section.js';
import type { LeftAccount } from './import-accounts.js';

/** Asterisk up to 22 makes accounts of phones with `hasmanager`, by default with every right. */
export function findPhoneUsers(conf: ConfFile): readonly LeftAccount[] {
  if (conf.kind !== 'parsed') return [];
  const byDefault = hasManager(generalOptions(conf.sections)) ?? false;
  const phones = conf.sections.filter(({ isTemplate, name }) => !isTemplate && asciiLowerCase(name) !== 'general');
  return phones.flatMap(({ name, variables, file, line }) => {
    if (!(hasManager(variables) ?? byDefault)) return [];
    const reason = `${file}:${line}: an account by hasmanager = yes, which the gateway does not read: give it a section in manager.conf if a program uses it`;
    return [{ user: name, reasons: [reason] }];
  });
}

function hasManager(options: readonly ConfVariable[]): boolean | null {
  const option = options.find(({ name }) => asciiLowerCase(name) === 'hasmanager');
  return option === undefined ? null : isTrue(option.value);
}
