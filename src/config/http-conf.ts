/**
 * http.conf: where AMI over HTTP listens. The gateway serves AMI only, so options about other content are reported; an
 * error stops the start, because a listener that is not as it was meant may be one that is open.
 */
import { asciiLowerCase } from '../ami/message.js';
import { type BindAddress, parseBindAddress } from './bind-address.js';
import type { ConfSection, ConfVariable } from './conf-reading.js';
import { GENERAL_OPTIONS } from './general-options.js';
import { DEFAULT_GENERAL, type ListenerTlsSettings } from './general-settings.js';
import type { HttpSettings } from './http-settings.js';
import { nearestName } from './nearest.js';
import type { Problem } from './problem.js';
import { errorAt, warningAt } from './report.js';
import { parseWithin, readBoolean, readNumber } from './values.js';

export interface HttpConf {
  /** `null`: nothing is to listen, or there is an error. */
  readonly settings: HttpSettings | null;
  readonly problems: readonly Problem[];
}

/** What the lines said so far; which of it becomes a listener is decided at the end. */
interface Written {
  readonly enabled: boolean;
  readonly bindAddress: BindAddress | null;
  readonly port: number;
  readonly tls: ListenerTlsSettings;
  readonly rest: Omit<HttpSettings, 'plain' | 'tls'>;
}

type ApplyHttpOption = (written: Written, option: ConfVariable, problems: Problem[]) => Written;

const DEFAULTS: Written = {
  enabled: false,
  bindAddress: null,
  port: 8088,
  // As in Asterisk, whose HTTP server prefers its own order of ciphers.
  tls: { ...DEFAULT_GENERAL.tls, port: 8089, prefersServerCipherOrder: true },
  rest: { prefix: '', serverName: null, sessionLimit: 100, inactivityMs: 30_000, keepAliveMs: 15_000 },
};

export function compileHttpConf(sections: readonly ConfSection[]): HttpConf {
  const problems: Problem[] = [];
  const visible = sections.filter((section) => !section.isTemplate);
  const general = visible.find(isGeneral);
  for (const section of visible) if (!isGeneral(section)) refuseRestriction(section, problems);
  if (general === undefined) return { settings: null, problems };
  const written = general.variables.reduce((before, option) => applyOption(before, option, problems), DEFAULTS);
  const settings = settingsOf(written, general, problems);
  const isUsable = problems.every((problem) => problem.severity !== 'error');
  return { settings: isUsable ? settings : null, problems };
}

function isGeneral(section: ConfSection): boolean {
  return asciiLowerCase(section.name) === 'general';
}

/** The newest Asterisk narrows paths down by such sections. What we would ignore must not look as if it protected. */
function refuseRestriction(section: ConfSection, problems: Problem[]): void {
  const type = section.variables.find((option) => asciiLowerCase(option.name) === 'type');
  if (type === undefined || asciiLowerCase(type.value) !== 'restriction') return;
  const hint = 'use deny, permit and acl of the accounts in manager.conf';
  problems.push(errorAt(section, `the restriction [${section.name}] is not supported`, hint));
}

function applyOption(written: Written, option: ConfVariable, problems: Problem[]): Written {
  const name = asciiLowerCase(option.name);
  const apply = OPTIONS.get(name);
  if (apply !== undefined) return apply(written, option, problems);
  const meant = nearestName(name, [...OPTIONS.keys()]);
  const hint = meant === null ? null : `did you mean '${meant}'?`;
  problems.push(warningAt(option, `unknown option '${option.name}' is ignored, as in Asterisk`, hint));
  return written;
}

const bindAddress: ApplyHttpOption = (written, option, problems) => {
  const parsed = parseBindAddress(option.value);
  if (parsed !== null) return { ...written, bindAddress: parsed };
  problems.push(errorAt(option, `invalid bindaddr '${option.value}'`, 'an IPv4 or IPv6 address, not a name'));
  return written;
};

const bindPort: ApplyHttpOption = (written, option, problems) => {
  const port = parseWithin(option.value, 1, 65_535);
  if (port === null) problems.push(errorAt(option, `invalid bindport '${option.value}'`, 'a port is 1 to 65535'));
  return port === null ? written : { ...written, port };
};

