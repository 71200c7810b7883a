/** Parameters of HTTP requests: a message of exactly these lines, in which no value has become a line of its own. */
import { encodeAction } from '../../../../src/ami/encoder.js';
import { asciiLowerCase } from '../../../../src/ami/message.js';
import { HTML_MARKUP, translate, xmlMarkup } from '../../../../src/http/markup.js';
import { decodeParameters, messageOf } from '../../../../src/http/parameters.js';
import { readAsAsterisk } from '../asterisk-reading.js';
import { mutated } from '../mutate.js';
import { difference, type FuzzTarget } from '../target.js';

const TEXTS = [
  'action=login&username=u&secret=s',
  'action=Originate&Channel=Local%2F1%40a&Variable=A%3D1&Variable=B%3D2',
  'action=Command&command=core+show+version&ActionID=%41%42',
  'Action=Ping&a=%0d%0aAction:%20Originate',
  `action=Ping&${'x=y&'.repeat(126)}z=1`,
];
const WORDS = [
  ...['&', '=', '%', '+', '%0d%0a', '%0A', '%00', '%3a', ':', '%20', '%zz', '%2', '%E9', '\r\n', ' ', '&&', '==', '#'],
  ...['action=', 'Action=', 'ActionID=', 'action%3dx', '<script>', '%3Cb%3E', '"', "'", '%22', '%26', 'x'.repeat(1022)],
];

export const httpParameters: FuzzTarget = {
  name: 'HTTP parameters: one message, one line each, nothing unescaped',
  inputs: 150_000,
  make: (random) => mutated(TEXTS, random, WORDS),
  judge: (input) => {
    const parameters = decodeParameters(input);
    const message = messageOf(parameters);
    if (!message.ok || message.value.kind !== 'action') return null;
    const { headers, name } = message.value.action;
    const wire = headers.map(({ line }) => `${line}\r\n`).join('');
    const [read, ...more] = readAsAsterisk(encodeAction(headers.map(({ line }) => line)).toString('latin1'));
    if (read?.kind !== 'action' || more.length > 0) return `Asterisk would read ${JSON.stringify([read, ...more])}`;
    const expected = parameters.map((one) => `${one.name}: ${one.value}`);
    const found =
      difference(read.lines, expected) ??
      difference(
        headers.map(({ key }) => key ?? ''),
        keys(parameters),
      );
    return found ?? judgeMarkup(`Response: Error\r\nMessage: ${name}\r\n${wire}\r\n`);
  },
};

function keys(parameters: readonly { readonly name: string }[]): readonly string[] {
  return parameters.map(({ name }) => asciiLowerCase(name));
}

/** Nothing that came from outside opens or closes a tag or an attribute. */
function judgeMarkup(answer: string): string | null {
  const xml = translate(answer, xmlMarkup('unknown', 'generic'));
  const isXml = /^<response type='object' id='unknown'><generic(?: [a-z_][\w-]*='[^'<>"]*')* \/><\/response>\n$/;
  if (!isXml.test(xml)) return `as XML: ${JSON.stringify(xml)}`;
  const html = translate(answer, HTML_MARKUP).replace(/<\/?(?:tr|td|hr|br)(?: colspan="2")?>/g, '');
  return /[<>"']/.test(html) ? `as HTML: ${JSON.stringify(html)}` : null;
}
