#!/usr/bin/env node
// Provides a real Asterisk to tests, to the demo and to benches; run by itself, to whoever wants to try one:
//   node test/asterisk/provide.mjs [22|16] [--keep]
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeHome } from './asterisk-files.mjs';
import { freePort } from './free-ports.mjs';
import { findAsterisk, homesOf } from './installation.mjs';
import { startInstance } from './instance.mjs';
import { removeLeftovers, removeOnExit } from './leftovers.mjs';
import { identify } from './processes.mjs';

export { findAsterisk };

/**
 * @typedef {import('./installation.mjs').AsteriskVersion} AsteriskVersion
 * @typedef {import('./instance.mjs').RealAsterisk} RealAsterisk
 * @typedef {import('./installation.mjs').Installation} Installation
 */

/**
 * What to provide. `users`, `general`, `acl` and `dialplan` are text for manager.conf's user sections, its [general],
 * acl.conf and extensions.conf; `files` go beside them by name, or in their place; `tls` holds PEM texts.
 * @typedef {{
 *   readonly version: AsteriskVersion, readonly name: string,
 *   readonly users?: string, readonly general?: string, readonly acl?: string, readonly dialplan?: string,
 *   readonly files?: Readonly<Record<string, string>>, readonly systemname?: string, readonly port?: number,
 *   readonly http?: { readonly port?: number } | null,
 *   readonly tls?: { readonly port?: number, readonly certificate: string, readonly key: string } | null,
 *   readonly home?: 'kept' | 'removed'
 * }} Wanted
 */

/**
 * Starts an Asterisk of one's own and waits until it is fully booted. It ends with this process at the latest.
 * @param {Wanted} wanted
 * @returns {Promise<RealAsterisk>}
 */
export async function provideAsterisk(wanted) {
  const installation = await findAsterisk(wanted.version);
  if (installation.kind === 'unavailable') throw new Error(`no Asterisk ${wanted.version}: ${installation.reason}`);
  const home = makeHome(installation, wanted);
  const inside = installation.root === null ? home : home.slice(installation.root.length);
  const ports = await choosePorts(wanted);
  const settings = { home: inside, modulesDir: installation.modulesDir, dataDir: installation.dataDir };
  writeHome(home, { ...settings, ...valuesOf(wanted, inside, ports) }, { ...tlsFiles(wanted), ...wanted.files });
  return startInstance({ installation, home, inside, ports });
}

/** @param {Installation} installation @param {Wanted} wanted */
function makeHome(installation, { name, home: fate }) {
  // The path of the control socket must fit in 107 bytes.
  if (!/^[\w-]{1,32}$/.test(name)) throw new Error(`${name} is no name for an instance`);
  const homes = homesOf(installation);
  mkdirSync(homes, { recursive: true });
  removeLeftovers(homes);
  const home = mkdtempSync(path.join(homes, `${name}-`));
  if (fate === 'kept') return home;
  writeFileSync(path.join(home, 'owner'), identify(process.pid) ?? '');
  removeOnExit(home);
  return home;
}

/** @param {Wanted} wanted */
async function choosePorts({ port, http, tls }) {
  return {
    ami: port ?? (await freePort()),
    http: http ? (http.port ?? (await freePort())) : 0,
    tls: tls ? (tls.port ?? (await freePort())) : 0,
    sip: await freePort(),
    chanSip: await freePort(),
    iax: await freePort(),
    skinny: await freePort(),
  };
}

/** @typedef {Awaited<ReturnType<typeof choosePorts>>} Ports */

/** @param {Wanted} wanted @param {string} inside @param {Ports} ports */
function valuesOf(wanted, inside, ports) {
  return {
    systemName: wanted.systemname ?? '',
    amiPort: ports.ami,
    webEnabled: wanted.http ? 'yes' : 'no',
    httpPort: ports.http,
    sipPort: ports.sip,
    chanSipPort: ports.chanSip,
    iaxPort: ports.iax,
    skinnyPort: ports.skinny,
    general: [wanted.general ?? '', ...tlsLines(wanted, inside, ports.tls)].join('\n'),
    users: wanted.users ?? '',
    acl: wanted.acl ?? '',
    dialplan: wanted.dialplan ?? '',
  };
}

/** @param {Wanted} wanted @param {string} inside @param {number} port */
function tlsLines({ tls }, inside, port) {
  if (!tls) return [];
  const files = [`tlscertfile = ${inside}/etc/ami.crt`, `tlsprivatekey = ${inside}/etc/ami.key`];
  return ['tlsenable = yes', `tlsbindaddr = 127.0.0.1:${port}`, ...files];
}

/** @param {Wanted} wanted @returns {Record<string, string>} */
function tlsFiles({ tls }) {
  return tls ? { 'ami.crt': tls.certificate, 'ami.key': tls.key } : {};
}

/** @param {readonly string[]} args */
async function tryOut(args) {
  const version = args.includes('16') ? '16' : '22';
  const users = '[demo]\nsecret = demo\nread = all\nwrite = all\n';
  const home = args.includes('--keep') ? 'kept' : 'removed';
  const asterisk = await provideAsterisk({ version, name: 'try', users, http: {}, home });
  process.stdout.write(`Asterisk ${version} booted in ${asterisk.startSeconds.toFixed(1)} s\n`);
  process.stdout.write(`AMI is at 127.0.0.1:${asterisk.port}, user demo, secret demo\n`);
  process.stdout.write(
    `AMI over HTTP is at http://127.0.0.1:${asterisk.httpPort}/manager?action=login&username=demo&secret=demo\n`,
  );
  process.stdout.write(`its configuration is in ${asterisk.configDir}; Ctrl-C ends it\n`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await asterisk.stop();
}

if (import.meta.filename === process.argv[1]) await tryOut(process.argv.slice(2));
