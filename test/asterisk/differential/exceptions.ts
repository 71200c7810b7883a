/**
 * Where the gateway answers otherwise than the Asterisk behind it, each with its reason: the README quotes this table.
 * Whatever is not here must be the same; what is here and has become the same fails the test.
 */
import type { AsteriskVersion } from '../installation.mjs';
import { ARGUMENT_EXCEPTIONS } from './argument-exceptions.js';
import { FILE_EXCEPTIONS } from './file-exceptions.js';
import { FRAMING_EXCEPTIONS } from './framing-exceptions.js';
import { HTTP_EXCEPTIONS } from './http-exceptions.js';
import { LOGIN_EXCEPTIONS } from './login-exceptions.js';
import { ORIGINATE_EXCEPTIONS } from './originate-exceptions.js';

export type Suite = 'actions' | 'arguments' | 'framing' | 'authentication' | 'addresses' | 'events' | 'http';

export interface ExceptionalCase {
  /** A pattern stands for several cases, each of which must be an exception. */
  readonly title: string | RegExp;
  /** The users of a case that several go through. */
  readonly as?: readonly string[];
  /** What Asterisk's answer holds, and what the gateway's does. */
  readonly asterisk: string | RegExp;
  readonly gateway: string;
}

export interface Exception {
  readonly suite: Suite;
  readonly on: readonly AsteriskVersion[];
  readonly reason: string;
  readonly cases: readonly ExceptionalCase[];
}

export const EXCEPTIONS: readonly Exception[] = [
  ...HTTP_EXCEPTIONS,
  ...ARGUMENT_EXCEPTIONS,
  ...FILE_EXCEPTIONS,
  ...FRAMING_EXCEPTIONS,
  ...LOGIN_EXCEPTIONS,
  ...ORIGINATE_EXCEPTIONS,
];
