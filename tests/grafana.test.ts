import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { accessRequest, testSummit } from './support/summit.ts';

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly datasource: { readonly type: string; readonly uid: string };
  }[];
}

const test = suite('The dashboard for Grafana');
const dashboard = JSON.parse(readFileSync(new URL('../config/dashboards/summit.json', import.meta.url), 'utf8'));
const panels: readonly Panel[] = dashboard.panels;
const targets = panels.flatMap((panel) => panel.targets ?? []);
const OF_A_HISTOGRAM = /_(bucket|count|sum)$/;

/** Of PromQL, what is neither a function, a keyword nor a label. */
function metricsIn(expr: string): readonly string[] {
  const bare = expr.replaceAll(/\{[^}]*\}|\[[^\]]*\]|"[^"]*"/g, ' ').replaceAll(/\b(by|without|on|ignoring)\s*\([^)]*\)/g, ' ');
  return [...bare.matchAll(/\b[a-z_][a-z0-9_]*\b(?!\s*\()/gi)].map(([name]) => name);
}

test('it is of the schema that Grafana 11 writes, each panel has an id of its own, and none lies on another', () => {
  assert.is(dashboard.schemaVersion, 39);
  assert.is(new Set(panels.map(({ id }) => id)).size, panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
  );
  assert.is(new Set(cells).size, cells.length);
  assert.ok(panels.every(({ gridPos: { x, w } }) => x + w <= 24));
  for (const panel of panels) {
    const refIds = (panel.targets ?? []).map(({ refId }) => refId);
    assert.is(new Set(refIds).size, refIds.length, panel.title);
    assert.is(refIds.length > 0, panel.type !== 'row', panel.title);
  }
});

test('it asks the data source that is chosen, and by its own variables', () => {
  const variables = dashboard.templating.list.map(({ name }: { name: string }) => name);
  assert.equal(variables, ['datasource', 'job', 'tenant']);
  for (const { expr, datasource } of targets) {
    assert.is(datasource.type, 'prometheus');
    assert.match(datasource.uid, /^\$\{datasource\}$/);
    for (const [, name] of expr.matchAll(/\$(\w+)/g)) assert.ok(['__rate_interval', ...variables].includes(name), expr);
  }
});

test('what failed is not among what decisions took', () => {
  const quantiles = targets.filter(({ expr }) => expr.includes('summit_policy_decision_duration_seconds_bucket'));
  assert.is(quantiles.length, 3);
  for (const { expr } of quantiles) assert.match(expr, 'outcome!="error"');
});

test('every metric that it asks for is there', async () => {
  const s = await testSummit();
  try {
    assert.is((await s.post('engineer', '/high-risk-ops/requests', accessRequest())).status, 201);
    await s.get('auditor', '/slo');
    const offered = String((await s.send('GET', '/metrics')).body);
    const asked = new Set(targets.flatMap(({ expr }) => metricsIn(expr)));
    assert.ok(asked.size > 12);
    assert.equal(
      [...asked].filter((name) => !offered.includes(`# TYPE ${name.replace(OF_A_HISTOGRAM, '')} `)),
      [],
    );
    const named = new Set(targets.flatMap(({ expr }) => [...expr.matchAll(/(?:\{|,)(\w+)=/g)].map(([, label]) => label)));
    named.delete('job');
    assert.equal(
      [...named].filter((label) => !new RegExp(`[{,]${label}="`).test(offered)),
      [],
    );
  } finally {
    await s.close();
  }
});

test.run();
