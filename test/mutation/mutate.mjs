// Breaks the code that refuses, one deliberate break at a time, and sees whether a test or the compiler notices.
//   npm run mutate                              everything that decides
//   npm run mutate -- src/policy/acl.ts         these files
//
//   find breaks ──► a copy with all behind a switch ──► tests try each ──► survivors: compile? ──► justified?
import { refusedByCompiler } from './compiler.mjs';
import { breaksOf, filesLike, makeCopy } from './copy.mjs';
import { readCaught, readReached, record, writeHomes } from './records.mjs';
import { report } from './report.mjs';
import { runTrials, TestsFail } from './trials.mjs';

/** What decides: the policy, its classes, and what makes a policy of a section or refuses the user. */
const DECIDING = [
  'src/policy/*.ts',
  'src/ami/privilege.ts',
  'src/config/acl-*.ts',
  'src/config/class-list.ts',
  'src/config/manager-conf.ts',
  'src/config/user-*.ts',
];

const files = process.argv.slice(2);
const begun = Date.now();
const chosen = new Set((files.length > 0 ? files : DECIDING).flatMap(requireFiles));
const breaks = breaksOf([...chosen]);
say(`${breaks.length} breaks`);
const copy = makeCopy(breaks);
try {
  writeHomes(copy.folder, breaks);
  await runTrials(copy.folder, 'quick');
  const refused = refuseUncompiled();
  await runTrials(copy.folder, 'slow');
  const caught = readCaught();
  process.exitCode = report(breaks, { caught, refused, reached: readReached() }) ? 0 : 1;
  say('done');
} catch (error) {
  if (!(error instanceof TestsFail)) throw error;
  console.error(error.message);
  process.exitCode = 2;
} finally {
  copy.remove();
}
process.exit();

/** @param {string} pattern */
function requireFiles(pattern) {
  const found = filesLike(pattern);
  if (found.length > 0) return found;
  console.error(
    `mutate: no file of the repository is like ${pattern}; write a path from its root, with * in its last part`,
  );
  process.exit(2);
}

/** What does not compile never runs: it need not be tried again. */
function refuseUncompiled() {
  const caught = readCaught();
  say(`${breaks.length - caught.size} left for the compiler`);
  const refused = refusedByCompiler(breaks.filter(({ id }) => !caught.has(id)));
  for (const id of refused) record('caught', { id, file: 'compiler' });
  say(`${breaks.length - caught.size - refused.size} left for the slow tests`);
  return refused;
}

/** @param {string} text */
function say(text) {
  console.log(`${String(Math.round((Date.now() - begun) / 1000)).padStart(4)} s  ${text}`);
}
