import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import type { Bundle } from '../../kernel/switchboard/bundle.ts';
import { launchChromium } from './chromium.ts';
import { type TestSummit, testSummit } from './summit.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const TENANT = 'demo-external';

/** Whatever people see comes long before, also where a machine is busy with other things. */
const PATIENCE_MS = 15_000;

export interface Visit extends BrowserContextOptions {
  readonly tenant?: string;
  /** Complaints of the browser that belong to what is tested, such as that of a request that fails. */
  readonly expected?: RegExp;
}

/** A Summit with a Chromium before it, to use it as people do. */
export interface TestSwitchboard {
  readonly s: TestSummit;
  readonly browser: Browser;
  /** Signs in, goes where the path leads, works there; and afterwards the browser must not have complained. */
  visit(handle: string, path: string, work: (page: Page, context: BrowserContext) => Promise<void>, options?: Visit): Promise<void>;
  close(): Promise<void>;
}

export async function testSwitchboard(...change: Parameters<typeof testSummit>): Promise<TestSwitchboard> {
  const [s, browser] = await Promise.all([testSummit(...change), launchChromium()]);
  if (change.length === 0) bundleOnce(s);
  return {
    s,
    browser,
    async visit(handle, path, work, { tenant = TENANT, expected, ...options } = {}) {
      const context = await browser.newContext({ baseURL: s.summit.url, ...options });
      context.setDefaultTimeout(PATIENCE_MS);
      const complaints: string[] = [];
      try {
        const page = await context.newPage();
        listen(page, complaints);
        // As the form of the sign-in page does.
        const signedIn = await context.request.post('/sign-in', {
          form: { tenant, handle, return_to: path },
          headers: { Origin: s.summit.url },
          maxRedirects: 0,
        });
        assert.is(signedIn.status(), 303);
        await page.goto(signedIn.headers().location ?? '');
        await settled(page);
        await work(page, context);
        complaints.push(...((await page.evaluate('window.violations ?? []')) as string[]));
      } finally {
        await context.close();
      }
      assert.equal(
        complaints.filter((complaint) => !expected?.test(complaint)),
        [],
      );
    },
    async close() {
      await browser.close();
      await s.close();
    },
  };
}

let bundled: Promise<Bundle> | undefined;

/** What the same packs show is built from the same files: in a process once, since it takes seconds. */
function bundleOnce({ summit }: TestSummit): void {
  const { switchboard } = summit.services;
  bundled ??= switchboard.bundle();
  const same = bundled;
  switchboard.bundle = () => same;
}

/** What the browser complains of: errors, warnings, and whatever the content security policy has refused. */
export function listen(page: Page, complaints: string[]): void {
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  page.addInitScript(`
    window.violations = [];
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => window.violations.push(violatedDirective + ' ' + blockedURI));
  `);
}

/** Waits until the page has its head and nothing of it is still being loaded. */
export async function settled(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor();
  // Not by an expression: the page's policy forbids to evaluate one.
  await page.locator('main .skeleton, [aria-busy=true]').first().waitFor({ state: 'detached' });
}

/** Rules whose outcome depends on colours and sizes. All others hang on the markup, which is the same however a page is looked at. */
const BY_LOOK = ['color-contrast', 'link-in-text-block', 'scrollable-region-focusable', 'target-size'];

/**
 * What axe finds: every rule of WCAG 2.2 A and AA, also that of the size of targets which it leaves out by itself, and what it calls best practice.
 * @param again what is there was looked at before, in other colours or another size
 */
export async function barriers(page: Page, again = false): Promise<readonly string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe);
  const rules = again ? { runOnly: BY_LOOK } : { rules: { 'target-size': { enabled: true } } };
  const found: readonly { id: string; nodes: readonly { html: string; failureSummary: string }[] }[] = await page.evaluate(
    `axe.run(document, ${JSON.stringify({ resultTypes: ['violations'], ...rules })}).then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })) })))`,
  );
  return found.map(
    ({ id, nodes }) =>
      `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} (${failureSummary.split('\n').slice(1).join('; ').trim()})`).join(' | ')}`,
  );
}
