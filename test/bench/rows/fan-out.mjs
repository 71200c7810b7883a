// Rows 1 to 3: UserEvents to 100 sessions of one account, by Asterisk alone and by Asterisk with the gateway.
import { reader } from '../parts/accounts.mjs';
import { compareFanOut } from './compare-fan-out.mjs';

const sessions = 100;

/** @param {import('../context.mjs').Context} context */
export function benchFanOut(context) {
  const accounts = Array.from({ length: sessions }, () => reader);
  return compareFanOut(context, { what: `fan-out to ${sessions} sessions`, accounts, share: 1, profile: 'fan-out' });
}
