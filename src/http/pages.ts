/** The bodies of answers: AMI text in the three formats, with the pages around it, and the page of an error; all Asterisk's. */
import { unreachable } from '../lib/unreachable.js';
import { escapeText, HTML_MARKUP, translate, xmlMarkup } from './markup.js';
import { type Parameter, parameterValue } from './parameters.js';

export type Format = 'raw' | 'html' | 'xml';
/** How a client proves who it is; the pages differ. */
export type Access = 'cookie' | 'digest';

export const CONTENT_TYPES = {
  raw: 'text/plain',
  html: 'text/html',
  xml: 'text/xml',
} as const satisfies Record<Format, string>;

/** AMI text as the client asked for it. */
export function formatAnswer(text: string, format: Format, access: Access, parameters: readonly Parameter[]): string {
  switch (format) {
    case 'raw':
      return text;
    case 'html':
      return PAGE_HEADS[access] + translate(text, HTML_MARKUP) + PAGE_TAILS[access];
    case 'xml':
      return `<ajax-response>\n${translate(text, markupFor(parameters))}</ajax-response>\n`;
    default:
      return unreachable(format);
  }
}

export interface ErrorPage {
  readonly status: number;
  readonly title: string;
  readonly text: string;
}

/** `serverName` is empty where the Server header is left out. */
export function formatError({ status, title, text }: ErrorPage, serverName: string): string {
  const address = serverName === '' ? '' : `<address>${escapeText(serverName)}</address>\r\n`;
  return (
    '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\r\n' +
    `<html><head>\r\n<title>${status} ${title}</title>\r\n</head><body>\r\n` +
    `<h1>${title}</h1>\r\n<p>${escapeText(text)}</p>\r\n<hr />\r\n${address}</body></html>\r\n`
  );
}

/** Asterisk puts both into the answer as they come; here they have to be names. */
function markupFor(parameters: readonly Parameter[]) {
  const id = nameOr(parameterValue(parameters, 'ajaxdest'), 'unknown');
  return xmlMarkup(id, nameOr(parameterValue(parameters, 'ajaxobjtype'), 'generic'));
}

function nameOr(text: string, otherwise: string): string {
  return /^[\w.-]+$/.test(text) ? text : otherwise;
}

function row(content: string): string {
  return `<tr><td colspan="2" bgcolor="#f1f1ff">${content}</td></tr>\r\n`;
}

const FORM = `<form action="manager" method="post">
	Action: <select name="action">
		<option value="">-----&gt;</option>
		<option value="login">login</option>
		<option value="command">Command</option>
		<option value="waitevent">waitevent</option>
		<option value="listcommands">listcommands</option>
	</select>
	or <input name="action"><br/>
	CLI Command <input name="command"><br>
	user <input name="username"> pass <input type="password" name="secret"><br>
	<input type="submit">
</form>
`;

const PAGE_HEADS = {
  cookie:
    '<title>Asterisk&trade; Manager Interface</title>' +
    '<body bgcolor="#ffffff"><table align=center bgcolor="#f1f1f1" width="500">\r\n' +
    row('<h1>Manager Tester</h1>') +
    row(FORM),
  digest:
    '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\r\n' +
    '<html><head>\r\n<title>Asterisk&trade; Manager Interface</title>\r\n' +
    '</head><body style="background-color: #ffffff;">\r\n<form method="POST">\r\n' +
    '<table align="center" style="background-color: #f1f1f1;" width="500">\r\n' +
    '<tr><th colspan="2" style="background-color: #f1f1ff;"><h1>Manager Tester</h1></th></tr>\r\n' +
    '<tr><th colspan="2" style="background-color: #f1f1ff;">' +
    'Action: <input name="action" /> Cmd: <input name="command" /><br>' +
    '<input type="submit" value="Send request" /></th></tr>\r\n',
} as const satisfies Record<Access, string>;

const PAGE_TAILS = {
  cookie: '</table></body>\r\n',
  digest: '</table></form></body></html>\r\n',
} as const satisfies Record<Access, string>;
