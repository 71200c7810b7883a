import { describe, expect, it } from 'vitest';
import { sorted } from '../../../src/cli/check.js';
import type { Environment } from '../../../src/config/gateway-values.js';
import { formatProblem } from '../../../src/config/problem.js';
import { fail, type Result, succeed } from '../../../src/lib/result.js';
import { compileNetworks, type Networks, NO_NETWORKS } from '../../../src/policy/networks.js';
import { compileInMemory, UPSTREAM_ACCOUNT } from './in-memory.js';

const manager = '[general]\nenabled = yes\n[alice]\nsecret = s3cret-of-alice\n';

function load(
  gateway: string,
  environment: Environment = UPSTREAM_ACCOUNT,
  readSecretFile?: (name: string) => Result<string>,
) {
  const files = { 'manager.conf': manager, 'gateway.conf': gateway };
  const { config, problems } = compileInMemory(files, environment, readSecretFile);
  return { settings: config?.gateway ?? null, problems: sorted(problems).map(formatProblem) };
}

function networks(list: string): Networks {
  const compiled = compileNetworks(list);
  return compiled.ok ? compiled.value : NO_NETWORKS;
}

describe('gateway.conf', () => {
  it.each([
    ['[listener]\nproxy_protocol_from = 10.0.0.0/0x18', "proxy_protocol_from = '10.0.0.0/0x18' must be networks"],
    ['[bans]\nallow = localhost', "allow = 'localhost' must be networks"],
    ['[bans]\nban_time = 0.5', "ban_time = '0.5' must be a number"],
    ['[bans]\naccount_known_time = 3000000', "account_known_time = '3000000' must be a number"],
    ['[state]\nredis = http://x', 'redis = (not shown) must be an address such as redis://'],
    ['[limits]\nlogin_bytes = 12', "login_bytes = '12' must be a number from 1024"],
  ])('refuses %j', (conf, message) => {
    expect(load(conf).problems.join('\n')).toContain(message);
  });

  it('needs nothing but an account at Asterisk', () => {
    const { settings, problems } = load('[upstream]\nusername = gw\nsecret = s3cret', {});

    expect(problems).toEqual([]);
    expect(settings).toEqual({
      upstream: {
        host: '127.0.0.1',
        port: 5038,
        username: 'gw',
        secret: 's3cret',
        auth: 'md5',
        tls: null,
        connectTimeoutMs: 5_000,
        loginTimeoutMs: 10_000,
        keepaliveIntervalMs: 30_000,
        keepaliveTimeoutMs: 10_000,
        poolSize: 8,
        poolShare: 7,
        poolIdleTimeoutMs: 60_000,
        leaseWaitTimeoutMs: 30_000,
        maxWaitingActions: 1_000,
        actionTimeoutMs: 300_000,
        reconnectMinMs: 500,
        reconnectMaxMs: 15_000,
      },
      metrics: { enabled: true, bindAddress: '127.0.0.1', port: 9550, status: 'loopback' },
      admin: { kind: 'off' },
      sessions: { maxQueueBytes: 8_388_608, maxSessions: 10_000, idleTimeoutMs: 0 },
      listener: { tlsClientCaFile: null, proxies: NO_NETWORKS, keepAliveMs: 60_000 },
      limits: {
        authPerAddress: null,
        httpConnectionsPerAddress: null,
        connectionsPerAddress: 2_000,
        loginBytes: 16_384,
        loginsPerSecond: 200,
        loginsPerSecondPerAddress: 20,
      },
      bans: {
        enabled: true,
        exempt: networks('127.0.0.0/8,::1'),
        maxFailures: 10,
        findTimeMs: 600_000,
        banTimeMs: 600_000,
        maxPenaltyMs: 8_000,
        maxAccountFailures: 5,
        maxUserFailures: 50,
        slowIntervalMs: 10_000,
        knownTimeMs: 1_209_600_000,
      },
      state: { redisUrl: null, redisTimeoutMs: 500 },
      reload: { watch: false },
      drain: { delayMs: 0, timeoutMs: 8_000 },
      process: { user: null, group: null },
      log: { level: 'info', securityFile: null, auditFile: null },
    });
  });

  it('reads every key, in whole seconds or fractions of one', () => {
    const { settings, problems } = load(
      `[upstream]
host = pbx.example.org
port = 15038
auth = plain
connect_timeout = 0.25
keepalive_interval = 2
pool_size = 1
reconnect_min = 1
reconnect_max = 1
[metrics]
enabled = off
bindaddr = ::1
port = 1
[Sessions]
MAX_SESSIONS = 5
[log]
level = silent`,
    );

    expect(problems).toEqual([]);
    expect(settings).toMatchObject({
      upstream: {
        host: 'pbx.example.org',
        port: 15_038,
        auth: 'plain',
        connectTimeoutMs: 250,
        keepaliveIntervalMs: 2_000,
        poolSize: 1,
        reconnectMinMs: 1_000,
      },
      metrics: { enabled: false, bindAddress: '::1', port: 1 },
      sessions: { maxSessions: 5 },
      log: { level: 'silent', securityFile: null, auditFile: null },
    });
  });

  it('tells file, line and range of every value that is out of it', () => {
    const { settings, problems } = load(
      `[upstream]
host =
port = 70000
auth = sha1
connect_timeout = soon
pool_size = 0
reconnect_min = 20
reconnect_max = 10
[metrics]
enabled = maybe
bindaddr = localhost
[log]
level = loud`,
    );

    expect(settings).toBeNull();
    expect(problems).toEqual([
      "gateway.conf:2: host = '' must be a text, not empty and without control bytes",
      "gateway.conf:3: port = '70000' must be a number from 1 to 65535",
      "gateway.conf:4: auth = 'sha1' must be one of md5, plain",
      "gateway.conf:5: connect_timeout = 'soon' must be a time in seconds from 0.1 to 300",
      "gateway.conf:6: pool_size = '0' must be a number from 1 to 256",
      "gateway.conf:10: enabled = 'maybe' must be yes or no",
      "gateway.conf:11: bindaddr = 'localhost' must be an IPv4 or IPv6 address, not a name",
      "gateway.conf:13: level = 'loud' must be one of debug, info, warn, error, silent",
    ]);
  });

  it('refuses a wait that shrinks', () => {
    expect(load('[upstream]\nreconnect_min = 20').problems).toEqual([
      'gateway.conf:2: reconnect_max is less than reconnect_min',
    ]);
  });

  it('refuses keys and sections that it does not know, and says what may have been meant', () => {
    expect(load('[upstream]\nprot = 1\nfoo = 2\n[metric]\nport = 1\n[other]\nx = 1').problems).toEqual([
      "gateway.conf:2: unknown key 'prot' in [upstream] (did you mean 'port'?)",
      "gateway.conf:3: unknown key 'foo' in [upstream]",
      "gateway.conf:4: unknown section [metric] (did you mean 'metrics'?)",
      'gateway.conf:6: unknown section [other]',
    ]);
  });

  it('warns of keys that are set twice, and of a certificate that is not verified', () => {
    const { settings, problems } = load('[upstream]\nport = 1\nport = 2\ntls = yes\ntls_verify = insecure');

    expect(settings?.upstream.port).toBe(2);
    expect(problems).toEqual([
      'gateway.conf:3: warning: port is set again: the last one counts',
      'gateway.conf:5: warning: the certificate of Asterisk is not verified (whoever is in between can read and change everything; name the authority in tls_ca)',
    ]);
  });

  it('is refused as a whole when the grammar lost something', () => {
    expect(load('[upstream]\nport 5039').settings).toBeNull();
    expect(load('[upstream').problems).toEqual(['gateway.conf:1: the section header [upstream has no closing ]']);
  });

  it('takes a security_file as it is, and needs it to have a name', () => {
    expect(load('[log]\nsecurity_file = /var/log/x y.log').settings?.log.securityFile).toBe('/var/log/x y.log');
    expect(load('[log]\nsecurity_file =').problems).toHaveLength(1);
  });

  it('never shows a secret', () => {
    const { problems } = load('', { ...UPSTREAM_ACCOUNT, AMI_GATEWAY_UPSTREAM_SECRET: 'very\nsecret' });

    expect(problems).toEqual([
      'AMI_GATEWAY_UPSTREAM_SECRET:0: secret = (not shown) must be a text, not empty and without control bytes',
    ]);
  });
});

