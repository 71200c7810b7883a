/** Counters of /metrics, and what was added to them. */

export type Counters = ReadonlyMap<string, number>;

export async function scrapeCounters(port: number): Promise<Counters> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(10_000) });
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith('ami_gateway_'));
  return new Map(
    lines.map((line) => {
      const blank = line.lastIndexOf(' ');
      return [line.slice('ami_gateway_'.length, blank), Number(line.slice(blank + 1))];
    }),
  );
}

/** By the value of `label`: what this metric grew by, the largest first: `auth-limit 912, slow-consumer 3`. */
export function growthOf(name: string, label: string, before: Counters, after: Counters): string {
  const grown = new Map<string, number>();
  for (const [key, value] of after) {
    const reason = new RegExp(`^${name}\\{.*${label}="([^"]*)"`).exec(key)?.[1];
    const growth = value - (before.get(key) ?? 0);
    if (reason !== undefined && growth > 0) grown.set(reason, (grown.get(reason) ?? 0) + growth);
  }
  const ordered = [...grown].sort(([, one], [, other]) => other - one);
  return ordered.map(([reason, count]) => `${reason} ${count}`).join(', ');
}
