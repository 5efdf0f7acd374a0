import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { looked } from '../support/looks.ts';
import { button } from '../support/requests.ts';
import { type TestSwitchboard, testSwitchboard } from '../support/switchboard.ts';

const test = suite('People make API tokens, see the secret once, and revoke them');
let board: TestSwitchboard;

test.before(async () => {
  board = await testSwitchboard();
});
test.after(() => board?.close());

test('a token is made with some of one’s roles, its secret is seen once, and it is revoked', async () => {
  await board.visit('lead-and-security', '/w/api-tokens', async (page) => {
    await page.getByRole('link', { name: 'Make an API token' }).first().click();
    await page.getByLabel('Title').fill('nightly export');
    assert.equal([await page.getByLabel('Team lead').isChecked(), await page.getByLabel('Security officer').isChecked()], [true, true]);
    await page.getByLabel('Security officer').uncheck();
    await page.getByLabel('Only reads').check();
    assert.equal(await looked(page, 'making a token', ['light and wide', 'dark and narrow']), []);
    await button(page, 'Make an API token').click();
    const secret = (await page.getByText(/^smt_demo-external_/).textContent()) ?? '';
    assert.equal(await looked(page, 'its secret', ['light and wide', 'dark and narrow']), []);
    const headers = { authorization: `Bearer ${secret}` };
    assert.equal((await board.s.send('GET', '/me', { headers })).body.roles, ['team_lead']);

    await page.getByRole('link', { name: 'Go on' }).click();
    await page.getByRole('heading', { level: 1, name: 'nightly export' }).waitFor();
    assert.is(await page.getByText(/smt_/).count(), 0);
    await button(page, 'Revoke the API token').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke the API token' }).click();
    await page.getByText('Done. Receipt').waitFor();
    assert.is((await board.s.send('GET', '/me', { headers })).status, 401);
  });
});

test.run();
