/** What the configuration says about strangers: who may come in, and how often they may guess. */
import type { Config } from '../config/load.js';
import type { LoginGuardSettings } from '../gateway/login-guard.js';
import { type AdmissionLimits, defaultAuthShare } from '../policy/admission.js';

/** Asterisk lets a failed login wait one second for its answer. */
export const PENALTY_MS = 1000;

export function guardSettingsOf({ gateway, general }: Config): LoginGuardSettings {
  const { bans, limits } = gateway;
  const perAddress = limits.authPerAddress ?? defaultAuthShare(general.authLimit);
  return {
    ...bans,
    penaltyMs: PENALTY_MS,
    pace: { perSecond: limits.loginsPerSecond, mostWaiting: general.authLimit },
    pacePerAddress: { perSecond: limits.loginsPerSecondPerAddress, mostWaiting: perAddress },
  };
}

export function admissionLimitsOf({ gateway, general }: Config): AdmissionLimits {
  const { limits, sessions } = gateway;
  return {
    maxUnauthenticated: general.authLimit,
    maxUnauthenticatedPerAddress: limits.authPerAddress ?? defaultAuthShare(general.authLimit),
    maxConnections: sessions.maxSessions,
    maxConnectionsPerAddress: limits.connectionsPerAddress,
  };
}
