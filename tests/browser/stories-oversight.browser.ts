import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parsePolicy, verifyEvidence } from '../../sdk/verify/index.ts';
import { assertHas, openFromPane, saved } from '../support/hands.ts';
import { accessRequest } from '../support/summit.ts';
import { settled, type TestSwitchboard, testSwitchboard } from '../support/switchboard.ts';

const test = suite('Overseeing a tenant, by the Switchboard');
let switchboard: TestSwitchboard;

const REQUESTS = '/high-risk-ops/requests';
const CANDIDATE = new URL('../policies/candidates/candidate.wasm', import.meta.url);

test.before(async () => {
  switchboard = await testSwitchboard();
  const { s } = switchboard;
  for (const duration_minutes of [30, 60, 120, 600]) await s.post('engineer', REQUESTS, accessRequest({ duration_minutes }));
});
test.after(() => switchboard?.close());

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

async function person(handle: string): Promise<{ id: string; roles: readonly string[]; status: string }> {
  const { body } = await switchboard.s.get('operator', '/users');
  const found = body.items.find((user: { handle: string | null }) => user.handle === handle);
  assert.ok(found, handle);
  return found;
}

test('an auditor draws a sample that a seed decides, opens what is in it, and verifies offline that it is of all there is', async () => {
  await switchboard.visit('auditor', '/w', async (page) => {
    await openFromPane(page, 'Audit', 'Populations');
    await page.getByLabel('Type', { exact: true }).selectOption({ label: 'High-Risk Ops: Request' });
    await page.getByLabel('Size of the sample').fill('2');
    await page.getByLabel('Seed').fill('third quarter');
    await button(page, 'Show the population').click();
    const sample = page.getByRole('table', { name: 'Sample' }).locator('tbody tr');
    await sample.first().waitFor();
    assert.is(await sample.count(), 2);
    assertHas(await page.getByRole('main').innerText(), 'Records\n3', 'Pending\n3');
    const document = await saved(page, () => page.getByRole('link', { name: 'Signed document (JSON)' }).click());
    const keys = await saved(page, () => page.getByRole('link', { name: 'Keys to pin' }).click());
    const report = await verifyEvidence(document.text, { policy: await parsePolicy(keys.text) });
    assert.is(report.integrity.verdict, 'LOGGED');
    const drawn = await sample.getByRole('link').allInnerTexts();
    await sample.first().getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: /orders-db/ }).waitFor();
    await page.goBack();
    await sample.first().waitFor();
    assert.equal(await sample.getByRole('link').allInnerTexts(), drawn);
    assert.is(await page.getByLabel('Seed').inputValue(), 'third quarter');
  });
});

test('an operator sets the roles of somebody, who has them at once, and may not set their own', async () => {
  await switchboard.visit('engineer-2', `/w${REQUESTS}`, async (other) => {
    const pane = other.getByRole('navigation', { name: 'Workspaces' });
    await other.locator('.live.on').waitFor();
    assert.is(await pane.getByRole('link', { name: 'Invoices' }).count(), 0);
    await switchboard.visit('operator', '/w', async (page) => {
      await openFromPane(page, 'Settings', 'People');
      await page.getByRole('link', { name: 'engineer-2', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: 'engineer-2' });
      await dialog.getByLabel('Finance').check();
      await dialog.getByRole('button', { name: 'Set the roles' }).click();
      await dialog.getByText('Done.').waitFor();
      assert.equal((await person('engineer-2')).roles, ['engineer', 'finance']);
      await pane.getByRole('link', { name: 'Invoices' }).waitFor();
      await page.goto(`/w/users?open=${(await person('operator')).id}`);
      await page.getByRole('dialog', { name: 'operator' }).getByText('Nobody sets their own roles: another operator must.').waitFor();
      await page.goto(`/w/users?open=${crypto.randomUUID()}`);
      await page.getByRole('dialog', { name: 'Person' }).getByText('There is nobody of this id.').waitFor();
    });
  });
});

test('personal data are erased only by whoever types whose', async () => {
  const { id } = await person('ae-2');
  await switchboard.visit('operator', `/w/users?open=${id}`, async (page) => {
    const dialog = page.getByRole('dialog', { name: 'ae-2' });
    await dialog.getByText('Erase personal data').click();
    const typed = dialog.getByLabel('Type ae-2 to erase this person');
    await typed.fill('ae');
    await dialog.getByRole('button', { name: 'Erase for good' }).click();
    await dialog.getByText('That is not their handle.').waitFor();
    await typed.fill('ae-2');
    await dialog.getByRole('button', { name: 'Erase for good' }).click();
    await page.getByRole('dialog', { name: 'erased' }).getByText('Done.').waitFor();
    const { body } = await switchboard.s.get('operator', '/users');
    assert.is(body.items.find((user: { id: string }) => user.id === id).status, 'erased');
  });
});

