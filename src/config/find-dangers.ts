/** Everything in a valid configuration that is dangerous. */
import { asciiLowerCase } from '../ami/message.js';
import type { LoadedConfig } from './compile-config.js';
import type { ConfSection } from './conf-reading.js';
import type { Danger } from './danger.js';
import { findAccountDangers } from './danger-accounts.js';
import { type FileSurroundings, findFileDangers } from './danger-files.js';
import { findNetworkDangers, isReachable } from './danger-network.js';
import { findGeneral } from './general-section.js';
import { type Place, wholeFile } from './report.js';

/** None where the configuration is not usable: then its errors come first. */
export function findDangers(loaded: LoadedConfig, files: FileSurroundings): readonly Danger[] {
  const { nameOf } = files;
  const { config, accounts, sections, gatewayPlaces } = loaded;
  if (config === null) return [];
  const places = {
    bindAddress: lineIn(sections.manager, 'bindaddr') ?? wholeFile(nameOf('manager.conf')),
    httpBindAddress: lineIn(sections.http, 'bindaddr') ?? wholeFile(nameOf('http.conf')),
    gateway: (key: string) => gatewayPlaces.get(key) ?? wholeFile(nameOf('gateway.conf')),
  };
  return [
    ...findAccountDangers([...accounts.values()], isReachable(config)),
    ...findNetworkDangers(config, places),
    ...findFileDangers(config, sections, files),
  ];
}

/** The last line of this name in `[general]`, or where that begins. */
function lineIn(sections: readonly ConfSection[], name: string): Place | null {
  const general = findGeneral(sections);
  return general?.variables.findLast((option) => asciiLowerCase(option.name) === name) ?? general;
}
