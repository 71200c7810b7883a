// The breaks of what a function returns: a refusal that is null, a predicate that always or never holds, a list that
// is empty.
import ts from 'typescript';

/** @typedef {import('./breaks.mjs').Change} Change */

/** @param {ts.Expression} node @returns {Change[]} */
export function brokenReturns(node) {
  if (ts.isCallExpression(node) && node.expression.getText() === 'unreachable') return [];
  const owner = functionReturning(node);
  const type = owner?.type?.getText() ?? '';
  return othersOf(type)
    .filter((to) => to !== node.getText())
    .map((to) => ({ node, how: 'replace', to }));
}

/** @param {string} type @returns {string[]} */
function othersOf(type) {
  if (type === 'boolean') return ['true', 'false'];
  if (/\| null$/.test(type)) return ['null'];
  if (/^readonly .*\[\]$/.test(type)) return ['[]'];
  return [];
}

/** The function whose result this expression is. @param {ts.Expression} node @returns {ts.SignatureDeclaration | null} */
function functionReturning(node) {
  const { parent } = node;
  if (ts.isArrowFunction(parent) && parent.body === node) return parent;
  if (!ts.isReturnStatement(parent)) return null;
  /** @type {ts.Node} */
  let owner = parent;
  while (!ts.isFunctionLike(owner) && !ts.isSourceFile(owner)) owner = owner.parent;
  return ts.isFunctionLike(owner) ? owner : null;
}
