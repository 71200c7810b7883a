// Writes the table of metrics into README.md from the one table in src/telemetry/metrics.ts (run after `npm run build`).
import { readFileSync, writeFileSync } from 'node:fs';

// By address, so that the type check does not need a build.
/** @typedef {{ readonly name: string, readonly type: string, readonly labels: readonly string[], readonly help: string }} Row */
/** @type {{ METRIC_ROWS: readonly Row[] }} */
const { METRIC_ROWS } = await import(new URL('../dist/telemetry/metrics.js', import.meta.url).href);

const readme = new URL('../README.md', import.meta.url);
const rows = METRIC_ROWS.map(
  ({ name, type, labels, help }) =>
    `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
);
const text = readFileSync(readme, 'utf8');
const [head = '', rest = ''] = text.split(/<!-- metrics -->\n/);
const tail = rest.slice(rest.indexOf('<!-- /metrics -->'));
const header = '| Metric | Type | Labels | Meaning |\n|---|---|---|---|';
writeFileSync(readme, `${head}<!-- metrics -->\n\n${header}\n${rows.join('\n')}\n\n${tail}`);
