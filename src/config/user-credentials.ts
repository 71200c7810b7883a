/** What proves that a client is a user: `secret`, `secret_file` or `secret_hash`, and `tls_user`. */
import { asciiLowerCase } from '../ami/message.js';
import type { Result } from '../lib/result.js';
import { type Credentials, NOBODY } from '../policy/credentials.js';
import { parseSecretHash } from '../policy/secret-hash.js';
import type { ConfVariable } from './conf-reading.js';
import type { Problem } from './problem.js';
import { errorAt, type Place, warningAt } from './report.js';
import { isWellKnown } from './well-known-secrets.js';

export interface UserCredentials {
  readonly credentials: Credentials;
  /** `null`: no certificate is needed. */
  readonly certificateName: string | null;
}

export interface SecretSources {
  /** The text of a secret_file. */
  readonly readSecretFile: (name: string) => Result<string>;
}

/** Of which a user has one. */
const PROOFS: readonly string[] = ['secret', 'secret_file', 'secret_hash'];

/** With an error among the problems, the result is worth nothing. */
export function compileUserCredentials(
  user: string,
  place: Place,
  options: readonly ConfVariable[],
  { readSecretFile }: SecretSources,
  problems: Problem[],
): UserCredentials {
  const certificateName = readCertificateName(user, options, problems);
  const isProof = ({ name }: ConfVariable) => PROOFS.includes(asciiLowerCase(name));
  const proof = options.findLast(isProof) ?? null;
  if (proof === null) return { credentials: withoutSecret(user, place, certificateName, problems), certificateName };
  const other = options.findLast((option) => isProof(option) && !hasSameName(option, proof));
  if (other !== undefined) {
    const names = `${asciiLowerCase(other.name)} and ${asciiLowerCase(proof.name)}`;
    problems.push(errorAt(proof, `${names} are both set: user '${user}' is refused`, 'keep one of them'));
  }
  return { credentials: credentialsOf(user, proof, readSecretFile, problems), certificateName };
}

function hasSameName(one: ConfVariable, other: ConfVariable): boolean {
  return asciiLowerCase(one.name) === asciiLowerCase(other.name);
}

function readCertificateName(user: string, options: readonly ConfVariable[], problems: Problem[]): string | null {
  const option = options.findLast(({ name }) => asciiLowerCase(name) === 'tls_user');
  if (option === undefined) return null;
  if (option.value === '') problems.push(errorAt(option, `tls_user is empty: user '${user}' is refused`));
  return option.value;
}

function withoutSecret(user: string, place: Place, certificateName: string | null, problems: Problem[]): Credentials {
  if (certificateName !== null) return { kind: 'certificate' };
  const hint = 'add secret = and a text that nobody can guess';
  problems.push(errorAt(place, `user '${user}' has no secret and is refused`, hint));
  return NOBODY;
}

function credentialsOf(
  user: string,
  proof: ConfVariable,
  readSecretFile: SecretSources['readSecretFile'],
  problems: Problem[],
): Credentials {
  switch (asciiLowerCase(proof.name)) {
    case 'secret_hash':
      return hashOf(user, proof, problems);
    case 'secret_file':
      return secretFrom(user, proof, readSecretFile, problems);
    default:
      reportWeakness(user, proof, problems);
      return secretOf(user, proof, proof.value, problems);
  }
}

function hashOf(user: string, option: ConfVariable, problems: Problem[]): Credentials {
  const hash = parseSecretHash(option.value);
  if (hash.ok) return { kind: 'scrypt', hash: hash.value };
  const message = `invalid secret_hash, ${hash.failure}: user '${user}' is refused`;
  problems.push(errorAt(option, message, 'make one with `ami-gateway hash`'));
  return NOBODY;
}

/** The line end behind the secret does not belong to it. */
function secretFrom(
  user: string,
  option: ConfVariable,
  readSecretFile: SecretSources['readSecretFile'],
  problems: Problem[],
): Credentials {
  const content = readSecretFile(option.value);
  if (!content.ok) {
    const message = `secret_file ${option.value} cannot be read, ${content.failure}: user '${user}' is refused`;
    problems.push(errorAt(option, message));
    return NOBODY;
  }
  const secret = content.value.replace(/[\r\n]+$/, '');
  if (/[\0\r\n]/.test(secret)) {
    // No header of a login can hold it, so nobody could ever log in.
    problems.push(errorAt(option, `secret_file ${option.value} is more than one line: user '${user}' is refused`));
  }
  return secretOf(user, option, secret, problems);
}

function secretOf(user: string, option: ConfVariable, secret: string, problems: Problem[]): Credentials {
  if (secret === '') problems.push(errorAt(option, `the secret of user '${user}' is empty: the user is refused`));
  if (isWellKnown(secret, user)) {
    const message = `the secret of user '${user}' is one of those that attackers try first`;
    problems.push(warningAt(option, message, 'openssl rand -hex 24 makes one that nobody guesses'));
  }
  return { kind: 'secret', secret };
}

function reportWeakness(user: string, option: ConfVariable, problems: Problem[]): void {
  const secret = option.value;
  if (secret.length > 1 && secret.startsWith('"') && secret.endsWith('"')) {
    problems.push(warningAt(option, `the quotes belong to the secret of user '${user}', as in Asterisk`));
  }
  if (parseSecretHash(secret).ok) {
    problems.push(warningAt(option, `the secret of user '${user}' looks like a hash`, 'write secret_hash ='));
  }
}
