// The breaks of one expression.
import ts from 'typescript';

/** @typedef {import('./breaks.mjs').Change} Change */

/** @type {ReadonlyMap<ts.SyntaxKind, readonly string[]>} */
const OPERATORS = new Map([
  [ts.SyntaxKind.AmpersandAmpersandToken, ['||']],
  [ts.SyntaxKind.BarBarToken, ['&&']],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, ['!==']],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, ['===']],
  [ts.SyntaxKind.LessThanToken, ['<=', '>=']],
  [ts.SyntaxKind.LessThanEqualsToken, ['<', '>']],
  [ts.SyntaxKind.GreaterThanToken, ['>=', '<=']],
  [ts.SyntaxKind.GreaterThanEqualsToken, ['>', '<']],
  [ts.SyntaxKind.AmpersandToken, ['|']],
  [ts.SyntaxKind.BarToken, ['&']],
  [ts.SyntaxKind.CaretToken, ['|']],
  [ts.SyntaxKind.LessThanLessThanToken, ['>>']],
  [ts.SyntaxKind.GreaterThanGreaterThanToken, ['<<']],
  [ts.SyntaxKind.PlusToken, ['-']],
  [ts.SyntaxKind.MinusToken, ['+']],
  [ts.SyntaxKind.AsteriskToken, ['/']],
  [ts.SyntaxKind.SlashToken, ['*']],
  [ts.SyntaxKind.PercentToken, ['*']],
  [ts.SyntaxKind.PlusEqualsToken, ['-=']],
  [ts.SyntaxKind.BarEqualsToken, ['&=']],
  [ts.SyntaxKind.AmpersandEqualsToken, ['|=']],
]);

/** @type {ReadonlyMap<string, string>} */
const METHODS = new Map([
  ['every', 'some'],
  ['some', 'every'],
  ['startsWith', 'includes'],
  ['endsWith', 'includes'],
  ['indexOf', 'lastIndexOf'],
  ['lastIndexOf', 'indexOf'],
  ['find', 'findLast'],
  ['findLast', 'find'],
  ['min', 'max'],
  ['max', 'min'],
]);

/** Calls of which only what they are called on is left. */
const LEFT_OUT = [
  'trim',
  'trimStart',
  'trimEnd',
  'toLowerCase',
  'toUpperCase',
  'slice',
  'filter',
  'replace',
  'replaceAll',
  'sort',
  'toSorted',
  'reverse',
];

/** Functions of which only the argument is left. */
const TRANSPARENT = ['asciiLowerCase', 'asciiUpperCase', 'trimBlanks'];

/** @param {ts.Expression} node @returns {Change[]} */
export function brokenExpressions(node) {
  return [...truths(node), ...rewritten(node)].map((to) => ({ node, how: 'replace', to }));
}

/** What holds or does not, said to hold always or never. @param {ts.Expression} node @returns {string[]} */
function truths(node) {
  const { parent } = node;
  if (isConditionOf(node, parent))
    return ts.isWhileStatement(parent) || ts.isForStatement(parent) ? ['false'] : ['true', 'false'];
  if (ts.isBinaryExpression(parent)) {
    if (parent.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken) return ['true'];
    if (parent.operatorToken.kind === ts.SyntaxKind.BarBarToken) return ['false'];
  }
  return isTruth(node) && !ts.isParenthesizedExpression(parent) ? ['true', 'false'] : [];
}

/** @param {ts.Node} node @param {ts.Node} parent */
function isConditionOf(node, parent) {
  if (ts.isConditionalExpression(parent) || ts.isForStatement(parent)) return parent.condition === node;
  return (ts.isIfStatement(parent) || ts.isWhileStatement(parent)) && parent.expression === node;
}

/** @param {ts.Expression} node */
function isTruth(node) {
  if (ts.isPrefixUnaryExpression(node)) return node.operator === ts.SyntaxKind.ExclamationToken;
  if (!ts.isBinaryExpression(node)) return false;
  const { kind } = node.operatorToken;
  const isComparison = kind >= ts.SyntaxKind.LessThanToken && kind <= ts.SyntaxKind.ExclamationEqualsEqualsToken;
  return isComparison || kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken;
}

