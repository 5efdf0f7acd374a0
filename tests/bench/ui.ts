import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.ts';
import { cli, startServer } from '../support/process.ts';
import { median } from './load.ts';
import { type Figure, print } from './report.ts';
import { REQUEST, REQUESTS, TENANT } from './subject.ts';

const LOADS = 5;
const REQUESTS_SEEDED = 120;
const LCP_MS = 1_200;
const TBT_MS = 150;
const CLS = 0.05;
const SHELL_KB = 60;
const ROUTE_KB = 100;
/** Lighthouse's for a phone of the middle class. */
const SLOW_CPU = 4;

interface Load {
  readonly lcp: number;
  readonly tbt: number;
  readonly cls: number;
  /** Compressed, as it came over the wire. */
  readonly scriptKb: number;
}

/** How quickly the Switchboard's pages are there, as web.dev measures it: a desktop, nothing cached, no throttling. */
async function measure(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'summit-bench-ui-'));
  const env = { SUMMIT_DATA_DIR: dataDir, DATABASE_URL: '' };
  const server = await startServer(env);
  const browser = await launchChromium();
  try {
    const record = await seed(server.url, env);
    const pages: readonly (readonly [string, string])[] = [
      ['a list', '/w/high-risk-ops/requests'],
      ['a record', `/w/high-risk-ops/requests/${record}`],
      ['its evidence', `/w/high-risk-ops/requests/${record}/evidence`],
      ['its graph', `/w/high-risk-ops/requests/${record}/graph`],
      ['a dashboard with charts', '/w/dashboards/high-risk-ops.overview'],
      ['a form', '/w/high-risk-ops/requests/new'],
      ['the audit log', '/w/receipts'],
    ];
    console.log(
      `Node ${process.version}, ${browser.version()}, ${cpus().length} CPUs. Medians of ${LOADS} loads; beside them with the processor ${SLOW_CPU} times slower.`,
    );
    for (const [name, path] of pages) {
      const [fast, slow] = [await loads(browser, server.url + path, 1), await loads(browser, server.url + path, SLOW_CPU)];
      print(`${name}: ${path.replace(record, ':id')}`, figuresOf(fast, slow));
    }
  } finally {
    await browser.close();
    await server.stop('SIGTERM');
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function seed(url: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await cli(['token', '--tenant', TENANT, '--user', 'engineer'], env);
  const headers = { authorization: `Bearer ${stdout.trim()}`, 'content-type': 'application/json' };
  let id = '';
  for (let count = 0; count < REQUESTS_SEEDED; count++) {
    const response = await fetch(url + REQUESTS, { method: 'POST', headers, body: JSON.stringify(REQUEST) });
    if (response.status !== 201) throw new Error(`the server answered ${response.status} to a request`);
    ({ id } = (await response.json()) as { id: string });
  }
  return id;
}

async function loads(browser: Browser, url: string, slowdown: number): Promise<readonly Load[]> {
  const found: Load[] = [];
  for (let count = 0; count < LOADS; count++) {
    const context = await browser.newContext({ viewport: { width: 1350, height: 940 } });
    try {
      found.push(await load(await context.newPage(), url, slowdown));
    } finally {
      await context.close();
    }
  }
  return found;
}

/** As a visitor who is signed in comes for the first time. */
async function load(page: Page, url: string, slowdown: number): Promise<Load> {
  const { origin, pathname } = new URL(url);
  await page.goto(`${origin}/sign-in?${new URLSearchParams({ return_to: '/docs', tenant: TENANT })}`);
  await page.getByRole('form', { name: TENANT }).locator('button[value="auditor"]').click();
  await page.waitForURL('**/docs');
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  await page.addInitScript(observe);
  await page.goto(origin + pathname, { waitUntil: 'load' });
  // Asked from outside: the page's policy lets nobody evaluate an expression within it.
  while (await page.evaluate('performance.now() - window.seen.last < 1500')) await page.waitForTimeout(200);
  return page.evaluate(`({
    lcp: window.seen.lcp, tbt: window.seen.tbt, cls: window.seen.cls,
    scriptKb: performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js')).reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) / 1000,
  })`);
}

/** Runs in the page: the largest paint, the time that long tasks blocked beyond 50 ms, and what jumped. */
const observe = `
  window.seen = { lcp: 0, tbt: 0, cls: 0, last: 0 };
  const on = (type, take) => new PerformanceObserver((list) => { for (const entry of list.getEntries()) { take(entry); window.seen.last = performance.now(); } }).observe({ type, buffered: true });
  on('largest-contentful-paint', (entry) => { window.seen.lcp = entry.startTime; });
  on('longtask', (entry) => { window.seen.tbt += entry.duration - 50; });
  on('layout-shift', (entry) => { if (!entry.hadRecentInput) window.seen.cls += entry.value; });
  on('resource', () => {});
`;

function figuresOf(fast: readonly Load[], slow: readonly Load[]): readonly Figure[] {
  const of = (of: readonly Load[], name: keyof Load) => median(of.map((found) => found[name]));
  const ms = (value: number) => `${Math.round(value)} ms`;
  const [lcp, tbt, cls, kb] = [of(fast, 'lcp'), of(fast, 'tbt'), of(fast, 'cls'), of(fast, 'scriptKb')];
  return [
    { what: 'largest contentful paint', value: ms(lcp), against: `slow ${ms(of(slow, 'lcp'))}`, target: `<= ${ms(LCP_MS)}`, met: lcp <= LCP_MS },
    { what: 'total blocking time', value: ms(tbt), against: `slow ${ms(of(slow, 'tbt'))}`, target: `<= ${ms(TBT_MS)}`, met: tbt <= TBT_MS },
    { what: 'cumulative layout shift', value: cls.toFixed(3), against: `slow ${of(slow, 'cls').toFixed(3)}`, target: `<= ${CLS}`, met: cls <= CLS },
    {
      what: 'script, compressed',
      value: `${kb.toFixed(1)} kB`,
      target: `<= ${ROUTE_KB} kB, the shell with its first page ${SHELL_KB} kB`,
      met: kb <= ROUTE_KB,
    },
  ];
}

await measure();
