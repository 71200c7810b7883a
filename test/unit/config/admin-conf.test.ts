import { describe, expect, it } from 'vitest';
import { sorted } from '../../../src/cli/check.js';
import type { Environment } from '../../../src/config/gateway-values.js';
import { formatProblem } from '../../../src/config/problem.js';
import { fail, type Result, succeed } from '../../../src/lib/result.js';
import { compileInMemory, UPSTREAM_ACCOUNT } from './in-memory.js';

const manager = '[general]\nenabled = yes\n[alice]\nsecret = s3cret-of-alice\n';
const SECRET = 'a-secret-of-operators';

function load(
  gateway: string,
  readSecretFile: (name: string) => Result<string> = () => succeed(`${SECRET}\n`),
  environment: Environment = {},
) {
  const files = { 'manager.conf': manager, 'gateway.conf': gateway };
  const { config, problems } = compileInMemory(files, { ...UPSTREAM_ACCOUNT, ...environment }, readSecretFile);
  return { settings: config?.gateway ?? null, problems: sorted(problems).map(formatProblem).join('\n') };
}

describe('[admin]', () => {
  it('is off unless a socket or a port is named', () => {
    expect(load('').settings?.admin).toEqual({ kind: 'off' });
  });

  it('takes a socket', () => {
    expect(load('[admin]\nsocket = /run/x/admin.sock').settings?.admin).toEqual({
      kind: 'socket',
      path: '/run/x/admin.sock',
    });
  });

  it('takes a loopback port with a secret', () => {
    expect(load('[admin]\nport = 9551\nbindaddr = ::1\nsecret_file = s').settings?.admin).toEqual({
      kind: 'port',
      bindAddress: '::1',
      port: 9551,
      secret: SECRET,
    });
  });

  it.each([
    ['bindaddr = 0.0.0.0\nport = 9551\nsecret_file = s', "bindaddr = '0.0.0.0' must be a loopback address"],
    ['bindaddr = 192.0.2.1\nport = 9551\nsecret_file = s', 'must be a loopback address'],
    ['port = 9551', 'port in [admin] needs secret_file'],
    ['port = 9551\nsecret_file = s\nsocket = x', 'socket and port are both set in [admin]'],
    [`socket = /${'x'.repeat(103)}`, 'is longer than 103 bytes'],
  ])('refuses %j', (lines, message) => {
    const { settings, problems } = load(`[admin]\n${lines}`);

    expect(settings).toBeNull();
    expect(problems).toContain(message);
  });

  it.each(['', 'short', 'two words of it here', 'ümlaut-in-the-secret'])(
    'refuses %j as the secret, unshown',
    (secret) => {
      const { settings, problems } = load('[admin]\nport = 9551\nsecret_file = s', () => succeed(secret));

      expect(settings).toBeNull();
      expect(problems).toContain('the secret in s must be one word of at least 16 printable ASCII bytes');
      expect(secret === '' || !problems.includes(secret)).toBe(true);
    },
  );

  it('refuses a secret that cannot be read', () => {
    const { problems } = load('[admin]\nport = 9551\nsecret_file = s', () => fail('EACCES'));

    expect(problems).toContain('secret_file s cannot be read: EACCES');
  });

  it('takes a port in place of the socket that the image sets in the environment', () => {
    const environment = { AMI_GATEWAY_ADMIN_SOCKET: '/run/x/admin.sock' };
    const conf = '[admin]\nport = 9551\nsecret_file = s';

    expect(load(conf, undefined, environment).settings?.admin.kind).toBe('port');
    expect(load('', undefined, environment).settings?.admin.kind).toBe('socket');
  });

  it('warns of what has no effect', () => {
    const { settings, problems } = load('[admin]\nsocket = x\nsecret_file = s');

    expect(settings?.admin.kind).toBe('socket');
    expect(problems).toContain('secret_file has no effect without port');
  });
});

describe('the status page', () => {
  it.each([
    ['', 'loopback'],
    ['bindaddr = ::1', 'loopback'],
    ['status = no', 'off'],
    ['bindaddr = 0.0.0.0', 'off'],
    ['bindaddr = ::', 'off'],
    ['bindaddr = 0.0.0.0\nstatus = yes', 'everywhere'],
  ])('with %j is %s', (lines, expected) => {
    expect(load(`[metrics]\n${lines}`).settings?.metrics.status).toBe(expected);
  });
});