/** @param {ts.Expression} node @returns {string[]} */
function rewritten(node) {
  if (ts.isBinaryExpression(node)) return rewrittenOperator(node);
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) return rewrittenUnary(node);
  if (ts.isCallExpression(node)) return rewrittenCall(node);
  if (node.kind === ts.SyntaxKind.TrueKeyword) return ['false'];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return ['true'];
  return rewrittenLiteral(node);
}

/** @param {ts.BinaryExpression} node @returns {string[]} */
function rewrittenOperator({ left, operatorToken, right }) {
  const [before, after] = [left.getText(), right.getText()];
  if (operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) return [before, after];
  return (OPERATORS.get(operatorToken.kind) ?? []).map((operator) => `${before} ${operator} ${after}`);
}

/** @param {ts.PrefixUnaryExpression | ts.PostfixUnaryExpression} node @returns {string[]} */
function rewrittenUnary({ operator, operand }) {
  const inner = operand.getText();
  if (operator === ts.SyntaxKind.PlusPlusToken) return [`${inner}--`];
  if (operator === ts.SyntaxKind.MinusMinusToken) return [`${inner}++`];
  return [inner];
}

/** @param {ts.CallExpression} node @returns {string[]} */
function rewrittenCall(node) {
  const callee = node.expression;
  if (ts.isIdentifier(callee)) {
    return TRANSPARENT.includes(callee.text) ? node.arguments.map((argument) => argument.getText()) : [];
  }
  if (!ts.isPropertyAccessExpression(callee)) return [];
  const receiver = callee.expression.getText();
  if (LEFT_OUT.includes(callee.name.text)) return [receiver];
  const other = METHODS.get(callee.name.text);
  if (other === undefined) return [];
  const mark = callee.questionDotToken === undefined ? '.' : '?.';
  return [`${receiver}${mark}${other}(${node.arguments.map((argument) => argument.getText()).join(', ')})`];
}

/** @param {ts.Expression} node @returns {string[]} */
function rewrittenLiteral(node) {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node))
    return node.text === '' ? ["'broken'"] : ["''"];
  if (ts.isTemplateExpression(node)) return ["''"];
  if (ts.isNumericLiteral(node) || ts.isBigIntLiteral(node)) return offByOne(node);
  if (ts.isRegularExpressionLiteral(node)) return rewrittenPattern(node.text);
  return [];
}

/** @param {ts.NumericLiteral | ts.BigIntLiteral} node @returns {string[]} */
function offByOne(node) {
  const mark = ts.isBigIntLiteral(node) ? 'n' : '';
  if (!Number.isInteger(Number(node.text.replace(/n$/, '')))) return [`${Number(node.text) * 2}`];
  const value = BigInt(node.text.replace(/n$/, '').replaceAll('_', ''));
  return value === 0n ? [`1${mark}`] : [`${value + 1n}${mark}`, `${value - 1n}${mark}`];
}

/** @param {string} text @returns {string[]} */
function rewrittenPattern(text) {
  const end = text.lastIndexOf('/');
  const [body, flags] = [text.slice(1, end), text.slice(end + 1)];
  const bodies = ['(?!)', '(?:)'];
  if (body.startsWith('^')) bodies.push(body.slice(1));
  if (body.endsWith('$') && !body.endsWith('\\$')) bodies.push(body.slice(0, -1));
  const looser = [...body.matchAll(/(?<![\\(])[+*?](?![)?]|$)/g)].map(
    ({ index }) => body.slice(0, index) + body.slice(index + 1),
  );
  const patterns = [...bodies, ...looser].filter(isPattern).map((changed) => `/${changed}/${flags}`);
  const withoutFlag = [...flags].filter((flag) => flag !== 'g').map((flag) => `/${body}/${flags.replace(flag, '')}`);
  return [...patterns, ...withoutFlag];
}

/** @param {string} body */
function isPattern(body) {
  try {
    new RegExp(body);
    return body !== '';
  } catch {
    return false;
  }
}
