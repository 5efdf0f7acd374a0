import type { Locator, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dealsOf } from '../support/deal.ts';
import { assertHas, inState, openFromPane, openTab, saved, take, totalOf, verifiedHere } from '../support/hands.ts';
import { accessRequest } from '../support/summit.ts';
import { settled, type TestSwitchboard, testSwitchboard } from '../support/switchboard.ts';

const test = suite('Dashboards and invoices, by the Switchboard');
let switchboard: TestSwitchboard;

const PERIOD = new Date().toISOString().slice(0, 7);
const MONTH = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${PERIOD}-01T00:00:00Z`));

test.before(async () => {
  switchboard = await testSwitchboard();
  const { s } = switchboard;
  const requests = await Promise.all(
    [60, 60, 60, 30, 30].map((duration_minutes) => s.post('engineer', '/high-risk-ops/requests', accessRequest({ duration_minutes }))),
  );
  const [first, second, third] = requests.map(({ body }) => `/high-risk-ops/requests/${body.id}`);
  for (const path of [first, second]) for (const handle of ['team-lead', 'security-officer']) await s.post(handle, `${path}/approve`);
  await s.post('engineer', `${first}/execute`);
  await s.post('security-officer', `${third}/reject`, { comment: 'Use the replica.' });
  const deals = dealsOf(s);
  await Promise.all([deals.submitted({ discount_percent: '25' }), deals.submitted({ discount_percent: '10' }), deals.approved(), deals.quote()]);
});
test.after(() => switchboard?.close());

/** The link of a card is called after the card and its number. */
function cardLinks(page: Page): Locator {
  return page
    .locator('main section')
    .filter({ has: page.getByRole('heading', { level: 3 }) })
    .getByRole('link', { name: /^[^:]+: [$\d]/ });
}

/** Follows the link of each card that has one. @returns the cards' titles, each with its number and what the page behind it comes to */
async function followed(
  page: Page,
  board: string,
  count: (page: Page, title: string) => Promise<string>,
): Promise<(readonly [string, string, string])[]> {
  const names = (await cardLinks(page).allInnerTexts()).map((name) => name.replaceAll(/\s+/g, ' ').trim());
  const found: (readonly [string, string, string])[] = [];
  for (const name of names) {
    const [title = '', number = ''] = name.split(': ');
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { level: 1, name: board, exact: true }).waitFor({ state: 'detached' });
    await settled(page);
    found.push([title, number, await count(page, title)]);
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: board, exact: true }).waitFor();
    await settled(page);
  }
  return found;
}

for (const [workspace, board, expected] of [
  [
    'Security',
    'High-Risk Ops',
    [
      ['Requests', '5'],
      ['Executed', '1'],
      ['Pending', '3'],
      ['Without receipts', '0'],
      ['Active grants', '1'],
    ],
  ],
  [
    'RevOps',
    'RevOps Governance',
    [
      ['Leads', '4'],
      ['Quotes', '4'],
      ['Quotes requiring approval', '2'],
      ['Waiting for approval', '2'],
    ],
  ],
] as const) {
  test(`each number of ${board} is the total of the list that it opens`, async () => {
    await switchboard.visit('operator', '/w', async (page) => {
      await openFromPane(page, workspace, board);
      const cards = await followed(page, board, async (list) => String(await totalOf(list)));
      for (const [title, number, total] of cards) assert.is(total, number, title);
      assert.equal(
        cards.map(([title, number]) => [title, number]),
        expected,
      );
      assert.ok(
        (await page.getByRole('main').innerText()).includes(
          board === 'High-Risk Ops' ? 'Time to approve, 95th percentile' : 'Approval time, average',
        ),
      );
      await page.getByRole('button', { name: 'View as table' }).first().click();
      await page.getByRole('table').first().waitFor();
    });
  });
}

test('service levels stand on a dashboard, and say it where there are too few samples', async () => {
  await switchboard.visit('operator', '/w/dashboards/high-risk-ops.overview', async (page) => {
    const rows = page.getByRole('region', { name: 'Service levels', exact: true }).getByRole('row');
    const { body } = await switchboard.s.get('operator', '/slo');
    const p95 = body.indicators.find(({ id }: { id: string }) => id.includes('p95') || id.includes('decision'));
    const shown = await rows.filter({ hasText: 'Policy decisions, 95th percentile' }).innerText();
    assertHas(shown, `of ${p95.samples} samples`, 'at most 50 ms', p95.value === null ? 'Too few samples' : ' ms');
    assert.match(await rows.filter({ hasText: 'Subjects with missing receipts' }).innerText(), /Met\s+0\s+at most 0$/);
    await rows.filter({ hasText: 'Metering lag' }).getByText('Met', { exact: true }).waitFor();
  });
});

test('a billing run is asked for by a form', async () => {
  await switchboard.visit('finance', '/w', async (page) => {
    await openFromPane(page, 'Billing records', 'Billing runs');
    await page.getByRole('link', { name: 'Rate a period and draft its invoice' }).first().click();
    await page.getByLabel('Month').fill(PERIOD);
    await page.getByRole('button', { name: 'Rate a period and draft its invoice' }).click();
    await page.getByRole('heading', { level: 1, name: `Billing run for ${MONTH}` }).waitFor();
  });
});

test('each number of FinOps Demo Economics is what it opens comes to, and the invoice is shown as an invoice and as JSON', async () => {
  await switchboard.visit('operator', '/w', async (page, context) => {
    const board = 'FinOps Demo Economics';
    await openFromPane(page, 'FinOps', board);
    const cards = await followed(page, board, async (opened, title) => {
      if (title.includes('recompute')) return String(await totalOf(opened));
      if (title.startsWith('Rated') || title.startsWith('Estimate'))
        return opened
          .getByRole('row', { name: /^Total/ })
          .getByRole('cell')
          .innerText();
      const rows = await opened.locator('tbody').getByRole('row').allInnerTexts();
      const quantities = rows.map((row) => row.split('\t')[2] ?? '');
      return String(quantities.reduce((sum, quantity) => sum + Number(quantity.replaceAll(',', '')), 0));
    });
    assert.equal(
      cards.map(([title]) => title),
      ['Policy decisions', 'Workflow runs', 'Rated so far', 'Estimate for the month', 'Invoices that do not recompute'],
    );
    // An estimate is of what is to come: it leads to the invoice as it is.
    for (const [title, number, opened] of cards.filter(([of]) => !of.startsWith('Estimate'))) assert.is(opened, number, title);
    assert.ok(cards.slice(0, 2).every(([, number]) => Number(number) > 0));
    const total = cards.find(([title]) => title === 'Rated so far')?.[1] ?? '';

    await page.getByRole('link', { name: 'As an invoice' }).click();
    assertHas(await page.locator('body').innerText(), 'Base fee', total.slice(1));
    await page.goBack();
    await page.getByRole('link', { name: 'As JSON' }).click();
    const json = await context.request.get(page.url());
    assert.is(`$${(await json.json()).total}`, total);
  });
});

test('an invoice is finalized by its button, and its evidence is rated again in the browser', async () => {
  await switchboard.visit('finance', '/w', async (page) => {
    await openFromPane(page, 'FinOps', 'Invoices');
    await page.getByRole('link', { name: 'no number yet', exact: true }).click();
    await inState(page, 'Draft');
    await take(page, 'Finalize an invoice');
    await page.getByRole('heading', { level: 1, name: 'INV-000001 Finalized' }).waitFor();
    await page.getByText('Matches its events', { exact: true }).waitFor();
    await openTab(page, 'Evidence');
    const verdicts = await verifiedHere(page);
    assert.match(verdicts.integrity ?? '', /^LOGGED/);
    assert.match(verdicts['re-rating'] ?? '', /^REPRODUCED 3 of 3 lines/);
    const bundle = await saved(page, () => page.getByRole('button', { name: 'Download the bundle' }).click());
    await page.getByText(bundle.sha256, { exact: true }).waitFor();
  });
});

test('what if a price were another: another total, beside the one that holds', async () => {
  await switchboard.visit('finance', '/w', async (page) => {
    await openFromPane(page, 'FinOps', 'What if');
    const cards = page.getByRole('status').filter({ hasText: 'By this plan' });
    const before = await cards.innerText();
    assertHas(before, '$0.00');
    await page.getByText('Change its prices').click();
    await page.getByLabel('Base fee').fill('750.00');
    await cards.getByText('$250.00', { exact: true }).waitFor();
    assert.match(await cards.innerText(), /By this plan\s+\$750\.\d\d[\s\S]+\$500\.\d\d/);
    await page.reload();
    await cards.getByText('$250.00', { exact: true }).waitFor();
  });
});

test.run();
