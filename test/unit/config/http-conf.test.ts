import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../../src/config/problem.js';
import { compileInMemory } from './in-memory.js';

function load(http: string, general = 'webenabled = yes') {
  const { config, problems } = compileInMemory(
    {
      'manager.conf': `[general]\nenabled = yes\n${general}\n[alice]\nsecret = s3cret-of-alice`,
      'http.conf': http,
    },
    undefined,
    () => ({ ok: true, value: '' }),
  );
  return { isUsable: config !== null, http: config?.http ?? null, problems: problems.map(formatProblem) };
}

describe('http.conf', () => {
  it('has the defaults of Asterisk', () => {
    expect(load('[general]\nenabled = yes\nbindaddr = 127.0.0.1')).toEqual({
      isUsable: true,
      http: {
        plain: { bindAddress: '127.0.0.1', port: 8088 },
        tls: null,
        prefix: '',
        serverName: null,
        sessionLimit: 100,
        inactivityMs: 30_000,
        keepAliveMs: 15_000,
      },
      problems: [],
    });
  });

  it('reads every option', () => {
    const { http, problems } = load(`[general]
ENABLED = on
bindaddr = ::1
bindport = 80
prefix = ajam/x
servername =
sessionlimit = 7
session_inactivity = 8
session_keep_alive = 0
tlsenable = yes
tlsbindaddr = 192.0.2.1:443
tlscertfile = a.pem
tlsprivatekey = a.key
tlscipher = X
tlsservercipherorder = no
tlsdisablev12 = yes
enable_static = no
enable_status = no`);

    expect(problems).toEqual([]);
    expect(http).toMatchObject({
      plain: { bindAddress: '::1', port: 80 },
      prefix: '/ajam/x',
      serverName: '',
      sessionLimit: 7,
      inactivityMs: 8,
      keepAliveMs: 0,
      tls: {
        bindAddress: '192.0.2.1',
        port: 443,
        certificateFile: 'a.pem',
        privateKeyFile: 'a.key',
        cipher: 'X',
        prefersServerCipherOrder: false,
        disablesTls12: true,
      },
    });
  });

  it('lets HTTPS take the address of plain HTTP', () => {
    const { http } = load('[general]\nenabled = yes\nbindaddr = 192.0.2.1\ntlsenable = yes');

    expect(http?.tls).toMatchObject({ bindAddress: '192.0.2.1', port: 8089, prefersServerCipherOrder: true });
  });

  it('lets HTTPS listen alone', () => {
    const { http } = load('[general]\ntlsenable = yes\ntlsbindaddr = 192.0.2.1');

    expect(http).toMatchObject({ plain: null, tls: { bindAddress: '192.0.2.1', port: 8089 } });
  });

  it('takes the port behind the address', () => {
    expect(load('[general]\nenabled = yes\nbindaddr = 192.0.2.1:99').http?.plain?.port).toBe(99);
  });

  it.each([
    ['', 'manager.conf:0: warning: webenabled has no effect: http.conf enables nothing'],
    ['[general]\nenabled = no', 'manager.conf:0: warning: webenabled has no effect: http.conf enables nothing'],
    ['[general](!)\nenabled = yes', 'manager.conf:0: warning: webenabled has no effect: http.conf enables nothing'],
    ['[general]\nenabled = yes\nbindaddr = ::\nbindprot = 1', "http.conf:4: warning: unknown option 'bindprot'"],
    ['[general]\nenabled = yes\nbindaddr = ::\nenable_static = yes', 'http.conf:4: warning: enable_static is ignored'],
    ['[general]\nenabled = yes\nbindaddr = ::\nredirect = / /x', 'http.conf:4: warning: redirect is ignored'],
    [
      '[general]\nenabled = yes\nbindaddr = ::\nsessionlimit = 0',
      "http.conf:4: warning: sessionlimit = '0' is not a number",
    ],
  ])('warns and goes on: %j', (text, problem) => {
    const { isUsable, problems } = load(text);

    expect(isUsable).toBe(true);
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });

  it('warns when webenabled is off', () => {
    const { http, problems } = load('[general]\nenabled = yes\nbindaddr = ::', 'webenabled = no');

    expect(http).toBeNull();
    expect(problems).toEqual([expect.stringContaining('http.conf:0: warning: nothing listens for HTTP')]);
  });

  it.each([
    ['[general]\nenabled = yes', 'http.conf:1: bindaddr is missing'],
    ['[general]\ntlsenable = yes', 'http.conf:1: tlsbindaddr is missing'],
    ['[general]\nenabled = yes\nbindaddr = localhost', "http.conf:3: invalid bindaddr 'localhost'"],
    ['[general]\nenabled = yes\nbindaddr = ::\nbindport = 65536', "http.conf:4: invalid bindport '65536'"],
    ['[general]\nenabled = yes\nbindaddr = ::\nprefix = /a', "http.conf:4: invalid prefix '/a'"],
    ['[general]\nenabled = yes\nbindaddr = ::\nprefix = a?b', "http.conf:4: invalid prefix 'a?b'"],
    ['[general]\nenabled = yes\nbindaddr = ::\nservername = a\x07b', 'http.conf:4: servername has a byte'],
    [
      '[general]\nenabled = yes\nbindaddr = ::\n[/rawman]\ntype = restriction\ndeny = 0.0.0.0/0',
      'http.conf:4: the restriction [/rawman]',
    ],
  ])('is refused as a whole: %j', (text, problem) => {
    const { isUsable, problems } = load(text);

    expect(isUsable).toBe(false);
    expect(problems).toContainEqual(expect.stringContaining(problem));
  });

  it('is valid as the example with all that stands in comments', () => {
    const example = readFileSync(new URL('../../../config/http.conf', import.meta.url), 'latin1');
    const uncommented = example.replace(/^;(?=[^ -])/gm, '').replace('enabled = no', 'enabled = yes');

    const { http, problems } = load(uncommented);

    expect(problems).toEqual([]);
    expect(http).toMatchObject({
      plain: { bindAddress: '127.0.0.1', port: 8088 },
      prefix: '/asterisk',
      sessionLimit: 100,
      inactivityMs: 30_000,
      keepAliveMs: 15_000,
      tls: { prefersServerCipherOrder: true, disablesTls12: false },
    });
  });
});
