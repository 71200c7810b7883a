// Writes the home of one instance: its configuration, from the templates in conf/, and the folders it writes to.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const templates = fileURLToPath(new URL('conf/', import.meta.url));
const folders = ['etc', 'run', 'log', 'spool/voicemail', 'lib/keys', 'lib/moh', 'cache'];

/** Files whose defaults will do, but whose absence is an error to the module that reads them. */
const emptyFiles = [
  'aeap.conf',
  'ccss.conf',
  'chan_websocket.conf',
  'cli_aliases.conf',
  'features.conf',
  'geolocation.conf',
  'pjproject.conf',
  'pjsip_wizard.conf',
  'res_fax.conf',
  'res_http_media_cache.conf',
  'stir_shaken.conf',
  'udptl.conf',
  'websocket_client.conf',
  'xmpp.conf',
];

/**
 * @param {string} home as the host sees it
 * @param {Readonly<Record<string, string | number>>} values of the {{names}} in the templates
 * @param {Readonly<Record<string, string>>} files more files, or others in place of the templates; by name
 */
export function writeHome(home, values, files) {
  for (const folder of folders) mkdirSync(path.join(home, folder), { recursive: true });
  const empty = emptyFiles.map((name) => [name, '']);
  const filled = readdirSync(templates).map((name) => [name, fill(name, values)]);
  for (const [name = '', text = ''] of [...empty, ...filled, ...Object.entries(files)]) {
    const file = path.join(home, 'etc', name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text, 'latin1');
  }
}

/** @param {string} name @param {Readonly<Record<string, string | number>>} values */
function fill(name, values) {
  const template = readFileSync(path.join(templates, name), 'latin1');
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_, key) => {
    const value = values[key];
    if (value === undefined) throw new Error(`conf/${name} asks for ${key}, which is not given`);
    return String(value);
  });
}
