import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildVerifier } from '../../kernel/cli/verifier-page.ts';
import { parseState } from '../../sdk/verify/index.ts';
import { buildBilling } from '../support/billing-builder.ts';
import { launchChromium } from '../support/chromium.ts';
import { buildEvidence } from '../support/evidence-builder.ts';

const test = suite('The verifier as a page');
const folder = mkdtempSync(join(tmpdir(), 'summit-verify-page-'));
const { bundle, policy, world } = await buildEvidence();
const text = JSON.stringify(bundle);
const [evidence, pinned, html] = [file('evidence.json', text), file('demo.policy', policy), file('verify.html', await buildVerifier())];
let browser: Browser;

test.before(async () => {
  browser = await launchChromium();
});
test.after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

/** Opens the page from the disk, without a network, and afterwards looks at what it tried and what it complained about. */
async function onPage(work: (page: Page, context: BrowserContext) => Promise<void>, options: { colorScheme?: 'dark' } = {}): Promise<void> {
  const context = await browser.newContext({ offline: true, ...options });
  const [requested, complaints]: [string[], string[]] = [[], []];
  context.on('request', (request) => requested.push(request.url()));
  try {
    const page = await context.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`file://${html}`);
    await work(page, context);
  } finally {
    await context.close();
  }
  assert.equal(complaints, []);
  assert.equal(
    requested.filter((url) => !url.startsWith('blob:')),
    [`file://${html}`],
  );
}

async function verify(page: Page, bundlePath = evidence, policyPath = pinned): Promise<void> {
  await page.getByLabel('Evidence bundle').setInputFiles(bundlePath);
  await page.getByLabel('Policy').setInputFiles(policyPath);
  await page.getByRole('button', { name: 'Verify' }).click();
}

function verdicts(page: Page): Promise<string[]> {
  return page.getByRole('definition').allTextContents();
}

test('a sound bundle is verified offline, from the disk', async () => {
  await onPage(async (page) => {
    await verify(page);
    await page.getByRole('heading', { name: '✓ Verified' }).waitFor();
    const [integrity = '', completeness = '', replay = ''] = await verdicts(page);
    assert.match(integrity, /^✓ WITNESSED by 1 \(w1\)/);
    assert.match(completeness, /^✓ COMPLETE/);
    assert.match(replay, /^✓ REPRODUCED 2 of 2/);
    assert.is(await page.getByRole('heading', { name: 'Findings' }).isVisible(), false);
  });
});

test('an invoice is made again, without a network', async () => {
  const billing = await buildBilling();
  await onPage(async (page) => {
    await verify(page, file('invoice.json', JSON.stringify(billing.bundle)), file('invoice.policy', billing.policy));
    await page.getByRole('heading', { name: '✓ Verified' }).waitFor();
    assert.match((await verdicts(page))[3] ?? '', /^✓ REPRODUCED 5 of 5 lines/);
  });
});

test('of a tampered one every finding is shown, in the dark too', async () => {
  const tampered = file('tampered.json', text.replace('"target":"orders-db"', '"target":"payroll"').replace('"role":"team_lead"', '"role":"ceo"'));
  await onPage(
    async (page) => {
      await verify(page, tampered);
      await page.getByRole('heading', { name: 'Findings' }).waitFor();
      assert.match((await verdicts(page))[0] ?? '', /^✗ INVALID/);
      const findings = await page.locator('#findings').getByRole('listitem').allTextContents();
      for (const words of ['INVALID field-not-bound: request.target', 'approvals[0].role', 'statement-differs']) {
        assert.ok(
          findings.some((finding) => finding.includes(words)),
          words,
        );
      }
    },
    { colorScheme: 'dark' },
  );
});

test('the keyboard is enough, and whoever listens is led to the report', async () => {
  await onPage(async (page) => {
    await page.getByLabel('Evidence bundle').setInputFiles(evidence);
    await page.getByLabel('Policy').setInputFiles(pinned);
    await page.getByLabel('Policy').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.getByLabel('State').setInputFiles([]);
    await page.getByLabel('Nonce').focus();
    await page.keyboard.type('4711');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.getByText('nonce-differs').waitFor();
    assert.is(await page.evaluate('document.activeElement.id'), 'report');
    assert.is(await page.getByRole('region', { name: 'Not verified' }).isVisible(), true);
  });
});

test('files that are dropped go where they belong', async () => {
  await onPage(async (page) => {
    const files = JSON.stringify({ 'evidence.json': text, 'demo.policy': policy });
    await page.evaluate(`{
      const transfer = new DataTransfer();
      for (const [name, content] of Object.entries(${files})) transfer.items.add(new File([content], name));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }`);
    await page.getByText('Taken: evidence.json as the bundle, demo.policy as the policy.').waitFor();
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByText('✓ Verified').waitFor();
  });
});

test('what was seen can be saved, and a log that shows another history is found out', async () => {
  await onPage(async (page) => {
    await verify(page);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Save what was seen' }).click()]);
    const state = parseState(readFileSync(await download.path(), 'utf8'));
    assert.is(state.get(world.log.origin)?.size, BigInt(world.log.entries.length));
    const logs = { [world.log.origin]: { size: String(world.log.entries.length), root: Buffer.alloc(32).toString('base64') } };
    await page.getByText('More that can be checked').click();
    await page.getByLabel('State').setInputFiles(file('state.json', JSON.stringify({ version: 1, logs })));
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByText('split-view').waitFor();
    assert.is(await page.getByRole('link', { name: 'Save what was seen' }).isVisible(), false);
  });
});

test('nothing of a bundle becomes markup, and what cannot be used is said', async () => {
  const hostile = file('hostile.json', JSON.stringify({ manifest: { typ: 'summit-evidence/v1' }, '<img src=x onerror=alert(1)>': 1 }));
  await onPage(async (page) => {
    await verify(page, hostile);
    await page.getByText('malformed-bundle').waitFor();
    await verify(page, file('named.json', text.replace('{"manifest":', '{"<img src=x onerror=alert(1)>":1,"manifest":')));
    await page.getByText('<img src=x onerror=alert(1)>').waitFor();
    assert.is(await page.locator('img').count(), 0);
    await verify(page, evidence, evidence);
    await page.getByText('The policy cannot be used').waitFor();
    assert.is(await page.getByRole('region').filter({ hasText: 'Integrity' }).isVisible(), false);
  });
});

test('the page has one script and one style, each named by its hash, and two builds are the same', async () => {
  const page = readFileSync(html, 'utf8');
  assert.is(await buildVerifier(), page);
  assert.match(page, /content="default-src 'none'; script-src 'sha256-[^']+' 'wasm-unsafe-eval'; style-src 'sha256-[^']+'; worker-src blob:; /);
  assert.is(page.match(/<script/g)?.length, 1);
  assert.not.match(page, /\b(src|href)="(?!#)/);
});

test.run();
