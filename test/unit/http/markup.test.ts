import { describe, expect, it } from 'vitest';
import { HTML_MARKUP, translate, xmlMarkup } from '../../../src/http/markup.js';

const toXml = (text: string) => translate(text, xmlMarkup('unknown', 'generic'));
const element = (attributes: string) => `<response type='object' id='unknown'><generic ${attributes} /></response>\n`;

describe('AMI as XML', () => {
  it.each([
    ['one block', 'Response: Success\r\nPing: Pong\r\n\r\n', element("response='Success' ping='Pong'")],
    ['two blocks', 'A: 1\r\n\r\nB: 2\r\n\r\n', element("a='1'") + element("b='2'")],
    ['no text at all', '', ''],
    ['only an empty line', '\r\n', ''],
    [
      'what has to be escaped',
      `A: <a> "b" 'c' & d\r\n\r\n`,
      element("a='&lt;a&gt; &quot;b&quot; &apos;c&apos; &amp; d'"),
    ],
    ['a name of other characters', 'ChanVariable(SIP/1-2): x=y\r\n\r\n', element("chanvariable_sip_1_2_='x=y'")],
    ['a name that begins with a digit', '1st: x\r\n\r\n', element("_1st='x'")],
    ['a name without characters', ': x\r\n\r\n', element("='x'")],
    ['names that repeat', 'O: a\r\nO: b\r\nO: c\r\n\r\n', element("o='a' o-2='b' o-3='c'")],
    ['names that repeat in another case', 'O: a\r\no: b\r\n\r\n', element("o='a' o='b'")],
    ['names that repeat in another block', 'O: a\r\n\r\nO: b\r\n\r\n', element("o='a'") + element("o='b'")],
    ['blanks around a value', 'A:   x y  \t\r\n\r\n', element("a='x y'")],
    ['a value with colons', 'A: b: c\r\n\r\n', element("a='b: c'")],
    ['lines without a colon', 'A: 1\r\nfree\r\nB: 2\r\n\r\n', element("a='1' opaque_data='free\nB: 2'")],
    ['lone line feeds', 'A: 1\nB: 2\r\n\r\n', element("a='1' b='2'")],
    ['lone carriage returns', 'A: 1\rB: 2\r\n\r\n', element("a='1' b='2'")],
    ['two line feeds, which are one end', 'A: 1\n\nB: 2\r\n\r\n', element("a='1' b='2'")],
    ['a block without its end', 'A: 1', element("a='1'")],
    ['bytes above 127', 'Caf\xe9: \xff\r\n\r\n', element("caf_='\xff'")],
  ])('has %s', (_what, text, xml) => {
    expect(toXml(text)).toBe(xml);
  });
});

describe('AMI as HTML', () => {
  const rule = '<tr><td colspan="2"><hr></td></tr>\r\n';

  it.each([
    [
      'a row for each header',
      'A: <1>\r\nA: 2\r\n\r\n',
      `<tr><td>A</td><td>&lt;1&gt;</td></tr>\n<tr><td>A-2</td><td>2</td></tr>\n${rule}`,
    ],
    ['markup in a name', '<b>: x\r\n\r\n', `<tr><td>&lt;b&gt;</td><td>x</td></tr>\n${rule}`],
    ['lines without a colon', 'a\r\nb\r\n\r\n', `<tr><td>Opaque-data</td><td>a<br>\nb</td></tr>\n${rule}`],
  ])('has %s', (_what, text, html) => {
    expect(translate(text, HTML_MARKUP)).toBe(html);
  });
});
