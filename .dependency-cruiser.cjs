// The layers of the gateway: arrows point down only, and the core reaches no socket, clock, file or logger.
const core = '^src/(lib|ami|policy|config)/';
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphan-import', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'lib-imports-nothing', severity: 'error', from: { path: '^src/lib/' }, to: { path: '^src/(?!lib/)' } },
    {
      name: 'ami-imports-lib-only',
      severity: 'error',
      from: { path: '^src/ami/' },
      to: { path: '^src/(?!lib/|ami/)' },
    },
    {
      name: 'policy-imports-ami-and-lib',
      severity: 'error',
      from: { path: '^src/policy/' },
      to: { path: '^src/(?!lib/|ami/|policy/)' },
    },
    {
      name: 'config-imports-policy-down',
      severity: 'error',
      from: { path: '^src/config/' },
      to: { path: '^src/(?!lib/|ami/|policy/|config/)' },
    },
    {
      name: 'telemetry-imports-core-only',
      severity: 'error',
      from: { path: '^src/telemetry/' },
      to: { path: '^src/(?!lib/|ami/|policy/|config/|telemetry/)' },
    },
    {
      name: 'net-knows-no-gateway',
      severity: 'error',
      from: { path: '^src/net/' },
      to: { path: '^src/(gateway|http|cli|app|main)' },
    },
    {
      name: 'gateway-knows-no-http',
      severity: 'error',
      from: { path: '^src/gateway/' },
      to: { path: '^src/(http|cli|app|main)' },
    },
    { name: 'http-knows-no-cli', severity: 'error', from: { path: '^src/http/' }, to: { path: '^src/(cli|app|main)' } },
    {
      name: 'core-has-no-io',
      severity: 'error',
      comment:
        'Only config/load.ts reads a disk and the environment; node:crypto is pure enough for hashes and comparison.',
      from: { path: core, pathNot: '^src/config/load\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|buffer)$' },
    },
    {
      name: 'core-has-no-logger',
      severity: 'error',
      from: { path: core },
      to: { path: 'node_modules/(pino|prom-client|fastify|rate-limiter-flexible|ioredis)/' },
    },
    {
      name: 'acl-library-in-one-place',
      severity: 'error',
      from: { pathNot: '^src/policy/acl\\.ts$' },
      to: { path: 'node_modules/ip-cidr/' },
    },
    {
      name: 'limiter-libraries-in-one-place',
      severity: 'error',
      from: { pathNot: '^src/gateway/(login-counters|shared-state)\\.ts$' },
      to: { path: 'node_modules/(rate-limiter-flexible|ioredis)/' },
    },
    {
      name: 'no-dev-dependency',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
