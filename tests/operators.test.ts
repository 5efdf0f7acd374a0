import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type TestSummit, testSummit } from './support/summit.ts';

const test = suite('A tenant keeps an operator');
let s: TestSummit;

test.before(async () => {
  s = await testSummit();
  // Jobs run when the test says so.
  await s.summit.services.jobs.stop();
});
test.after(() => s?.close());

async function person(id: string) {
  const { body } = await s.get('auditor', '/users?limit=200');
  return body.items.find((item: { id: string }) => item.id === id);
}

test('nobody does to themselves what takes another operator, however they write their id', async () => {
  const id = await s.userId('operator');
  for (const written of [id.toUpperCase(), id.replace(/[a-f]/, (letter) => letter.toUpperCase())]) {
    const refused = [
      await s.put('operator', `/users/${written}/roles`, { roles: ['operator', 'security_officer'] }),
      await s.post('operator', `/users/${written}/deactivate`),
      await s.post('operator', `/users/${written}/erase`),
      await s.post('operator', '/dry-run', { action: 'user.set-roles', subject_id: written, input: { roles: [] } }),
    ];
    for (const { body } of refused) assert.is(body.code, 'separation-of-duties', JSON.stringify(body));
  }
  assert.is((await person(id)).version, 1);
  const { items } = (await s.get('auditor', `/receipts?subject_id=${id}&action=user.erase`)).body;
  assert.is(items[0].outcome, 'refused', 'on record by the id that they have');
  assert.is((await s.get('auditor', `/receipts/${items[0].id.toUpperCase()}`)).body.id, items[0].id, 'whoever writes an id so is understood');
});

test.run();
