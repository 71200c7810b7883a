// Suites that need a real Asterisk: run where there is one, skipped aloud where there is none, failed where
// AMI_REQUIRE_ASTERISK says that there has to be one ("1" asks for Asterisk 22, "all" for 16 too).
import { describe, expect, it } from 'vitest';
import { type AsteriskVersion, findAsterisk } from './installation.mjs';

/** Declares a suite that starts real Asterisks of this version. Await it at the top level of the test file. */
export async function describeWithAsterisk(version: AsteriskVersion, title: string, suite: () => void): Promise<void> {
  const asterisk = await findAsterisk(version);
  if (asterisk.kind === 'installed') {
    describe(title, suite);
    return;
  }
  const absence = `no Asterisk ${version}: ${asterisk.reason}`;
  if (isRequired(version)) {
    describe(title, () => it(`has an Asterisk ${version}`, () => expect.fail(absence)));
    return;
  }
  console.warn(`SKIPPED "${title}", ${absence}`);
  describe.skip(`${title} (${absence})`, suite);
}

function isRequired(version: AsteriskVersion): boolean {
  const required = process.env.AMI_REQUIRE_ASTERISK ?? '';
  if (required === '' || required === '0') return false;
  return version === '22' || required === 'all';
}