/** Asterisk cuts the prefix to 78 bytes and takes whatever it is; what cannot stand in a path would never be asked for. */
const prefix: ApplyHttpOption = (written, option, problems) => {
  const text = option.value.slice(0, 78);
  if (!/^[\w.~/-]*$/.test(text) || text.startsWith('/') || text.endsWith('/')) {
    const hint = 'letters, digits, - . _ ~ and / inside, without a / at its ends';
    problems.push(errorAt(option, `invalid prefix '${option.value}'`, hint));
    return written;
  }
  return withRest(written, { prefix: text === '' ? '' : `/${text}` });
};

const serverName: ApplyHttpOption = (written, option, problems) => {
  if (/^[\x20-\x7e]*$/.test(option.value)) return withRest(written, { serverName: option.value.slice(0, 127) });
  problems.push(errorAt(option, 'servername has a byte that does not fit into a header'));
  return written;
};

function count(name: 'sessionLimit' | 'inactivityMs' | 'keepAliveMs', least: 0 | 1): ApplyHttpOption {
  return (written, option, problems) => {
    const rule = { least, default: DEFAULTS.rest[name], unit: 1 } as const;
    return withRest(written, { [name]: readNumber(option, rule, problems) });
  };
}

/** The options of TLS mean the same here as in manager.conf. */
const tls: ApplyHttpOption = (written, option, problems) => {
  const apply = GENERAL_OPTIONS.get(asciiLowerCase(option.name));
  const applied = apply?.({ ...DEFAULT_GENERAL, tls: written.tls }, option, problems);
  return { ...written, tls: applied?.tls ?? written.tls };
};

const otherContent: ApplyHttpOption = (written, option, problems) => {
  const isOff = asciiLowerCase(option.name) !== 'redirect' && !readBoolean(option, problems);
  if (!isOff) problems.push(warningAt(option, `${option.name} is ignored: the gateway serves AMI and nothing else`));
  return written;
};

function withRest(written: Written, change: Partial<Written['rest']>): Written {
  return { ...written, rest: { ...written.rest, ...change } };
}

const TLS_OPTIONS =
  'tlsenable sslenable tlsbindaddr sslbindaddr tlscertfile tlscert sslcert tlsprivatekey sslprivatekey tlscipher sslcipher tlsservercipherorder tlsdisablev1 tlsdisablev11 tlsdisablev12';

const ROWS: readonly (readonly [names: string, apply: ApplyHttpOption])[] = [
  ['enabled', (written, option, problems) => ({ ...written, enabled: readBoolean(option, problems) })],
  ['bindaddr', bindAddress],
  ['bindport', bindPort],
  ['prefix', prefix],
  ['servername', serverName],
  ['sessionlimit', count('sessionLimit', 1)],
  ['session_inactivity', count('inactivityMs', 1)],
  ['session_keep_alive', count('keepAliveMs', 0)],
  ['enablestatic enable_static enable_status redirect', otherContent],
  [TLS_OPTIONS, tls],
];

/** True for an option about AMI, and not about what else Asterisk serves. */
export function isHttpOption({ name }: ConfVariable): boolean {
  const apply = OPTIONS.get(asciiLowerCase(name));
  return apply !== undefined && apply !== otherContent;
}

const OPTIONS: ReadonlyMap<string, ApplyHttpOption> = new Map(
  ROWS.flatMap(([names, apply]) => names.split(' ').map((name) => [name, apply] as const)),
);

/** HTTPS may listen alone, but only on an address of its own; without one it takes that of plain HTTP. */
function settingsOf(written: Written, general: ConfSection, problems: Problem[]): HttpSettings | null {
  const { enabled, bindAddress: address, port, rest } = written;
  const tlsAddress = written.tls.bindAddress ?? (enabled ? (address?.address ?? null) : null);
  if (enabled && address === null) {
    problems.push(errorAt(general, 'bindaddr is missing', 'Asterisk does not listen without one: say where'));
  }
  if (!enabled && written.tls.enabled && tlsAddress === null) {
    problems.push(
      errorAt(general, 'tlsbindaddr is missing', 'without plain HTTP, tlsenable needs an address of its own'),
    );
  }
  const plain = enabled && address !== null ? { bindAddress: address.address, port: address.port || port } : null;
  const secured = written.tls.enabled && tlsAddress !== null ? { ...written.tls, bindAddress: tlsAddress } : null;
  return plain === null && secured === null ? null : { plain, tls: secured, ...rest };
}
