/** What others notice: one client that comes, asks and goes all the time, and one that was there before. */
import { setTimeout as delay } from 'node:timers/promises';
import { type AmiClient, connectAmi } from '../../asterisk/ami-client.mjs';

export interface Served {
  readonly tried: number;
  readonly failed: number;
  /** Milliseconds from the first packet to the last answer. */
  readonly slowestMs: number;
}

export interface Experience {
  /** Connects, logs in, does an action, logs off. */
  readonly newcomers: Served;
  /** Actions of the session that was there before. */
  readonly resident: Served;
  readonly firstFailure: string | null;
}

const PAUSE_MS = 50;
/** A client that waits longer gives up. */
const PATIENCE_MS = 5000;

export class Resident {
  readonly #client: AmiClient;

  private constructor(client: AmiClient) {
    this.#client = client;
  }

  static async enter(port: number): Promise<Resident> {
    return new Resident(await logIn(port));
  }

  act(): Promise<void> {
    return act(this.#client);
  }

  leave(): void {
    this.#client.close();
  }
}

/** Tries both, one after the other, until the time is over; at least ten times. */
export async function experience(port: number, resident: Resident, durationMs: number): Promise<Experience> {
  const counts = { newcomers: makeCount(), resident: makeCount() };
  const end = performance.now() + durationMs;
  let firstFailure: string | null = null;
  const note = (failure: string | null) => {
    firstFailure ??= failure;
  };
  while (performance.now() < end || counts.newcomers.tried < 10) {
    note(await timed(counts.newcomers, () => visit(port)));
    note(await timed(counts.resident, () => resident.act()));
    await delay(PAUSE_MS);
  }
  return { ...counts, firstFailure };
}

/** Comes, asks and goes once. */
export async function visit(port: number): Promise<void> {
  const client = await logIn(port);
  try {
    await act(client);
    await client.action({ Action: 'Logoff' }, PATIENCE_MS);
  } finally {
    client.close();
  }
}

function makeCount() {
  return { tried: 0, failed: 0, slowestMs: 0 };
}

async function timed(count: ReturnType<typeof makeCount>, attempt: () => Promise<void>): Promise<string | null> {
  const start = performance.now();
  count.tried += 1;
  const failure = await attempt().then(
    () => null,
    (error: unknown) => String(error),
  );
  if (failure === null) count.slowestMs = Math.max(count.slowestMs, performance.now() - start);
  else count.failed += 1;
  return failure;
}

async function logIn(port: number): Promise<AmiClient> {
  const client = await connectAmi({ port, timeoutMs: PATIENCE_MS });
  const answer = await client.action({ Action: 'Login', Username: 'good', Secret: 's', Events: 'off' }, PATIENCE_MS);
  if (answer.includes('Authentication accepted')) return client;
  client.close();
  throw new Error(`the login was answered ${JSON.stringify(answer)}`);
}

async function act(client: AmiClient): Promise<void> {
  const answer = await client.action({ Action: 'CoreStatus' }, PATIENCE_MS);
  if (!answer.startsWith('Response: Success')) throw new Error(`CoreStatus was answered ${JSON.stringify(answer)}`);
}
