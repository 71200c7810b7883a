/** The alert rules and the dashboard: what they name must be there, or they are silent for ever. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CLOSE_REASONS } from '../../src/net/connection.js';
import { METRIC_ROWS, makeMetrics } from '../../src/telemetry/metrics.js';

const deploy = (name: string) => fileURLToPath(new URL(`../../deploy/${name}`, import.meta.url));
const alerts = readFileSync(deploy('prometheus/alerts.yaml'), 'utf8');

const Panel = z.object({
  id: z.number(),
  title: z.string().min(1),
  type: z.enum(['row', 'stat', 'timeseries']),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  targets: z.array(z.object({ expr: z.string().min(1), refId: z.string() })).default([]),
});
const Dashboard = z.object({ uid: z.literal('ami-gateway'), panels: z.array(Panel) });
const dashboard = Dashboard.parse(JSON.parse(readFileSync(deploy('grafana/dashboard.json'), 'utf8')));
const queries = dashboard.panels.flatMap((panel) => panel.targets.map(({ expr }) => expr));

/** Each metric that we export with its labels; those of a target are Prometheus's own. */
const labelsOf = new Map<string, readonly string[]>([
  ...METRIC_ROWS.map((row): [string, readonly string[]] => [`ami_gateway_${row.name}`, row.labels]),
  ...(await makeMetrics().registry.getMetricsAsJSON())
    .filter(({ name }) => !name.startsWith('ami_gateway_'))
    .map(({ name }): [string, readonly string[]] => [name, []]),
]);

interface Use {
  readonly metric: string;
  readonly labels: readonly string[];
}

/** Metrics that are named in a text, each with the labels that are asked of it. */
function usesIn(text: string): readonly Use[] {
  return [...text.matchAll(/\b((?:ami_gateway|process|nodejs)_[a-z0-9_]+)(?:\{([^}]*)\})?/g)].map((match) => ({
    metric: (match[1] ?? '').replace(/_(bucket|sum|count)$/, ''),
    labels: [...(match[2] ?? '').matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g)].map((label) => label[1] ?? ''),
  }));
}

function unknownIn(text: string): readonly Use[] {
  return usesIn(text).filter(({ metric, labels }) => {
    const known = labelsOf.get(metric);
    return known === undefined || labels.some((label) => ![...known, 'job', 'instance', 'le'].includes(label));
  });
}

describe('the alert rules', () => {
  it('name only metrics and labels that exist', () => {
    expect(usesIn(alerts).length).toBeGreaterThan(20);
    expect(unknownIn(alerts)).toEqual([]);
  });

  it('name only reasons for which sessions end', () => {
    const named = [...alerts.matchAll(/sessions_closed_total\{reason=~"([^"]*)"/g)].flatMap((match) =>
      (match[1] ?? '').split('|'),
    );

    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((reason) => !CLOSE_REASONS.some((known) => known === reason))).toEqual([]);
  });

  it('are each seen to fire in a test of theirs', () => {
    const tests = readFileSync(deploy('prometheus/alerts.test.yaml'), 'utf8');
    const names = [...alerts.matchAll(/- alert: (\w+)/g)].map((match) => match[1] ?? '');

    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !tests.includes(`{alertname="${name}"}`))).toEqual([]);
  });

  const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;
  it.skipIf(!hasPromtool)('pass promtool, where it is installed', () => {
    const promtool = (...args: readonly string[]) => {
      const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
      return { status, output: status === 0 ? '' : stdout + stderr };
    };

    expect(promtool('check', 'rules', deploy('prometheus/alerts.yaml'))).toEqual({ status: 0, output: '' });
    expect(promtool('test', 'rules', deploy('prometheus/alerts.test.yaml'))).toEqual({ status: 0, output: '' });
  });
});

describe('the dashboard', () => {
  it('names only metrics and labels that exist', () => {
    expect(queries.length).toBeGreaterThan(20);
    expect(unknownIn(queries.join('\n'))).toEqual([]);
  });

  it('has panels that do not lie over each other', () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
    );

    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    expect(Math.max(...dashboard.panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
  });
});
