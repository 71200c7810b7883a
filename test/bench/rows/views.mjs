// Row 4: the same, but each session has one of 20 views with three filters each, at Asterisk and at the gateway.
import { viewCount } from '../load/event-text.mjs';
import { reader, viewedShare, viewers } from '../parts/accounts.mjs';
import { compareFanOut } from './compare-fan-out.mjs';

const sessions = 100;

/** @param {import('../context.mjs').Context} context */
export function benchViews(context) {
  const accounts = Array.from({ length: sessions }, (_, n) => viewers[n % viewCount] ?? reader);
  const what = `fan-out to ${sessions} sessions in ${viewCount} views`;
  return compareFanOut(context, { what, accounts, share: viewedShare, profile: 'views' });
}