test('a candidate policy is tried on all that was decided, and each decision that flips can be opened', async () => {
  const added = await switchboard.s.post('operator', '/policy-bundles', {
    id: 'high_risk.operations',
    version: '9.0.0',
    opa: '1.22.2',
    entrypoints: ['high_risk/operations/decision'],
    wasm: readFileSync(CANDIDATE).toString('base64'),
    sources: {},
  });
  assert.is(added.status, 201, JSON.stringify(added.body));
  await switchboard.visit('operator', '/w', async (page) => {
    await openFromPane(page, 'Policy', 'Backtests');
    await page.getByRole('link', { name: 'Try a policy bundle on all that was decided' }).first().click();
    const option = page.getByRole('option', { name: /^high_risk\.operations 9\.0\.0 · \w{12}$/ });
    await page.getByLabel('Bundle to try').selectOption((await option.getAttribute('value')) ?? '');
    await page.getByRole('main').getByRole('button', { name: 'Try a policy bundle on all that was decided' }).click();
    await page.getByText('4 decisions come out otherwise.').waitFor();
    await page.getByRole('table', { name: 'Differences' }).getByRole('link', { name: 'allowed before, refused now' }).click();
    await page.waitForURL(/difference=allow-to-deny/);
    const findings = page.getByRole('table', { name: 'Decisions that come out otherwise' }).locator('tbody tr');
    await findings.first().waitFor();
    await settled(page);
    for (const text of await findings.allInnerTexts()) assertHas(text, 'allowed before, refused now');
    await findings.first().getByRole('link').first().click();
    await page.getByRole('heading', { level: 1, name: 'high-risk-ops.request.create' }).waitFor();
  });
});

test('all decisions are made again, and come out as they are on record', async () => {
  await switchboard.visit('auditor', '/w', async (page) => {
    await openFromPane(page, 'Policy', 'Replays');
    await page.getByRole('link', { name: 'Make all decisions again' }).first().click();
    await page.getByRole('main').getByRole('button', { name: 'Make all decisions again' }).click();
    await page.getByText('Every decision comes out as it is on record.').waitFor();
  });
});

test('the audit log says what is new in it, refusals too, and shows it when it is asked to', async () => {
  await switchboard.visit('auditor', '/w/receipts', async (page) => {
    await page.locator('.live.on').waitFor();
    await switchboard.s.post('engineer', REQUESTS, accessRequest({ duration_minutes: 601 }));
    await page.getByRole('status').getByText('1 new or changed: show').click();
    const [, newest] = await page.getByRole('row').all();
    await newest?.getByText('Denied').waitFor();
  });
});

test('settings of a pack that are wrong name the field, what is given up is gone, and what is saved holds', async () => {
  await switchboard.visit(
    'operator',
    '/w/packs',
    async (page) => {
      const open = () => button(page, 'Settings of High-Risk Ops').click();
      const dialog = page.getByRole('dialog', { name: 'Settings of High-Risk Ops' });
      const targets = dialog.getByLabel('Targets');
      await open();
      const before = await targets.inputValue();
      await targets.fill('{');
      await dialog.getByRole('button', { name: 'Save the settings' }).click();
      await dialog.getByRole('alert').getByText('Targets must be JSON').waitFor();
      await targets.fill('{ "orders-db": { "executor": 7 } }');
      await dialog.getByRole('button', { name: 'Save the settings' }).click();
      await dialog
        .getByRole('alert')
        .getByRole('button', { name: /^Targets orders-db\.executor / })
        .waitFor();
      await page.keyboard.press('Escape');
      await open();
      assert.is(await targets.inputValue(), before);
      await targets.fill(JSON.stringify({ ...JSON.parse(before), 'ledger-db': { executor: 'stub' } }));
      await dialog.getByRole('button', { name: 'Save the settings' }).click();
      await page.getByText('Done.').waitFor();
    },
    { expected: /Failed to load resource/ },
  );
  const { status } = await switchboard.s.post('engineer', REQUESTS, accessRequest({ target: 'ledger-db' }));
  assert.is(status, 201);
});

test('a SKU shows what it contains, with its dashboards as links, and is enabled with what it requires', async () => {
  await switchboard.visit('operator', '/w/packs', async (page) => {
    const entry = page.getByRole('region', { name: 'Trust & Proof Pack' });
    await entry.getByText('What it contains').click();
    await entry.getByText('Offline verification').waitFor();
    await entry.getByText('GET /evidence/billing/:tenant_id/:period').waitFor();
    assertHas((await entry.getByRole('link', { name: 'RevOps Governance' }).getAttribute('href')) ?? '', '/w/dashboards/revops.governance');
    const confirm = async (name: string, told: RegExp) => {
      await button(page, name).click();
      const dialog = page.getByRole('dialog', { name });
      await dialog.getByText(told).waitFor();
      await dialog.getByRole('button', { name, exact: true }).click();
      await dialog.waitFor({ state: 'detached' });
    };
    await confirm('Disable Trust & Proof Pack', /stay as they are/);
    await entry.getByText('not enabled', { exact: true }).waitFor();
    await confirm('Disable RevOps', /stop for/);
    await entry.getByText('not enabled', { exact: true }).nth(3).waitFor();
    await confirm('Enable Trust & Proof Pack', /Enabled with it, each with a receipt: RevOps/);
    await entry.getByText('enabled', { exact: true }).waitFor();
  });
  assert.is((await switchboard.s.get('auditor', '/skus/trust-and-proof')).body.enabled, true);
});

test.run();
