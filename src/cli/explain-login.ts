/** Explains whether a login of a user can succeed, given that it proves the secret. */
import { asciiLowerCase } from '../ami/message.js';
import type { Config } from '../config/compile-config.js';
import type { Account } from '../config/manager-conf.js';
import { unreachable } from '../lib/unreachable.js';
import { judgeAddress, permitsEverybody } from '../policy/acl.js';
import type { Policy } from '../policy/policy.js';
import { allowed, type Explanation, optionReason, type Reason, refused, sectionReason } from './explanation.js';

/** `address` is `null` where the question is not about one. */
export function explainLogin(account: Account, policy: Policy, config: Config, address: string | null): Explanation {
  const about = address === null ? `Login of ${account.user}` : `Login of ${account.user} from ${address}`;
  const proof = proofReason(account, policy);
  const verdict = address === null ? null : judgeAddress(policy.acl, address);
  if (verdict?.kind === 'denied') {
    const { by } = verdict;
    const decided =
      by === null ? sectionReason(account, 'its ACL permits nobody') : ruleReason(by, 'it denies the address');
    return refused(about, decided, {
      passed: [proof],
      toAllow: [`permit = ${address ?? ''} behind that line: the last line that matches decides`],
      notes: ['each acl = must permit the address as well as the lines of the account itself'],
    });
  }
  const obstacle = findTlsObstacle(policy, config);
  if (obstacle !== null) {
    const { decided, toAllow } = obstacle;
    return refused(about, optionReason(account, 'tls_user', decided), { passed: [proof], toAllow: [toAllow] });
  }
  const permitting = (verdict?.by ?? []).map((line) => ruleReason(line, 'it permits the address'));
  const unmatched = sectionReason(
    account,
    address === null ? addressless(policy) : 'no permit or deny speaks of the address',
  );
  const [decided = unmatched, ...passed] = permitting;
  return allowed(about, decided, { passed: [...passed, proof], notes: notesOf(account, policy, config) });
}

/** What the client has to prove, and the line that says so. */
function proofReason(account: Account, policy: Policy): Reason {
  const { credentials, certificateName } = policy;
  const certificate = certificateName === null ? '' : `TLS with a certificate that carries ${certificateName}`;
  switch (credentials.kind) {
    case 'certificate':
      return optionReason(account, 'tls_user', `the client needs ${certificate}, and no secret`);
    case 'scrypt':
      return optionReason(
        account,
        'secret_hash',
        `the secret must be sent: MD5 challenges and HTTP digest are refused${andAlso(certificate)}`,
      );
    case 'secret': {
      const isInFile = account.options.some((option) => asciiLowerCase(option.name) === 'secret_file');
      const option = isInFile ? 'secret_file' : 'secret';
      const ways = `sent, or proved by an MD5 challenge${certificateName === null ? ' or HTTP digest' : ''}`;
      return optionReason(account, option, `the secret may be ${ways}${andAlso(certificate)}`);
    }
    default:
      return unreachable(credentials);
  }
}

function andAlso(certificate: string): string {
  return certificate === '' ? '' : `; the client also needs ${certificate}`;
}

function findTlsObstacle(
  { certificateName }: Policy,
  { general, gateway }: Config,
): { readonly decided: string; readonly toAllow: string } | null {
  if (certificateName === null) return null;
  if (gateway.listener.tlsClientCaFile === null) {
    const toAllow = 'tls_client_ca = FILE, the authority of the certificates, in [listener] of gateway.conf';
    return { decided: 'it needs a certificate, and the gateway asks no client for one', toAllow };
  }
  if (general.tls.enabled) return null;
  const toAllow = 'tlsenable = yes and tlscertfile = FILE in [general] of manager.conf';
  return { decided: 'it needs TLS, and the gateway does not listen with TLS', toAllow };
}

function notesOf(account: Account, policy: Policy, { general, http }: Config): readonly string[] {
  const places = [
    `${bracketed(general.bindAddress)}:${general.port} without TLS`,
    ...(general.tls.enabled
      ? [`${bracketed(general.tls.bindAddress ?? general.bindAddress)}:${general.tls.port} with TLS`]
      : []),
    ...(http === null ? [] : ['HTTP']),
  ];
  const sessions = policy.allowMultipleLogin ? policy.maxSessions : 1;
  return [
    `clients connect to ${places.join(', ')}`,
    ...(sessions === null ? [] : [`at most ${sessions} of ${account.user}'s sessions at the same time`]),
    'who fails to log in too often is refused for a while, whatever stands here',
  ];
}

function addressless(policy: Policy): string {
  return permitsEverybody(policy.acl)
    ? 'from every address: it has no deny and no acl'
    : 'from some addresses: name one with --from ADDRESS';
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

function ruleReason(
  line: { readonly sense: string; readonly text: string; readonly place: string | null },
  meaning: string,
): Reason {
  return { place: line.place, text: `${line.sense} = ${line.text}: ${meaning}` };
}
