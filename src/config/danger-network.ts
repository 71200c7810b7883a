/** Secrets and calls that cross a network where others can see or change them. */
import { compileNetworks, containsAddress, type Networks, NO_NETWORKS } from '../policy/networks.js';
import type { Config } from './compile-config.js';
import { type Danger, danger } from './danger.js';
import { isShort, LONGER } from './danger-accounts.js';
import type { Place } from './report.js';
import { isWellKnown } from './well-known-secrets.js';

/** Where the options that decide it stand. */
export interface NetworkPlaces {
  readonly bindAddress: Place;
  readonly httpBindAddress: Place;
  readonly gateway: (key: string) => Place;
}

const LOOPBACK = networksOf('127.0.0.0/8,::1');
const PRIVATE = networksOf('127.0.0.0/8,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,fc00::/7,fe80::/10');

function networksOf(text: string): Networks {
  const networks = compileNetworks(text);
  return networks.ok ? networks.value : NO_NETWORKS;
}

/** True when clients of other machines can connect to some listener. */
export function isReachable({ general, http, gateway }: Config): boolean {
  const { tls } = general;
  const addresses = [
    general.bindAddress,
    ...(tls.enabled && tls.bindAddress !== null ? [tls.bindAddress] : []),
    ...(http?.plain ? [http.plain.bindAddress] : []),
    ...(http?.tls ? [http.tls.bindAddress] : []),
  ];
  return (
    addresses.some((address) => !containsAddress(LOOPBACK, address)) ||
    gateway.listener.proxies.acl.kind !== 'refuse-all'
  );
}

export function findNetworkDangers(config: Config, places: NetworkPlaces): readonly Danger[] {
  return [
    ...findPlainListeners(config, places),
    ...findUpstreamDangers(config, places),
    ...findMetricsDangers(config, places),
    ...findBanDangers(config, places),
  ];
}

function findPlainListeners({ general, http }: Config, places: NetworkPlaces): readonly Danger[] {
  const crosses = 'secrets and calls cross the network as they are, and everybody can try to log in';
  const ami = isExposed(general.bindAddress)
    ? [
        danger(
          'plain-listener',
          places.bindAddress,
          `AMI without TLS listens on ${spell(general.bindAddress)}: ${crosses}`,
          'bindaddr = 127.0.0.1 or a private address; for others tlsenable = yes, tlscertfile and tlsbindaddr = ADDRESS:5039',
        ),
      ]
    : [];
  const plain = http?.plain ?? null;
  if (plain === null || !isExposed(plain.bindAddress)) return ami;
  const message = `AMI over HTTP without TLS listens on ${spell(plain.bindAddress)}: secrets and cookies cross the network as they are`;
  const hint = 'bindaddr = 127.0.0.1 or a private address; for others tlsenable = yes and tlsbindaddr = ADDRESS:8089';
  return [...ami, danger('plain-http', places.httpBindAddress, message, hint)];
}

function findUpstreamDangers({ gateway }: Config, places: NetworkPlaces): readonly Danger[] {
  const { host, tls, auth, secret, username } = gateway.upstream;
  const isWeak = isShort(secret) || isWellKnown(secret, username);
  const weak = isWeak
    ? [
        danger(
          'short-secret',
          places.gateway('upstream.secret'),
          "the secret of the gateway's account at Asterisk is easily guessed",
          LONGER,
        ),
      ]
    : [];
  if (tls !== null || isLocalHost(host)) return weak;
  const sent = auth === 'plain' ? ', the secret of the account included' : '';
  const message = `the connection to Asterisk at ${host} has no TLS: whoever is in between can read and do everything${sent}`;
  const hint = 'run the gateway beside Asterisk, or write tls = yes and let Asterisk listen with tlsenable = yes';
  return [...weak, danger('plain-upstream', places.gateway('upstream.host'), message, hint)];
}

function findMetricsDangers({ gateway }: Config, places: NetworkPlaces): readonly Danger[] {
  const { enabled, bindAddress } = gateway.metrics;
  if (!enabled || !isExposed(bindAddress)) return [];
  const message = `metrics listen on ${spell(bindAddress)}: names of users and what they do, for everybody, without a login`;
  const hint = 'bindaddr = 127.0.0.1, or an address that only Prometheus reaches';
  return [danger('open-metrics', places.gateway('metrics.bindaddr'), message, hint)];
}

function findBanDangers(config: Config, places: NetworkPlaces): readonly Danger[] {
  if (config.gateway.bans.enabled || !isReachable(config)) return [];
  const hint = 'write enabled = yes in [bans], and networks of your own into allow';
  return [danger('no-bans', places.gateway('bans.enabled'), 'secrets may be guessed as often as one likes', hint)];
}

/** All addresses, or one that is not private. */
function isExposed(address: string): boolean {
  return !containsAddress(PRIVATE, address);
}

function isLocalHost(host: string): boolean {
  return host === 'localhost' || containsAddress(LOOPBACK, host);
}

function spell(address: string): string {
  return address === '::' || address === '0.0.0.0' ? `all addresses (${address})` : address;
}
