/**
 * Comments of Asterisk's configuration files: `;` to the end of the line, and blocks from `;--` to `--;`, which nest.
 * Only `;` is looked at, so a `--;` outside a block ends one that never began: the depth becomes negative, and
 * Asterisk silently drops every line until a later `;--` brings it back to zero.
 */

export interface StrippedLine {
  /** What is left of the line. */
  readonly kept: string;
  /** How many blocks are open behind the line; negative after a stray `--;`. */
  readonly depth: number;
  /** `too-deep` sends Asterisk into an endless loop. */
  readonly fault: 'stray-end' | 'too-deep' | null;
}

const DEEPEST = 128;

/** The state of a scan. While `flowing`, text reaches `kept`; `depth` alone does not tell, because of stray ends. */
interface Scan {
  kept: string;
  rest: string;
  flowing: boolean;
  depth: number;
  fault: StrippedLine['fault'];
}

export function stripComments(line: string, depthBefore: number): StrippedLine {
  const scan: Scan = { kept: '', rest: line, flowing: depthBefore === 0, depth: depthBefore, fault: null };
  for (let at = scan.rest.indexOf(';'); at >= 0; at = scan.rest.indexOf(';')) {
    if (at > 0 && scan.rest[at - 1] === '\\') takeEscaped(scan, at);
    else if (opensBlock(scan.rest, at)) openBlock(scan, at);
    else if (scan.rest.slice(Math.max(at - 2, 0), at) === '--') closeBlock(scan, at);
    else takePlain(scan, at);
  }
  if (scan.flowing) scan.kept += scan.rest;
  return { kept: scan.kept, depth: scan.depth, fault: scan.fault };
}

/** Four dashes in a row or more are an ordinary comment, so that rulers of dashes stay possible. */
function opensBlock(rest: string, at: number): boolean {
  return rest.startsWith('--', at + 1) && rest[at + 3] !== '-';
}

function takeEscaped(scan: Scan, at: number): void {
  if (scan.flowing) scan.kept += `${scan.rest.slice(0, at - 1)};`;
  scan.rest = scan.rest.slice(at + 1);
}

function openBlock(scan: Scan, at: number): void {
  if (scan.depth >= DEEPEST) {
    scan.fault = 'too-deep';
    scan.rest = '';
    return;
  }
  if (scan.flowing) scan.kept += scan.rest.slice(0, at);
  scan.flowing = false;
  scan.depth++;
  scan.rest = scan.rest.slice(at + 3);
}

function closeBlock(scan: Scan, at: number): void {
  if (scan.depth <= 0) scan.fault = 'stray-end';
  scan.depth--;
  // A stray end does not cut its own line.
  if (scan.flowing) scan.kept += scan.rest.slice(0, at + 1);
  if (scan.depth === 0) scan.flowing = true;
  scan.rest = scan.rest.slice(at + 1);
}

function takePlain(scan: Scan, at: number): void {
  const isComment = scan.depth === 0;
  if (scan.flowing) scan.kept += scan.rest.slice(0, isComment ? at : at + 1);
  if (isComment) scan.flowing = false;
  scan.rest = isComment ? '' : scan.rest.slice(at + 1);
}