describe('the environment', () => {
  it('wins over the file', () => {
    const environment = { ...UPSTREAM_ACCOUNT, AMI_GATEWAY_UPSTREAM_PORT: '6000', AMI_GATEWAY_LOG_LEVEL: 'debug' };

    const { settings, problems } = load('[upstream]\nport = 1\nusername = other', environment);

    expect(problems).toEqual([]);
    expect(settings).toMatchObject({ upstream: { port: 6000, username: 'gateway' }, log: { level: 'debug' } });
  });

  it('is named in its problems', () => {
    expect(load('', { ...UPSTREAM_ACCOUNT, AMI_GATEWAY_METRICS_PORT: '0' }).problems).toEqual([
      "AMI_GATEWAY_METRICS_PORT:0: port = '0' must be a number from 1 to 65535",
    ]);
  });

  it('may hold variables of others, but none of ours that we do not know', () => {
    const environment = { ...UPSTREAM_ACCOUNT, PATH: '/bin', AMI_GATEWAY_METRICS_PROT: '1' };

    expect(load('', environment).problems).toEqual([
      'AMI_GATEWAY_METRICS_PROT:0: warning: this environment variable is not known and ignored (did you mean AMI_GATEWAY_METRICS_PORT?)',
    ]);
  });

  it('does not count variables that are empty', () => {
    expect(load('[upstream]\nport = 1', { ...UPSTREAM_ACCOUNT, AMI_GATEWAY_UPSTREAM_PORT: '' })).toMatchObject({
      settings: { upstream: { port: 1 } },
      problems: [],
    });
  });
});

