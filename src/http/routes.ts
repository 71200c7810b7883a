/** The six URIs of AMI over HTTP; anything else is not there (ami-spec 9.1). */
import { asciiLowerCase } from '../ami/message.js';
import type { Access, Format } from './pages.js';

export interface Route {
  readonly format: Format;
  readonly access: Access;
}

const ROUTES: ReadonlyMap<string, Route> = new Map([
  ['rawman', { format: 'raw', access: 'cookie' }],
  ['manager', { format: 'html', access: 'cookie' }],
  ['mxml', { format: 'xml', access: 'cookie' }],
  ['arawman', { format: 'raw', access: 'digest' }],
  ['amanager', { format: 'html', access: 'digest' }],
  ['amxml', { format: 'xml', access: 'digest' }],
]);

/** The route of a request target: the path before any decoding, in any case, with one slash at its end or without. */
export function findRoute(prefix: string, target: string): Route | null {
  const [path = ''] = target.split('?', 1);
  const start = `${prefix}/`;
  if (asciiLowerCase(path.slice(0, start.length)) !== asciiLowerCase(start)) return null;
  return ROUTES.get(asciiLowerCase(path.slice(start.length)).replace(/\/$/, '')) ?? null;
}

/** What stands behind the first `?` of a request target. */
export function queryOf(target: string): string | null {
  const at = target.indexOf('?');
  return at < 0 ? null : target.slice(at + 1);
}
