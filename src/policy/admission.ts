/** Decides whether a connection may come in, from counts alone: before a byte of it was read. */

export interface AdmissionLimits {
  /** Connections that have not logged in, over all: Asterisk's authlimit. */
  readonly maxUnauthenticated: number;
  /** The same for one address, so that nobody can fill `maxUnauthenticated` alone. */
  readonly maxUnauthenticatedPerAddress: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
}

/** What is there already, the one that is decided about not included. */
export interface AdmissionCounts {
  readonly unauthenticated: number;
  readonly unauthenticatedOfAddress: number;
  readonly connections: number;
  readonly connectionsOfAddress: number;
}

export type AdmissionRefusal = 'auth-limit' | 'address-auth-limit' | 'session-limit' | 'address-limit';

/** `null` lets it in. */
export function findAdmissionRefusal(counts: AdmissionCounts, limits: AdmissionLimits): AdmissionRefusal | null {
  if (counts.unauthenticated >= limits.maxUnauthenticated) return 'auth-limit';
  if (counts.unauthenticatedOfAddress >= limits.maxUnauthenticatedPerAddress) return 'address-auth-limit';
  if (counts.connections >= limits.maxConnections) return 'session-limit';
  if (counts.connectionsOfAddress >= limits.maxConnectionsPerAddress) return 'address-limit';
  return null;
}

/** Four fifths, and of few half: no place alone can keep the others out, and most of what Asterisk would let in from one place comes in. */
export function defaultAuthShare(authLimit: number): number {
  return authLimit < LEAST_SHARED ? Math.ceil(authLimit / 2) : Math.ceil((authLimit * 4) / 5);
}

/** Below this a fifth is too little for the others: two clients that start together would fill it. */
const LEAST_SHARED = 20;
