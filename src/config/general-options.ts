/** What each option of `[general]` means: one row an option. */
import { separateArguments } from '../policy/dialplan-arguments.js';
import { parseBindAddress } from './bind-address.js';
import type { ConfVariable } from './conf-reading.js';
import type { GeneralSettings, ListenerTlsSettings } from './general-settings.js';
import type { Problem } from './problem.js';
import { errorAt, warningAt } from './report.js';
import { parseWithin, readBoolean, readNumber } from './values.js';

/** The settings with this option applied; problems go to `problems`. */
export type ApplyOption = (settings: GeneralSettings, option: ConfVariable, problems: Problem[]) => GeneralSettings;

type FlagName = {
  [Name in keyof GeneralSettings]: boolean extends GeneralSettings[Name] ? Name : never;
}[keyof GeneralSettings];
type TlsFlagName = {
  [Name in keyof ListenerTlsSettings]: ListenerTlsSettings[Name] extends boolean ? Name : never;
}[keyof ListenerTlsSettings];
type TlsTextName = {
  [Name in keyof ListenerTlsSettings]: string extends ListenerTlsSettings[Name] ? Name : never;
}[keyof ListenerTlsSettings];

function flag(name: FlagName): ApplyOption {
  return (settings, option, problems) => ({ ...settings, [name]: readBoolean(option, problems) });
}

function tlsFlag(name: TlsFlagName): ApplyOption {
  return (settings, option, problems) => withTls(settings, { [name]: readBoolean(option, problems) });
}

function tlsText(name: TlsTextName): ApplyOption {
  return (settings, option) => withTls(settings, { [name]: option.value });
}

function withTls(settings: GeneralSettings, change: Partial<ListenerTlsSettings>): GeneralSettings {
  return { ...settings, tls: { ...settings.tls, ...change } };
}

const port: ApplyOption = (settings, option, problems) => {
  const number = parseWithin(option.value, 1024, 65_535);
  if (number === null) problems.push(errorAt(option, `invalid port '${option.value}'`, 'a port is 1024 to 65535'));
  return number === null ? settings : { ...settings, port: number };
};

const bindAddress: ApplyOption = (settings, option, problems) => {
  const parsed = parseBindAddress(option.value);
  if (parsed === null) {
    // Asterisk would listen on every address then.
    problems.push(errorAt(option, `invalid bindaddr '${option.value}'`, 'an IPv4 or IPv6 address, not a name'));
    return settings;
  }
  if (parsed.port !== null) problems.push(warningAt(option, 'the port behind the address is ignored', 'use port ='));
  return { ...settings, bindAddress: parsed.address };
};

const tlsBindAddress: ApplyOption = (settings, option, problems) => {
  const parsed = parseBindAddress(option.value);
  if (parsed === null) {
    const hint = 'an IPv4 or IPv6 address, with or without a port';
    problems.push(errorAt(option, `invalid ${option.name} '${option.value}'`, hint));
    return settings;
  }
  return withTls(settings, { bindAddress: parsed.address, port: parsed.port || settings.tls.port });
};

const authTimeout: ApplyOption = (settings, option, problems) => {
  const authTimeoutMs = readNumber(option, { least: 1, default: 30, unit: 1000 }, problems);
  return { ...settings, authTimeoutMs };
};

const authLimit: ApplyOption = (settings, option, problems) => {
  return { ...settings, authLimit: readNumber(option, { least: 1, default: 50, unit: 1 }, problems) };
};

const httpTimeout: ApplyOption = (settings, option, problems) => {
  return { ...settings, httpTimeoutMs: readNumber(option, { least: 1, default: 60, unit: 1000 }, problems) };
};

/** Blanks before a name are tolerated, blanks behind it belong to it, as in Asterisk. */
const disabledEvents: ApplyOption = (settings, option) => {
  const names = option.value.split(',').map((name) => name.replace(/^[\x00- ]+/, ''));
  return { ...settings, disabledEvents: names.filter((name) => name !== '') };
};

/** Asterisk adds at most this many variables to events. */
const MOST_CHANNEL_VARS = 127;

const channelVars: ApplyOption = (settings, option, problems) => {
  const separated = separateArguments(option.value, MOST_CHANNEL_VARS).map((name) => name.replace(/^[\x00- ]+/, ''));
  const names = separated.filter((name) => name !== '');
  for (const name of names.filter(isFunction)) {
    // No event tells what a function would return.
    const hint = "write it into channelvars of Asterisk's own manager.conf too";
    problems.push(warningAt(option, `${name} is a function: events have it only where Asterisk itself sends it`, hint));
  }
  return { ...settings, channelVars: names };
};

/** Asterisk takes it for one by its parenthesis. */
function isFunction(name: string): boolean {
  return name.includes('(');
}

const ROWS: readonly (readonly [names: string, apply: ApplyOption])[] = [
  ['enabled', flag('enabled')],
  ['webenabled', flag('webEnabled')],
  ['port', port],
  ['bindaddr', bindAddress],
  ['authtimeout', authTimeout],
  ['authlimit', authLimit],
  ['allowmultiplelogin', flag('allowMultipleLogin')],
  ['displayconnects', flag('displayConnects')],
  ['httptimeout', httpTimeout],
  ['timestampevents', flag('timestampEvents')],
  ['brokeneventsaction', flag('brokenEventsAction')],
  ['debug', flag('debug')],
  ['channelvars', channelVars],
  ['disabledevents', disabledEvents],
  ['tlsenable sslenable', tlsFlag('enabled')],
  ['tlsbindaddr sslbindaddr', tlsBindAddress],
  ['tlscertfile tlscert sslcert', tlsText('certificateFile')],
  ['tlsprivatekey sslprivatekey', tlsText('privateKeyFile')],
  ['tlscipher sslcipher', tlsText('cipher')],
  ['tlsservercipherorder', tlsFlag('prefersServerCipherOrder')],
  ['tlsdisablev1', tlsFlag('disablesTls10')],
  ['tlsdisablev11', tlsFlag('disablesTls11')],
  ['tlsdisablev12', tlsFlag('disablesTls12')],
];

/** By the lower-case name. */
export const GENERAL_OPTIONS: ReadonlyMap<string, ApplyOption> = new Map(
  ROWS.flatMap(([names, apply]) => names.split(' ').map((name) => [name, apply] as const)),
);
