import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertHas, headsOf, inState, openFromPane, openTab, take, totalOf, verifiedHere, verifiedOffline, whyNot } from '../support/hands.ts';
import { type TestSwitchboard, testSwitchboard } from '../support/switchboard.ts';

const test = suite('Deals and their discounts, by the Switchboard');
let switchboard: TestSwitchboard;
/** Where the quote is that the first test drafts and the others go on with. */
let quote: string;

test.before(async () => {
  switchboard = await testSwitchboard();
});
test.after(() => switchboard?.close());

test('a lead opens an opportunity, and a quote for it is drafted by a form and submitted', async () => {
  await switchboard.visit('ae', '/w', async (page) => {
    await openFromPane(page, 'RevOps', 'Leads');
    await page.getByRole('link', { name: 'Take up a lead' }).first().click();
    await page.getByLabel('Email').fill('ann@acme.example');
    await page.getByLabel('Company').fill('Acme');
    await page.getByLabel('Segment').fill('enterprise');
    await page.getByRole('button', { name: 'Take up a lead' }).click();
    await page.getByRole('heading', { level: 1, name: 'Acme' }).waitFor();

    await openFromPane(page, 'RevOps', 'Quotes');
    await page.getByRole('link', { name: 'Draft a quote' }).first().click();
    await page.getByLabel('Opportunity').selectOption({ label: 'Acme · Enterprise · ae' });
    await page.getByLabel('Amount').fill('120000.00');
    await page.getByLabel('Discount in percent').fill('25');
    await page.getByRole('button', { name: 'Draft a quote' }).click();
    await inState(page, 'Draft');
    const overview = page.getByRole('region', { name: 'Overview', exact: true });
    await overview.getByText('The policy would allow this, after approval by Manager, Finance.').waitFor();
    assertHas(
      await overview.innerText(),
      '5 points above the 20% that an account executive decides alone in Enterprise',
      '$90,000.00',
      'Not submitted yet',
    );
    await take(page, 'Submit a quote for approval');
    await inState(page, 'Pending approval');
    quote = new URL(page.url()).pathname;

    await openFromPane(page, 'RevOps', 'Quotes');
    assert.equal((await headsOf(page)).slice(0, 4), ['Id', 'Account', 'Owner', 'Discount']);
    assert.ok((await headsOf(page)).includes('Status'));
    assert.is(await totalOf(page), 1);
    assertHas(await page.getByRole('row').nth(1).innerText(), 'Acme', 'ae', '25%', 'Pending approval');
  });
});

test('its detail says what is needed and received, and a manager and finance approve it before it is activated', async () => {
  await switchboard.visit('ae', quote, async (page) => {
    const overview = page.getByRole('region', { name: 'Overview', exact: true });
    assertHas(await overview.innerText(), '0 of 2: Manager, Finance', 'Not activated: it must be approved first');
    assert.is(await whyNot(page, 'Activate an approved quote'), 'Activate an approved quote: this is pending_approval, and must be approved.');
    await switchboard.visit('manager', quote, (manager) => take(manager, 'Approve a quote', { Comment: 'strategic' }));
    await overview.getByText('1 of 2: Manager, Finance').waitFor();
    assertHas(await (await openTab(page, 'Approvals')).innerText(), 'manager as Manager', 'strategic', 'still needed');
    await switchboard.visit('finance', quote, (finance) => take(finance, 'Approve a quote'));
    await inState(page, 'Approved');
    await take(page, 'Activate an approved quote');
    await inState(page, 'Activated');
    assertHas(await (await openTab(page, 'Overview')).innerText(), '2 of 2: Manager, Finance', 'contract');
  });
});

test('its evidence has approvals needed against received and the discount against the threshold, and is proven here and offline', async () => {
  await switchboard.visit('auditor', quote, async (page) => {
    const tab = await openTab(page, 'Evidence');
    await tab.getByText('2 of 2 received').waitFor();
    assertHas(
      await tab.innerText(),
      'A discount of 25.00 percent is above the 20.00 percent of the segment enterprise',
      'Discount percent',
      'Approvals needed',
      'Approvals received',
    );
    const verdicts = await verifiedHere(page);
    assert.match(verdicts.integrity ?? '', /^LOGGED/);
    // A lead has no end, so a deal is complete only up to here.
    assert.match(verdicts.completeness ?? '', /^OPEN/);
    assert.match(verdicts['policy replay'] ?? '', /^REPRODUCED 2 of 2/);
    const { bundle, report } = await verifiedOffline(page);
    await tab.getByText(bundle.sha256, { exact: true }).waitFor();
    assert.equal([report.ok, report.findings], [true, []]);
  });
});

test.run();
