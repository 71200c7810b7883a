/** What the argument rules say, and how each is known in logs. */
import type { AmiAction } from '../ami/message.js';
import type { ClassSet } from '../ami/privilege.js';

/** The rules, by the names that logs show. */
export type ArgumentRuleName =
  | 'account-secrets'
  | 'dialplan-function'
  | 'originate-application'
  | 'originate-queue-agi'
  | 'originate-data'
  | 'originate-variable'
  | 'originate-predial'
  | 'config-file'
  | 'config-directive'
  | 'config-crash'
  | 'costly-pattern'
  | 'module-name'
  | 'recording-file'
  | 'cli-command';

export interface ArgumentDenial {
  readonly rule: ArgumentRuleName;
  /** The header that broke it, as Asterisk documents it. */
  readonly header: string;
  /** The sentence that Asterisk says in this place. */
  readonly message: string;
}

/** Judges the arguments of one action for a user with these write classes; `null` lets it pass. */
export type ArgumentRule = (write: ClassSet, action: AmiAction) => ArgumentDenial | null;
