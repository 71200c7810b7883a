import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseConfFile } from '../../src/config/conf-file.js';
import { confFiles } from '../unit/config/conf-arbitrary.js';
import { filesOf, readConfCases, resolveIn } from '../unit/config/conf-cases.js';
import { textOf } from '../unit/config/conf-text.js';
import { type AmiClient, connectAmi } from './ami-client.mjs';
import type { RealAsterisk } from './instance.mjs';
import { provideAsterisk } from './provide.mjs';
import { describeWithAsterisk } from './require-asterisk.js';

const generated = 400;

await describeWithAsterisk('22', 'the configuration grammar of Asterisk 22', () => {
  let asterisk: RealAsterisk;
  let client: AmiClient;
  let count = 0;

  beforeAll(async () => {
    const users = '[tester]\nsecret = tester\nread = none\nwrite = config\n';
    asterisk = await provideAsterisk({ version: '22', name: 'grammar', users });
    client = await connectAmi({ port: asterisk.port });
    await client.login('tester', 'tester');
  });

  afterAll(async () => {
    client.close();
    await asterisk.stop();
  });

  /** What Asterisk makes of these files. Asterisk remembers files by name, so each time `main.conf` has another one. */
  async function resultOf(files: ReadonlyMap<string, string>): Promise<string> {
    const main = `main-${count++}.conf`;
    const written = [...files].map(([name, text]) => writeConf(name === 'main.conf' ? main : name, text));
    const answer = await client.action({ Action: 'GetConfig', Filename: main, Filter: 'TEMPLATES=include' });
    for (const file of written) rmSync(file);
    return resultIn(answer);
  }

  function writeConf(name: string, text: string): string {
    const file = path.join(asterisk.configDir, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text, 'latin1');
    return file;
  }

  it.each(readConfCases('grammar'))('$title', async (one) => {
    expect(await resultOf(filesOf(one))).toBe(one.parts.get('result'));
  });

  it(`is ours for ${generated} files that chance wrote`, async () => {
    const samples = fc.sample(confFiles.filter(isUnambiguous), { numRuns: generated, seed: 22 });

    for (const files of samples) expect(await resultOf(files), JSON.stringify([...files])).toBe(ourResultOf(files));
  });
});

/** A main.conf that includes itself has another name at Asterisk. */
function isUnambiguous(files: ReadonlyMap<string, string>): boolean {
  return !files.get('main.conf')?.includes('main.conf');
}

function ourResultOf(files: ReadonlyMap<string, string>): string {
  const parsed = parseConfFile('main.conf', resolveIn(files));
  return parsed.kind === 'parsed' ? textOf(parsed.sections).replace(/\n+$/, '') : 'invalid';
}

function resultIn(answer: string): string {
  if (answer.startsWith('Response: Error')) return 'invalid';
  const lines = answer.split('\r\n').flatMap((line) => {
    const [, kind, text] = /^(Category|IsTemplate|Line)-[\d-]+: (.*)$/s.exec(line) ?? [];
    if (text === undefined) return [];
    if (kind === 'Category') return [`[${text}]`];
    return [kind === 'IsTemplate' ? '!' : text];
  });
  return lines.join('\n').replace(/\n+$/, '');
}
