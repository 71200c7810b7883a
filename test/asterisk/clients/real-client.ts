/** What a test asks of every real client, in that client's own words. */
import { describe, expect, it } from 'vitest';
import type { Told } from './journal.js';

export interface Account {
  readonly port: number;
  readonly username: string;
  readonly secret: string;
}

export interface RealClient {
  readonly name: string;
  /** Why it cannot be run here, or null; installs it where that can be done. */
  obstacle(): string | null;
  /** Connects and logs in. Settles when the client was told that it is in, or that it is not and the end of it. */
  connect(account: Account): Promise<Conversation>;
}

export interface Conversation {
  /** All that the client's callbacks were told, in order. */
  readonly told: readonly Told[];
  /** Settles when the client's callback for this action was called. */
  act(headers: Readonly<Record<string, string>>): Promise<void>;
  until(enough: (told: readonly Told[]) => boolean): Promise<void>;
  /** Ends the conversation in the client's own way; after it nothing more is told. */
  leave(): Promise<void>;
}

/** Declares a suite about one client: skipped aloud where it cannot be run, failed where CI says that it has to be. */
export function describeClient(client: RealClient, suite: () => void): void {
  const obstacle = client.obstacle();
  if (obstacle === null) {
    describe(client.name, suite);
    return;
  }
  if (isRequired()) {
    describe(client.name, () => it('can be run', () => expect.fail(obstacle)));
    return;
  }
  console.warn(`SKIPPED ${client.name}: ${obstacle}`);
  describe.skip(`${client.name} (${obstacle})`, suite);
}

function isRequired(): boolean {
  const required = process.env.AMI_REQUIRE_ASTERISK ?? '';
  return required !== '' && required !== '0' && process.getuid?.() === 0;
}
