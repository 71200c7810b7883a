/** What a request says, before anybody acts on it: its route, its parameters, its cookie. */
import { describe, expect, it } from 'vitest';
import { cookieIdIn } from '../../../src/http/cookie.js';
import { decodeParameters, messageOf, parameterValue } from '../../../src/http/parameters.js';
import { findRoute } from '../../../src/http/routes.js';

describe('a route', () => {
  it.each([
    ['', '/rawman', 'raw', 'cookie'],
    ['', '/MXML/?action=x', 'xml', 'cookie'],
    ['', '/manager?x=/y', 'html', 'cookie'],
    ['', '/arawman', 'raw', 'digest'],
    ['/ajam', '/AJAM/amxml', 'xml', 'digest'],
    ['/a/b', '/a/b/amanager/', 'html', 'digest'],
  ])('with the prefix %j is found in %s', (prefix, target, format, access) => {
    expect(findRoute(prefix, target)).toEqual({ format, access });
  });

  it.each([
    ['', '/'],
    ['', '/rawman/x'],
    ['', '/rawman//'],
    ['', '//rawman'],
    ['', '/%72awman'],
    ['', 'rawman'],
    ['', '*'],
    ['', 'http://x/rawman'],
    ['', '/constructor'],
    ['/ajam', '/rawman'],
    ['/ajam', '/ajamrawman'],
    ['/ajam', '/ajam'],
  ])('with the prefix %j is not found in %s', (prefix, target) => {
    expect(findRoute(prefix, target)).toBeNull();
  });
});

describe('parameters', () => {
  it.each([
    [
      'a=b&c=d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['a=b=c', [['a', 'b=c']]],
    ['a', [['a', '']]],
    ['a=+%20%2B', [['a', '  +']]],
    ['a=%e9%C3%a9', [['a', '\xe9\xc3\xa9']]],
    ['a=%zz%4', [['a', '%zz%4']]],
    ['a=b;c=d', [['a', 'b;c=d']]],
    ['&&a=b&', [['a', 'b']]],
    ['', []],
    [
      'a=1&a=2',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
  ])('of %j are decoded', (text, pairs) => {
    expect(decodeParameters(text).map(({ name, value }) => [name, value])).toEqual(pairs);
  });

  it('are looked up without regard to case, and the last one counts', () => {
    expect(parameterValue(decodeParameters('ajaxdest=1&AjaxDest=2'), 'ajaxdest')).toBe('2');
  });

  it('make a message of header lines in their order', () => {
    const message = messageOf(decodeParameters('action=&Action=ping&actionid=+x'));

    expect(message).toMatchObject({ ok: true, value: { kind: 'action', action: { name: 'ping', actionId: 'x' } } });
  });

  it('that are more than 128 are too many', () => {
    const count = (n: number) => messageOf(decodeParameters(`actionid=7${'&x=y'.repeat(n - 1)}`));

    expect(count(128)).toMatchObject({ ok: true, value: { kind: 'action' } });
    expect(count(129)).toEqual({ ok: true, value: { kind: 'too-many-lines', actionId: '7' } });
  });

  it('that fit into no line are too long', () => {
    const length = (n: number) => messageOf(decodeParameters(`actionid=7&x=${'y'.repeat(n - 3)}`));

    expect(length(1023)).toMatchObject({ ok: true, value: { kind: 'action' } });
    expect(length(1024)).toEqual({ ok: true, value: { kind: 'line-too-long', actionId: '7' } });
  });

  it('with an ActionID that fits into no line do not have it echoed', () => {
    const message = messageOf(decodeParameters(`actionid=${'y'.repeat(2000)}`));

    expect(message).toEqual({ ok: true, value: { kind: 'line-too-long', actionId: '' } });
  });

  it.each(['a=%0d', 'a=%0a', 'a=%00', 'a%0a=b', 'a%3a=b', '+a=b', 'a+b=c', 'a%00=b', '=b', '%09=b'])(
    'that would be more than one header are refused: %s',
    (text) => {
      expect(messageOf(decodeParameters(text)).ok).toBe(false);
    },
  );
});

describe('the cookie', () => {
  const id = '0123456789abcdef0123456789abcdef';

  it.each([
    [['Cookie', `mansession_id=${id}`]],
    [['COOKIE', `a=b; MANSESSION_ID="${id}"`]],
    [['Cookie', `mansession_id="${'f'.repeat(32)}"; mansession_id="${id}"`]],
    [['Cookie', 'mansession_id=x', 'Host', 'x', 'cookie', `mansession_id=${id};`]],
  ])('is found in %j', (rawHeaders) => {
    expect(cookieIdIn(rawHeaders)).toBe(id);
  });

  it.each([
    [[]],
    [['Cookie', 'mansession_id=0x12']],
    [['Cookie', `mansession_id=${id}0`]],
    [['Cookie', `mansession_id=${id.toUpperCase()}`]],
    [['Cookie', `mansession_id=${id}`, 'Cookie', 'other=1']],
    [['X', `mansession_id=${id}`]],
    [['Cookie', `session=${id}`]],
    [['X', 'Cookie', `mansession_id=${id}`, 'x']],
  ])('is not found in %j', (rawHeaders) => {
    expect(cookieIdIn(rawHeaders)).toBeNull();
  });
});
