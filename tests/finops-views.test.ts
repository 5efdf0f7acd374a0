import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { boundsOf, currentPeriod, daysOf, neighbour, periodsToChoose } from '../packs/finops/ui/periods.ts';
import { type Plan, pricesIn, pricesOf, quantitiesFrom, quantitiesIn, rated, withPrices } from '../packs/finops/ui/scenario.ts';

const test = suite('What the views of FinOps work out in the browser');

test('the month and its days are those of the tenant, wherever the browser is', () => {
  const late = new Date('2026-11-30T23:30:00Z');
  assert.is(currentPeriod('UTC', late), '2026-11');
  assert.is(currentPeriod('Europe/Berlin', late), '2026-12');
  assert.equal(daysOf('2026-12', 'Europe/Berlin', late), ['2026-12-01']);
  assert.is(daysOf('2026-11', 'UTC', late).length, 30);
});

test('a day lies between two midnights of its place, also where the clock changes', () => {
  assert.equal(boundsOf('2026-11-23', 'UTC'), { since: '2026-11-23T00:00:00.000Z', before: '2026-11-24T00:00:00.000Z' });
  assert.equal(boundsOf('2026-03-29', 'Europe/Berlin'), { since: '2026-03-28T23:00:00.000Z', before: '2026-03-29T22:00:00.000Z' });
  assert.equal(boundsOf('2026-10-25', 'Europe/Berlin'), { since: '2026-10-24T22:00:00.000Z', before: '2026-10-25T23:00:00.000Z' });
  assert.equal(boundsOf('2026-12-31', 'America/New_York'), { since: '2026-12-31T05:00:00.000Z', before: '2027-01-01T05:00:00.000Z' });
});

test('the months to choose from go back two years, and have the one that was asked for', () => {
  assert.is(neighbour('2026-12', 1), '2027-01');
  assert.is(neighbour('2026-01', -1), '2025-12');
  const offered = periodsToChoose('2019-05', '2026-11');
  assert.equal([offered[0], offered.at(-1), offered.length], ['2026-11', '2019-05', 25]);
});

const plan: Plan = {
  id: 'demo',
  version: 1,
  currency: 'USD',
  base_fee: '500.00',
  charges: [
    { meter: 'policy_decisions', model: 'per_unit', unit_size: '1000', unit_price: '2.00' },
    {
      meter: 'workflow_runs',
      model: 'graduated',
      tiers: [
        { up_to: '100', unit_price: '0.10' },
        { up_to: null, unit_price: '0.05' },
      ],
    },
  ],
};

test('every price of a plan can be changed by itself', () => {
  const prices = pricesOf(plan);
  assert.equal(
    prices.map(({ meter, tier, field }) => [meter, tier, field]),
    [
      [null, null, 'base_fee'],
      ['policy_decisions', null, 'unit_price'],
      ['policy_decisions', null, 'unit_size'],
      ['workflow_runs', 1, 'up_to'],
      ['workflow_runs', 1, 'unit_price'],
      ['workflow_runs', 2, 'unit_price'],
    ],
  );
  const quantities = { policy_decisions: '1500', workflow_runs: '150' };
  assert.is(rated(plan, quantities).result?.total, '515.50');
  assert.is(rated(prices[0]?.changed('0.00') ?? plan, quantities).result?.total, '15.50');
  assert.is(rated(prices[5]?.changed('1') ?? plan, quantities).result?.total, '563.00');
  assert.is(plan.base_fee, '500.00', 'the plan itself stays as it is');
});

test('what cannot be rated says which field is wrong, and survives its address', () => {
  const typing = pricesOf(plan)[1]?.changed('2.') ?? plan;
  const { errors, result } = rated(typing, { workflow_runs: '-1' });
  assert.is(result, null);
  assert.equal(
    errors.map(({ path }) => path),
    ['charges.0.unit_price', 'quantities.workflow_runs'],
  );
  assert.is(pricesIn(typing, plan), '1=2.');
  assert.equal(withPrices(plan, '1=2.'), typing);
  assert.equal(quantitiesFrom(quantitiesIn({ a: '1,234', b: '', c: '5%' }, { c: '5%' })), { a: '1,234', b: '' });
});

test('an address that changes no price of the plan leaves it as it is', () => {
  for (const text of [undefined, '', '&', 'x', '99=1', '-1=1', '0', 'charges=1&base_fee']) {
    assert.equal(withPrices({ ...plan, base_fee: '' }, text), { ...plan, base_fee: '' }, String(text));
  }
});

test.run();
