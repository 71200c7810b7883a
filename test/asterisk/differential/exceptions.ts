/**
 * Where the gateway answers otherwise than the Asterisk behind it, each with its reason: the README quotes this table.
 * Whatever is not here must be the same; what is here and has become the same fails the test.
 */
import type { AsteriskVersion } from '../installation.mjs';

export type Suite = 'actions' | 'arguments' | 'framing' | 'authentication' | 'addresses' | 'events';

export interface ExceptionalCase {
  /** A pattern stands for several cases, each of which must be an exception. */
  readonly title: string | RegExp;
  /** The users of a case that several go through. */
  readonly as?: readonly string[];
  /** What Asterisk's answer holds, and what the gateway's does. */
  readonly asterisk: string;
  readonly gateway: string;
}

export interface Exception {
  readonly suite: Suite;
  readonly on: readonly AsteriskVersion[];
  readonly reason: string;
  readonly cases: readonly ExceptionalCase[];
}

export const EXCEPTIONS: readonly Exception[] = [];