describe('the secret for Asterisk', () => {
  const account = { AMI_GATEWAY_UPSTREAM_USERNAME: 'gateway' };
  const readSecretFile = (name: string): Result<string> => (name === 'key' ? succeed('from-file\r\n') : fail('ENOENT'));

  it('must be somewhere', () => {
    expect(load('', {}).problems).toEqual([
      'gateway.conf:0: username is missing in [upstream] (or set AMI_GATEWAY_UPSTREAM_USERNAME in the environment)',
      'gateway.conf:0: secret is missing in [upstream] (or set AMI_GATEWAY_UPSTREAM_SECRET in the environment)',
    ]);
  });

  it('may be in a file, without the line end', () => {
    expect(load('[upstream]\nsecret_file = key', account, readSecretFile).settings?.upstream.secret).toBe('from-file');
  });

  it('must not be in both places', () => {
    expect(load('[upstream]\nsecret_file = key\nsecret = x', account, readSecretFile).problems).toEqual([
      'gateway.conf:2: secret and secret_file are both set (keep one of them)',
    ]);
  });

  it('of the environment replaces a secret_file of the file, and the other way round', () => {
    const secret = { ...account, AMI_GATEWAY_UPSTREAM_SECRET: 'from-environment' };
    const file = { ...account, AMI_GATEWAY_UPSTREAM_SECRET_FILE: 'key' };

    expect(load('[upstream]\nsecret_file = gone', secret).settings?.upstream.secret).toBe('from-environment');
    expect(load('[upstream]\nsecret = x', file, readSecretFile).settings?.upstream.secret).toBe('from-file');
  });

  it('must be readable and not empty', () => {
    expect(load('[upstream]\nsecret_file = gone', account, readSecretFile)).toEqual({
      settings: null,
      problems: ['gateway.conf:2: secret_file gone cannot be read: ENOENT'],
    });
    expect(load('[upstream]\nsecret_file = key', account, () => succeed('\n'))).toEqual({
      settings: null,
      problems: ['gateway.conf:2: secret_file key is empty'],
    });
  });
});
