/** Collects the texts of gateway.conf's keys from the file and the environment, which wins. */
import { asciiLowerCase } from '../ami/message.js';
import type { ConfSection } from './conf-reading.js';
import { GATEWAY_KEYS } from './gateway-schema.js';
import { nearestName } from './nearest.js';
import type { Problem } from './problem.js';
import { errorAt, type Place, warningAt, wholeFile } from './report.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A value as it was written, and where. */
export interface PlacedText extends Place {
  readonly key: string;
  readonly text: string;
}

/** By `section.key`. */
export type GatewayTexts = ReadonlyMap<string, PlacedText>;

const PREFIX = 'AMI_GATEWAY_';

export function collectGatewayTexts(
  sections: readonly ConfSection[],
  environment: Environment,
  problems: Problem[],
): GatewayTexts {
  const texts = collectFromFile(sections, problems);
  const overrides = collectFromEnvironment(environment, problems);
  // A secret in the environment replaces a secret_file in the file, and the other way round.
  if (overrides.has('upstream.secret')) texts.delete('upstream.secret_file');
  if (overrides.has('upstream.secret_file')) texts.delete('upstream.secret');
  return new Map([...texts, ...overrides]);
}

function collectFromFile(sections: readonly ConfSection[], problems: Problem[]): Map<string, PlacedText> {
  const texts = new Map<string, PlacedText>();
  for (const section of sections) {
    if (section.isTemplate) continue;
    const sectionName = asciiLowerCase(section.name);
    const keys = GATEWAY_KEYS.get(sectionName);
    if (keys === undefined) {
      problems.push(unknown(section, `section [${section.name}]`, nearestName(sectionName, [...GATEWAY_KEYS.keys()])));
      continue;
    }
    for (const option of section.variables) {
      const key = asciiLowerCase(option.name);
      if (!keys.includes(key)) {
        problems.push(unknownKey(option, option.name, key, sectionName, keys));
        continue;
      }
      const path = `${sectionName}.${key}`;
      if (texts.has(path)) problems.push(warningAt(option, `${option.name} is set again: the last one counts`));
      texts.set(path, { key, text: option.value, file: option.file, line: option.line });
    }
  }
  return texts;
}

function unknownKey(place: Place, name: string, key: string, section: string, keys: readonly string[]): Problem {
  return unknown(place, `key '${name}' in [${section}]`, nearestName(key, keys));
}

function unknown(place: Place, what: string, meant: string | null): Problem {
  return errorAt(place, `unknown ${what}`, meant === null ? null : `did you mean '${meant}'?`);
}

/** An empty variable counts as not set, which is how it is unset in a compose file. */
function collectFromEnvironment(environment: Environment, problems: Problem[]): Map<string, PlacedText> {
  const names = new Map(
    [...GATEWAY_KEYS].flatMap(([section, keys]) =>
      keys.map((key) => [`${PREFIX}${section}_${key}`.toUpperCase(), { path: `${section}.${key}`, key }] as const),
    ),
  );
  const texts = new Map<string, PlacedText>();
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith(PREFIX) || text === undefined || text === '') continue;
    if (name === CONFIG_VARIABLE || isServiceLink(text)) continue;
    const known = names.get(name);
    if (known !== undefined) texts.set(known.path, { key: known.key, text, ...wholeFile(name) });
    else problems.push(unknownVariable(name, [...names.keys()]));
  }
  return texts;
}

/** Names the directory of the configuration, and is read before there is one. */
const CONFIG_VARIABLE = `${PREFIX}CONFIG`;

/** Kubernetes puts `tcp://…` into variables of this form for a service that is called like us; they are no settings. */
function isServiceLink(text: string): boolean {
  return /^tcp:\/\/[\d.:[\]a-f]+$/.test(text);
}

function unknownVariable(name: string, names: readonly string[]): Problem {
  const meant = nearestName(name, names);
  const hint = meant === null ? null : `did you mean ${meant}?`;
  return warningAt(wholeFile(name), 'this environment variable is not known and ignored', hint);
}
