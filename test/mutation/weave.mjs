// Weaves all breaks of a file into one text, each behind a switch, so that one copy of the code serves every trial:
//   a && b   becomes   (__broken(7) ? (a || b) : ((__broken(8) ? (true) : (a)) && b))
import ts from 'typescript';

/** @typedef {import('./breaks.mjs').Break} Break */

/** @param {ts.SourceFile} file @param {readonly Break[]} breaks */
export function weave(file, breaks) {
  /** @type {Map<ts.Node, Break[]>} */
  const byNode = new Map();
  for (const one of breaks) byNode.set(one.node, [...(byNode.get(one.node) ?? []), one]);
  return weaveNode(file, file, byNode);
}

/** @param {ts.SourceFile} file @param {ts.Node} node @param {ReadonlyMap<ts.Node, readonly Break[]>} byNode @returns {string} */
function weaveNode(file, node, byNode) {
  const start = ts.isSourceFile(node) ? 0 : node.getStart(file);
  let text = '';
  let at = start;
  ts.forEachChild(node, (child) => {
    if (child.getStart(file) < at || child.end === child.pos) return;
    text += file.text.slice(at, child.getStart(file)) + weaveNode(file, child, byNode);
    at = child.end;
  });
  text += file.text.slice(at, node.end);
  return wrap(isBodyOfLoop(node) ? counted(node, text) : text, byNode.get(node) ?? []);
}

/** @param {string} text @param {readonly Break[]} breaks @returns {string} */
function wrap(text, breaks) {
  const replaced = breaks.filter(({ how }) => how === 'replace');
  const inner = replaced.reduceRight((rest, { id, to }) => `(__broken(${id}) ? (${to}) : (${rest}))`, text);
  const [left] = breaks.filter(({ how }) => how !== 'replace');
  if (left === undefined) return inner;
  if (left.how === 'statement') return `{ if (!__broken(${left.id})) { ${inner} } }`;
  const isProperty = ts.isObjectLiteralElementLike(left.node);
  return isProperty ? `...(__broken(${left.id}) ? {} : { ${inner} })` : `...(__broken(${left.id}) ? [] : [${inner}])`;
}

/** @param {ts.Node} node */
function isBodyOfLoop(node) {
  return node.parent !== undefined && ts.isIterationStatement(node.parent, false) && node.parent.statement === node;
}

/** A break can make a loop endless: each turn is counted. @param {ts.Node} node @param {string} text */
function counted(node, text) {
  return ts.isBlock(node) ? `{ __turn(); ${text.slice(1)}` : `{ __turn(); ${text} }`;
}
