// The gateway's counts, from Prometheus' text form, as a table that says what each one is.

/**
 * @typedef {{ readonly name: string, readonly labels: string, readonly value: number }} Sample
 * @typedef {{ readonly text: string, readonly metric: string, readonly label: string, readonly expected: number | null }}
 *   Row  `expected` where the story leaves no choice.
 */

/** @type {readonly Row[]} */
const rows = [
  { text: 'logged in at Asterisk', metric: 'upstream_up', label: '', expected: 1 },
  { text: 'logins accepted', metric: 'auth_attempts_total', label: 'result="success"', expected: 2 },
  { text: 'logins refused for the address', metric: 'auth_attempts_total', label: 'result="acl"', expected: 1 },
  { text: 'actions forwarded to Asterisk', metric: 'actions_total', label: 'decision="forwarded"', expected: 1 },
  { text: 'actions answered here', metric: 'actions_total', label: 'decision="answered"', expected: null },
  { text: 'actions refused for the class', metric: 'actions_total', label: 'decision="missing-class"', expected: 1 },
  { text: 'actions refused for an argument', metric: 'actions_total', label: 'decision="argument"', expected: 1 },
  { text: 'events received from Asterisk', metric: 'upstream_events_total', label: '', expected: null },
  { text: 'events sent to clients', metric: 'events_total', label: 'decision="sent"', expected: null },
  { text: 'events withheld from clients', metric: 'events_total', label: 'decision="withheld"', expected: null },
];

/** Fails when a count is not what the story has made it. @param {string} text of /metrics */
export function countTable(text) {
  const samples = samplesOf(text);
  return rows.map((row) => {
    const count = countOf(row, samples);
    const source = row.label === '' ? row.metric : `${row.metric}{${row.label}}`;
    if (count === 0 || count !== (row.expected ?? count)) throw new Error(`ami_gateway_${source} is ${count}`);
    return `${row.text.padEnd(34)}${String(count).padStart(5)}   ami_gateway_${source}`;
  });
}

/** @param {string} text @returns {Sample[]} */
function samplesOf(text) {
  const matches = text.matchAll(/^ami_gateway_(\w+)(?:\{(.*)\})? (\S+)$/gm);
  return [...matches].map(([, name = '', labels = '', value = '']) => ({ name, labels, value: Number(value) }));
}

/** The sum over the other labels. @param {Row} row @param {readonly Sample[]} samples */
function countOf({ metric, label }, samples) {
  const own = samples.filter(({ name, labels }) => name === metric && labels.includes(label));
  return own.reduce((sum, { value }) => sum + value, 0);
}
