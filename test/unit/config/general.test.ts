import { describe, expect, it } from 'vitest';
import { DEFAULT_GENERAL } from '../../../src/config/general-settings.js';
import { compileInMemory } from './in-memory.js';

function load(lines: string) {
  const { config, problems } = compileInMemory({
    'manager.conf': `[general]\nenabled = yes\n${lines}\n[alice]\nsecret = s3cret-of-alice`,
  });
  return { general: config?.general ?? null, problems };
}

describe('[general]', () => {
  it('has the defaults of Asterisk', () => {
    expect(load('').general).toEqual({ ...DEFAULT_GENERAL, enabled: true });
    expect(DEFAULT_GENERAL).toMatchObject({
      port: 5038,
      bindAddress: '::',
      authTimeoutMs: 30_000,
      authLimit: 50,
      allowMultipleLogin: true,
      displayConnects: true,
      httpTimeoutMs: 60_000,
      timestampEvents: null,
      debug: null,
      channelVars: null,
    });
  });

  it('reads every option', () => {
    const { general } = load(`webenabled = yes
port = 1024
bindaddr = 192.0.2.1
authtimeout = 5
authlimit = 7
allowmultiplelogin = no
displayconnects = no
httptimeout = 10
brokeneventsaction = yes
timestampevents = no
debug = yes
channelvars = A, B,CDR(x,y),"D,E"
disabledevents = Newexten, VarSet,Hangup ,
tlsenable = yes
tlsbindaddr = [::1]:5040
tlscertfile = /a.pem
tlsprivatekey = /b.pem
tlscipher = ECDHE
tlsservercipherorder = yes
tlsdisablev1 = yes
tlsdisablev11 = yes
tlsdisablev12 = yes`);

    expect(general).toEqual({
      enabled: true,
      webEnabled: true,
      port: 1024,
      bindAddress: '192.0.2.1',
      authTimeoutMs: 5_000,
      authLimit: 7,
      allowMultipleLogin: false,
      displayConnects: false,
      httpTimeoutMs: 10_000,
      brokenEventsAction: true,
      timestampEvents: false,
      debug: true,
      channelVars: ['A', 'B', 'CDR(x,y)', 'D,E'],
      disabledEvents: ['Newexten', 'VarSet', 'Hangup '],
      tls: {
        enabled: true,
        bindAddress: '::1',
        port: 5040,
        certificateFile: '/a.pem',
        privateKeyFile: '/b.pem',
        cipher: 'ECDHE',
        prefersServerCipherOrder: true,
        disablesTls10: true,
        disablesTls11: true,
        disablesTls12: true,
      },
    });
  });

  it.each(['0.0.0.0', '::', '127.0.0.1', '2001:db8::1', '::ffff:192.0.2.1', 'fe80::1%eth0'])(
    'listens on %s',
    (address) => {
      expect(load(`bindaddr = ${address}`).general?.bindAddress).toBe(address);
    },
  );

  it('takes the brackets off an IPv6 address', () => {
    expect(load('bindaddr = [::1]').general?.bindAddress).toBe('::1');
  });

  it.each(['', '1.2.3', '1.2.3.4.5', '256.1.1.1', '01.2.3.4', '::g', '[::1', 'localhost', '1.2.3.4:99999'])(
    'refuses to listen on %j',
    (address) => {
      expect(load(`bindaddr = ${address}`).general).toBeNull();
    },
  );

  it.each(['1023', '65536', '', 'x', '5038x', '-1', '5e3'])('refuses the port %j', (port) => {
    expect(load(`port = ${port}`).general).toBeNull();
  });

  it('does not wait longer for a login than a timer can', () => {
    expect(load('authtimeout = 99999999999').general?.authTimeoutMs).toBe(2_147_483_647);
  });

  it('warns of functions in channelvars, which only Asterisk can work out', () => {
    const { problems } = load('channelvars = FOO,CDR(src)');

    expect(problems.map(({ message }) => message)).toEqual([
      'CDR(src) is a function: events have it only where Asterisk itself sends it',
    ]);
  });

  it('does not warn of switches that stay off', () => {
    expect(load('webenabled = no\ntlsenable = no\nbrokeneventsaction = no').problems).toEqual([]);
  });
});
