// What can be broken in a file: every place where another text makes another decision.
//   a condition that always or never holds, an operand left out, && for ||, < for <=, a ! left out, a refusal that is
//   null, an entry missing from a table, a number one off, an empty text, a pattern that matches all or nothing
import ts from 'typescript';
import { brokenExpressions } from './broken-expressions.mjs';
import { brokenReturns } from './broken-returns.mjs';

/**
 * One deliberate break. `replace` puts `to` for the node; `entry` leaves an element of a list or a property of a table
 * out; `statement` leaves a statement out.
 * @typedef {{ node: ts.Node, how: 'replace' | 'entry' | 'statement', to: string }} Change
 * @typedef {Change & { id: number, file: string, line: number, column: number, source: string, from: string, isTable: boolean }} Break
 */

/**
 * Every break of a file, in the order of its text, numbered from `firstId`.
 * @param {ts.SourceFile} file @param {string} name @param {number} firstId
 * @returns {Break[]}
 */
export function findBreaks(file, name, firstId) {
  /** @type {Break[]} */
  const breaks = [];
  const lines = file.text.split('\n');
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (isWithoutEffect(node)) return;
    for (const change of distinct(changesOf(node))) {
      const { line, character } = file.getLineAndCharacterOfPosition(change.node.getStart(file));
      const from = change.node.getText(file);
      if (change.how === 'replace' && change.to === from) continue;
      const source = (lines[line] ?? '').trim();
      breaks.push({
        ...change,
        id: firstId + breaks.length,
        file: name,
        line: line + 1,
        column: character + 1,
        source,
        from,
        isTable: !isInFunction(node),
      });
    }
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(file, visit);
  return breaks;
}

/** @param {readonly Change[]} changes */
function distinct(changes) {
  return new Map(changes.map((change) => [`${change.how} ${change.to}`, change])).values();
}

/** Types and imports leave nothing in the running program. @param {ts.Node} node */
function isWithoutEffect(node) {
  return (
    ts.isTypeNode(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node)
  );
}

/** @param {ts.Node} node @returns {Change[]} */
function changesOf(node) {
  if (ts.isExpression(node))
    return isReplaceable(node) ? [...brokenExpressions(node), ...brokenReturns(node), ...brokenEntry(node)] : [];
  return [...brokenStatement(node), ...brokenEntry(node)];
}

/** Names, and a link of an optional chain, cannot be put in parentheses. @param {ts.Expression} node */
function isReplaceable(node) {
  const { parent } = node;
  if (ts.isPropertyAssignment(parent) && parent.name === node) return false;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return false;
  if (ts.isTaggedTemplateExpression(parent)) return false;
  return !(ts.isOptionalChain(node) && ts.isOptionalChain(parent));
}

/** @param {ts.Node} node @returns {Change[]} */
function brokenStatement(node) {
  if (ts.isContinueStatement(node) || ts.isBreakStatement(node)) {
    return ts.isCaseOrDefaultClause(node.parent) ? [] : [{ node, how: 'statement', to: '' }];
  }
  return ts.isExpressionStatement(node) ? [{ node, how: 'statement', to: '' }] : [];
}

/** An element of a list; a property of a table of the module. @param {ts.Node} node @returns {Change[]} */
function brokenEntry(node) {
  const { parent } = node;
  if (ts.isArrayLiteralExpression(parent)) return [{ node, how: 'entry', to: '' }];
  if (!ts.isObjectLiteralElementLike(node) || !ts.isObjectLiteralExpression(parent)) return [];
  return isInFunction(parent) ? [] : [{ node, how: 'entry', to: '' }];
}

/** @param {ts.Node} node @returns {boolean} */
function isInFunction(node) {
  if (ts.isSourceFile(node)) return false;
  return ts.isFunctionLike(node) || isInFunction(node.parent);
}
