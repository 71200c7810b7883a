// How the demo prints: at most 100 columns, headings in bold on a terminal.

const isBold = process.stdout.isTTY && process.env.NO_COLOR === undefined;

/** @param {readonly string[]} lines */
export function say(...lines) {
  for (const line of lines) process.stdout.write(`${line}\n`);
}

/** @param {readonly string[]} lines */
export function indented(...lines) {
  say(...lines.map((line) => (line === '' ? '' : `  ${line}`)));
}

/** @param {string} title */
export function headed(title) {
  say('', isBold ? `\x1b[1m${title}\x1b[0m` : title);
}

/** The `Message` of a response. @param {string} response */
export function messageOf(response) {
  return /^Message: (.*)\r$/m.exec(response)?.[1] ?? '';
}
