/** Every target that decides without a socket. */
import type { FuzzTarget } from './target.js';
import { accounts } from './targets/accounts.js';
import { actionDecoder } from './targets/action-decoder.js';
import { actionFilters } from './targets/action-filters.js';
import { addressRules } from './targets/address-rules.js';
import { confGrammar } from './targets/conf-grammar.js';
import { eventFilters } from './targets/event-filters.js';
import { forwardedAction } from './targets/forwarded-action.js';
import { httpCredentials } from './targets/http-credentials.js';
import { httpParameters } from './targets/http-parameters.js';
import { leaseAnswer } from './targets/lease-answer.js';
import { proxyHeader } from './targets/proxy-header.js';
import { securityText } from './targets/security-text.js';
import { settings } from './targets/settings.js';
import { upstreamDecoder } from './targets/upstream-decoder.js';

export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  actionDecoder,
  forwardedAction,
  upstreamDecoder,
  leaseAnswer,
  securityText,
  confGrammar,
  accounts,
  settings,
  addressRules,
  eventFilters,
  actionFilters,
  proxyHeader,
  httpParameters,
  httpCredentials,
];
