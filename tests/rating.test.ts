import { runInNewContext } from 'node:vm';
import { build } from 'esbuild';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { errorsIn } from '../kernel/validation.ts';
import {
  assertPlan,
  type Charge,
  differenceOfAmounts,
  isPlan,
  minorUnits,
  type Plan,
  PricePlan,
  Problem,
  planErrors,
  rateCharge,
  ratePlan,
  type Static,
  sumOfAmounts,
} from '../sdk/index.ts';
import { exact, fixed } from '../sdk/rating/exact.ts';

const test = suite('Rating');

const plan: Plan = { id: 'internal-demo', version: 1, currency: 'USD', base_fee: '500.00', charges: [] };
const perUnit: Charge = { meter: 'policy_decisions', model: 'per_unit', unit_price: '2.00', unit_size: '1000' };
const byPackage: Charge = { meter: 'workflow_runs', model: 'package', package_price: '5.00', package_size: '100', free_units: '50' };
const tiers = [
  { up_to: '1000', unit_price: '0.01', flat_fee: '4.00' },
  { up_to: '5000', unit_price: '0.005', flat_fee: '6.00' },
  { up_to: null, unit_price: '2.50', unit_size: '1000' },
];
const graduated: Charge = { meter: 'api_calls', model: 'graduated', tiers };
const volume: Charge = { meter: 'api_calls', model: 'volume', tiers };

function rated(charge: Charge, quantity: string, currency = 'USD') {
  const { unit_price, amount, description } = rateCharge(charge, quantity, currency);
  return [amount, unit_price, description.slice(description.indexOf(': ') + 2)];
}

/** A TypeError whose message names the field. */
function refuses(act: () => unknown, message: string): void {
  try {
    act();
  } catch (error) {
    assert.instance(error, TypeError);
    assert.is((error as TypeError).message, message);
    return;
  }
  assert.unreachable(message);
}

test('per unit: part of a block costs its part', () => {
  assert.equal(rated(perUnit, '12345'), ['24.69', '2.00', '12,345 at 2.00 per 1,000']);
  assert.equal(rated(perUnit, '1'), ['0.00', '2.00', '1 at 2.00 per 1,000']);
  assert.equal(rated(perUnit, '2.5'), ['0.01', '2.00', '2.5 at 2.00 per 1,000'], 'half a cent is rounded up');
  assert.equal(rated({ meter: 'm', model: 'per_unit', unit_price: '3' }, '7'), ['21.00', '3', '7 at 3']);
  assert.equal(rated({ meter: 'm', model: 'per_unit', unit_price: '3', unit_size: '0.5' }, '7'), ['42.00', '3', '7 at 3 per 0.5']);
});

test('per unit: what is free is taken off, and never more than was used', () => {
  const charge: Charge = { ...perUnit, unit_size: '1', free_units: '100' };
  assert.equal(rated(charge, '100'), ['0.00', '2.00', '0 at 2.00, 100 free']);
  assert.equal(rated(charge, '100.5'), ['1.00', '2.00', '0.5 at 2.00, 100 free']);
  assert.equal(rated(charge, '20'), ['0.00', '2.00', '0 at 2.00, 20 free']);
});

test('package: the last one is counted full', () => {
  assert.equal(rated(byPackage, '50'), ['0.00', '5.00', '0 packages of 100 at 5.00, 50 free']);
  assert.equal(rated(byPackage, '50.0001'), ['5.00', '5.00', '1 package of 100 at 5.00, 50 free']);
  assert.equal(rated(byPackage, '150'), ['5.00', '5.00', '1 package of 100 at 5.00, 50 free']);
  assert.equal(rated(byPackage, '151'), ['10.00', '5.00', '2 packages of 100 at 5.00, 50 free']);
  assert.equal(rated(byPackage, '350'), ['15.00', '5.00', '3 packages of 100 at 5.00, 50 free']);
});

test('graduated: each unit at the price of its tier, and a fee for every tier that is entered', () => {
  assert.equal(rated(graduated, '0'), ['0.00', null, '0']);
  assert.equal(rated(graduated, '1'), ['4.01', null, '1 at 0.01, flat fee 4.00']);
  assert.equal(rated(graduated, '1000'), ['14.00', null, '1,000 at 0.01, flat fee 4.00'], 'up_to belongs to its tier');
  assert.equal(rated(graduated, '1001'), ['20.01', null, '1,000 at 0.01, 1 at 0.005, flat fees 10.00'], 'one above enters the next');
  assert.equal(rated(graduated, '5000'), ['40.00', null, '1,000 at 0.01, 4,000 at 0.005, flat fees 10.00']);
  assert.equal(rated(graduated, '5500'), ['41.25', null, '1,000 at 0.01, 4,000 at 0.005, 500 at 2.50 per 1,000, flat fees 10.00']);
});

test('volume: all units at the price of the tier that the total falls in', () => {
  assert.equal(rated(volume, '0'), ['0.00', '0.01', '0 at 0.01'], 'nothing used enters no tier');
  assert.equal(rated(volume, '1000'), ['14.00', '0.01', '1,000 at 0.01, flat fee 4.00']);
  assert.equal(rated(volume, '1000.001'), ['11.00', '0.005', '1,000.001 at 0.005, flat fee 6.00']);
  assert.equal(rated(volume, '5000'), ['31.00', '0.005', '5,000 at 0.005, flat fee 6.00']);
  assert.equal(rated(volume, '5001'), ['12.50', '2.50', '5,001 at 2.50 per 1,000']);
});

test('a minimum is a floor on the amount, and is spoken of where it is what is charged', () => {
  const charge: Charge = { ...perUnit, minimum: '10.00' };
  assert.equal(rated(charge, '0'), ['10.00', '2.00', '0 at 2.00 per 1,000, minimum 10.00']);
  assert.equal(rated(charge, '4999'), ['10.00', '2.00', '4,999 at 2.00 per 1,000, minimum 10.00']);
  assert.equal(rated(charge, '5000'), ['10.00', '2.00', '5,000 at 2.00 per 1,000']);
  assert.equal(rated(charge, '6000'), ['12.00', '2.00', '6,000 at 2.00 per 1,000']);
  assert.equal(rated({ ...graduated, minimum: '1' }, '0'), ['1.00', null, '0, minimum 1']);
});

test('an amount is rounded once, half away from zero, to the minor unit of the currency', () => {
  const at = (unit_price: string): Charge => ({ meter: 'm', model: 'per_unit', unit_price });
  const third: Charge = { meter: 'm', model: 'per_unit', unit_price: '1', unit_size: '3' };
  for (const [charge, quantity, currency, amount] of [
    [at('0.005'), '1', 'USD', '0.01'],
    [at('0.004999999999999999999999999999'), '1', 'USD', '0.00'],
    [at('1.005'), '1', 'USD', '1.01'],
    [at('1.015'), '1', 'USD', '1.02'],
    [at('0.5'), '1', 'JPY', '1'],
    [at('0.49'), '1', 'JPY', '0'],
    [at('2.5'), '1', 'JPY', '3'],
    [at('0.0005'), '1', 'BHD', '0.001'],
    [at('1234.5674'), '1', 'BHD', '1234.567'],
    [third, '1', 'USD', '0.33'],
    [third, '2', 'USD', '0.67'],
    [third, '0.015', 'USD', '0.01'],
    [third, '0.01499999999999999999999999999', 'USD', '0.00'],
  ] as const) {
    assert.is(rateCharge(charge, quantity, currency).amount, amount, `${charge.meter} ${quantity} ${currency}`);
  }
  const parts = [
    { up_to: '1', unit_price: '0.004' },
    { up_to: '2', unit_price: '0.004' },
    { up_to: null, unit_price: '0.004' },
  ];
  assert.is(rateCharge({ meter: 'm', model: 'graduated', tiers: parts }, '3', 'USD').amount, '0.01', 'the tiers are not rounded one by one');
});

test('quantities and prices of any length are exact', () => {
  const long = '1234567890123456789012345678901234567890';
  assert.equal(rated(perUnit, long), [
    '2469135780246913578024691357802469135.78',
    '2.00',
    '1,234,567,890,123,456,789,012,345,678,901,234,567,890 at 2.00 per 1,000',
  ]);
  assert.is(rateCharge({ meter: 'm', model: 'per_unit', unit_price: `0.${'0'.repeat(37)}1` }, `${long}.5`, 'USD').amount, '12.35');
  const nines = '9'.repeat(200);
  assert.is(rateCharge({ meter: 'm', model: 'per_unit', unit_price: nines }, nines, 'JPY').amount, String(BigInt(nines) ** 2n));
});

test('a plan is rated line by line, in its order, and the total is the sum of the rounded lines', () => {
  const rates = {
    ...plan,
    charges: [
      { ...perUnit, unit_size: '3' },
      { ...byPackage, meter: 'b' },
      { ...perUnit, meter: 'a', unit_size: '3' },
    ],
  };
  const { lines, total, ignored } = ratePlan(rates, { a: '1.00', policy_decisions: '1', zebras: '3', constructor: '1' });
  assert.equal(lines, [
    { meter: null, description: 'Base fee', quantity: '1', unit_price: '500.00', amount: '500.00' },
    { meter: 'policy_decisions', description: 'Policy decisions: 1 at 2.00 per 3', quantity: '1', unit_price: '2.00', amount: '0.67' },
    { meter: 'b', description: 'B: 0 packages of 100 at 5.00', quantity: '0', unit_price: '5.00', amount: '0.00' },
    { meter: 'a', description: 'A: 1 at 2.00 per 3', quantity: '1', unit_price: '2.00', amount: '0.67' },
  ]);
  assert.is(total, '501.34', 'of the exact amounts it would be 501.33');
  assert.equal(ignored, ['constructor', 'zebras']);
});

test('a plan without a base fee has its line all the same, and a meter may have any name', () => {
  const { lines, total } = ratePlan({ ...plan, currency: 'JPY', base_fee: '0', charges: [{ ...perUnit, meter: 'constructor' }] }, {});
  assert.equal(
    lines.map(({ meter, quantity, amount }) => [meter, quantity, amount]),
    [
      [null, '1', '0'],
      ['constructor', '0', '0'],
    ],
  );
  assert.is(total, '0');
});

test('amounts are summed and taken from one another exactly', () => {
  assert.is(sumOfAmounts(['0.10', '0.20', '-0.3'], 'USD'), '0.00');
  assert.is(sumOfAmounts([], 'BHD'), '0.000');
  assert.is(sumOfAmounts(['-12345678901234567890.01', '0.02'], 'USD'), '-12345678901234567889.99');
  assert.is(differenceOfAmounts('1', '1.05', 'USD'), '-0.05');
  assert.is(differenceOfAmounts('100', '1', 'JPY'), '99');
  refuses(() => sumOfAmounts(['1.00', '0.005'], 'USD'), 'amounts.1 must have at most 2 decimal places');
  refuses(() => sumOfAmounts(['1/3'], 'USD'), 'amounts.0 must be a decimal string such as "12.50" or "-12.50", of at most 1000 characters');
  refuses(() => differenceOfAmounts('1', '--1', 'USD'), 'taken must be a decimal string such as "12.50" or "-12.50", of at most 1000 characters');
  refuses(() => sumOfAmounts([], 'usd'), 'currency must be of ISO 4217, such as USD');
});

test('half is rounded away from zero on both sides of it, and zero has no sign', () => {
  const rounded = ['0.005', '-0.005', '-0.015', '-0.004', '-0.000', '-1'].map((value) => fixed(exact(value), 2));
  assert.equal(rounded, ['0.01', '-0.01', '-0.02', '0.00', '0.00', '-1.00']);
  for (const value of ['1/3', '0.(3)', '1e3', '--1', '']) assert.throws(() => exact(value), /is no decimal/);
});

test('a currency has its minor unit, and there is one list of them', () => {
  assert.equal(
    ['USD', 'JPY', 'BHD', 'CLF'].map((currency) => minorUnits(currency)),
    [2, 0, 3, 4],
  );
  for (const currency of ['usd', 'XYZ', 'ß', ''])
    assert.throws(
      () => minorUnits(currency),
      (error: unknown) => error instanceof Problem,
    );
});

const DECIMAL = 'must be a decimal string such as "12.50"';

test('what is no quantity is refused by name, before the library that would read it', () => {
  for (const [quantity, message] of [
    ['-1', 'must not be negative'],
    ['1/3', DECIMAL],
    ['0.(3)', DECIMAL],
    ["0.'3'", DECIMAL],
    ['1 1/2', DECIMAL],
    ['1_000', DECIMAL],
    ['1e3', DECIMAL],
    ['+1', DECIMAL],
    ['.5', DECIMAL],
    ['5.', DECIMAL],
    ['007', DECIMAL],
    ['1\n', DECIMAL],
    [' 1', DECIMAL],
    ['', DECIMAL],
    ['NaN', DECIMAL],
    ['٣', DECIMAL],
    ['1'.repeat(201), 'must have at most 200 characters'],
  ] as const) {
    refuses(() => rateCharge(perUnit, quantity, 'USD'), `quantity ${message}`);
    refuses(() => ratePlan(plan, { zebras: quantity }), `quantities.zebras ${message}`);
  }
  const untrusted: unknown[] = [null, 1, [], {}, true];
  for (const quantity of untrusted) refuses(() => ratePlan(plan, JSON.parse(JSON.stringify({ m: quantity }))), `quantities.m ${DECIMAL}`);
  for (const quantities of untrusted.filter((value) => value !== untrusted[3])) {
    refuses(() => ratePlan(plan, JSON.parse(JSON.stringify(quantities))), 'quantities must be an object');
  }
});

const PLACES = 'must have at most 2 decimal places';
const ID = 'must be of lowercase letters, digits and hyphens, at most 63 characters';
const CURRENCY = 'must be a currency of ISO 4217, such as USD';
const METER = 'must be in snake_case, of at most 63 characters';
const LAST = 'must be null: the last tier has no end, so that every quantity has a price';

/** What is wrong where a plan has these members, or a charge these. */
const badPlans: readonly (readonly [object, readonly string[]])[] = [
  [{ id: '' }, [`id ${ID}`]],
  [{ id: 'Not A Slug' }, [`id ${ID}`]],
  [{ id: 'x'.repeat(64) }, [`id ${ID}`]],
  ...[0, 1.5, '1', null, 2 ** 53].map((version) => [{ version }, ['version must be a whole number from 1']] as const),
  ...['usd', 'XYZ', '', 'ABCD', null, 840].map((currency) => [{ currency }, [`currency ${CURRENCY}`]] as const),
  [{ base_fee: 500 }, [`base_fee ${DECIMAL}`]],
  [{ base_fee: '-500.00' }, ['base_fee must not be negative']],
  [{ base_fee: '500.005' }, [`base_fee ${PLACES}`]],
  [{ base_fee: '500.5', currency: 'JPY' }, ['base_fee must have at most 0 decimal places']],
  [{ charges: {} }, ['charges must be a list']],
  [{ charges: Array(51).fill(null) }, ['charges must have at most 50 items']],
  [{ charges: [null] }, ['charges.0 must be an object']],
  [{ charges: undefined }, ['charges must be a list']],
  [{ discount: '5' }, ['discount is not a known field']],
  [{ '\u001b[2J\u009b': 1 }, ['"\\u001b[2J?" is not a known field']],
  [JSON.parse('{"__proto__": 1}'), ['__proto__ is not a known field']],
  [{ charges: [perUnit, byPackage, { ...volume, meter: 'policy_decisions' }] }, ['charges.2.meter "policy_decisions" has a charge already']],
];

const badCharges: readonly (readonly [object, readonly string[]])[] = [
  [{ ...perUnit, model: 'tiered' }, ['model must be one of per_unit, package, graduated, volume']],
  [{ ...perUnit, model: 'toString' }, ['model must be one of per_unit, package, graduated, volume']],
  [{ meter: 'm' }, ['model must be one of per_unit, package, graduated, volume']],
  ...['Policy decisions', 'policyDecisions', '_a', 'a_', 'a__b', '1a', '', 'a-b', 'x'.repeat(64), 1].map(
    (meter) => [{ ...perUnit, meter }, [`meter ${METER}`]] as const,
  ),
  [{ ...perUnit, unit_price: '-2.00' }, ['unit_price must not be negative']],
  [{ ...perUnit, unit_price: 2 }, [`unit_price ${DECIMAL}`]],
  [{ ...perUnit, unit_size: '0' }, ['unit_size must be above zero']],
  [{ ...perUnit, unit_size: '0.00' }, ['unit_size must be above zero']],
  [{ ...perUnit, unit_size: '1'.repeat(41) }, ['unit_size must have at most 40 characters']],
  [{ ...perUnit, free_units: '-1' }, ['free_units must not be negative']],
  [{ ...perUnit, minimum: '0.001' }, [`minimum ${PLACES}`]],
  [{ ...perUnit, minimum: null }, [`minimum ${DECIMAL}`]],
  [{ ...perUnit, package_size: '10' }, ['package_size is not a known field']],
  [{ meter: 'm', model: 'per_unit' }, ['unit_price is required']],
  [{ meter: 'm', model: 'package' }, ['package_price is required', 'package_size is required']],
  [{ ...byPackage, package_size: '0' }, ['package_size must be above zero']],
  [{ ...byPackage, package_price: '-1' }, ['package_price must not be negative']],
  [{ ...graduated, free_units: '1' }, ['free_units is not a known field']],
  [{ meter: 'm', model: 'volume' }, ['tiers is required']],
  [{ ...volume, tiers: 'none' }, ['tiers must be a list']],
  [{ ...volume, tiers: [] }, ['tiers must have at least one tier']],
  [{ ...volume, tiers: Array(51).fill(tiers[2]) }, ['tiers must have at most 50 items']],
  [{ ...volume, tiers: [1] }, ['tiers.0 must be an object']],
  [{ ...volume, tiers: [{ unit_price: '1' }] }, ['tiers.0.up_to is required']],
  [{ ...volume, tiers: tiers.slice(0, 2) }, [`tiers.1.up_to ${LAST}`]],
  [{ ...volume, tiers: [tiers[2], tiers[2]] }, ['tiers.0.up_to must not be null: only the last tier has no end']],
  [{ ...volume, tiers: [tiers[1], tiers[0], tiers[2]] }, ['tiers.1.up_to must be above 5000, where the tier before ends']],
  [{ ...volume, tiers: [tiers[0], { ...tiers[1], up_to: '1000.0' }, tiers[2]] }, ['tiers.1.up_to must be above 1000, where the tier before ends']],
  [{ ...volume, tiers: [{ ...tiers[0], up_to: '0' }, tiers[2]] }, ['tiers.0.up_to must be above zero']],
  [{ ...volume, tiers: [{ ...tiers[0], up_to: 1000 }, tiers[2]] }, [`tiers.0.up_to ${DECIMAL}`]],
  [{ ...volume, tiers: [{ ...tiers[2], unit_size: '0' }] }, ['tiers.0.unit_size must be above zero']],
  [{ ...volume, tiers: [{ ...tiers[2], flat_fee: '-1' }] }, ['tiers.0.flat_fee must not be negative']],
  [{ ...volume, tiers: [{ ...tiers[2], unit_price: '-1' }] }, ['tiers.0.unit_price must not be negative']],
  [{ ...volume, tiers: [{ ...tiers[2], from: '1' }] }, ['tiers.0.from is not a known field']],
];

test('a bad plan is refused, and every error names its field', () => {
  const said = (value: unknown) => planErrors(value).map(({ path, message }) => `${path} ${message}`);
  for (const [members, errors] of badPlans) assert.equal(said({ ...plan, ...members }), errors, JSON.stringify(members));
  for (const [charge, errors] of badCharges) {
    const value = { ...plan, charges: [{ ...byPackage, meter: 'first' }, charge] };
    assert.equal(
      said(value),
      errors.map((error) => `charges.1.${error}`),
    );
    assert.not.ok(isPlan(value));
    refuses(() => ratePlan(JSON.parse(JSON.stringify(value)), {}), errors.map((error) => `charges.1.${error}`).join('; '));
    refuses(() => rateCharge(JSON.parse(JSON.stringify(charge)), '1', 'USD'), errors.join('; '));
  }
  for (const value of [null, undefined, 'plan', 1, []]) assert.equal(said(value), ['(plan) must be an object']);
  assert.is(planErrors(Object.create(plan)).length, 5, 'what is inherited is not there');
  assert.equal(
    said({}),
    ['id', 'version', 'currency', 'base_fee', 'charges'].map((name) => `${name} is required`),
  );
});

test('all of it is said at once, and the exception says the first twenty', () => {
  const bad = {
    ...plan,
    id: '',
    base_fee: '-1',
    charges: [
      { ...perUnit, unit_size: '0' },
      { ...volume, tiers: tiers.slice(0, 1) },
    ],
  };
  assert.equal(
    planErrors(bad).map(({ path }) => path),
    ['id', 'base_fee', 'charges.0.unit_size', 'charges.1.tiers.0.up_to'],
  );
  refuses(() => assertPlan({ ...plan, version: 0, base_fee: '-1' }), 'version must be a whole number from 1; base_fee must not be negative');
  const odd = Object.fromEntries(Array.from({ length: 22 }, (_, index) => [`x${index}`, 1]));
  assert.throws(() => assertPlan({ ...plan, ...odd }), /x19 is not a known field; and 2 more errors$/);
});

test('amounts may be written with more zeros, prices and flat fees may be finer than a cent', () => {
  const fine = [{ up_to: null, unit_price: '0.0001', flat_fee: '0.005' }];
  assert.ok(
    isPlan({
      ...plan,
      base_fee: '500.0000',
      charges: [
        { ...byPackage, package_price: '0.001' },
        { ...volume, tiers: fine },
      ],
    }),
  );
  const fees = [
    { up_to: '1000', unit_price: '0', flat_fee: '0.0025' },
    { up_to: null, unit_price: '0', flat_fee: '1' },
  ];
  assert.equal(rated({ ...graduated, tiers: fees }, '1001'), ['1.00', null, '1,000 at 0, 1 at 0, flat fees 1.0025']);
});

test('the most hostile plan that is allowed is rated within seconds', () => {
  const digits = (seed: bigint, length: number) => String(seed ** 200n).slice(0, length - 1) + 7;
  const many = Array.from({ length: 50 }, (_, index) => {
    const seed = BigInt(1_000_003 + 2 * index);
    const up_to = index === 49 ? null : `${index + 1}.${digits(seed, 190)}`;
    return { up_to, unit_price: `0.${digits(seed + 1n, 198)}`, unit_size: digits(seed + 2n, 40), flat_fee: digits(seed + 3n, 200) };
  });
  const charge: Charge = { meter: 'm', model: 'graduated', tiers: many };
  const start = performance.now();
  rateCharge(charge, `1${'0'.repeat(100)}.${'7'.repeat(90)}`, 'USD');
  assert.ok(performance.now() - start < 2_000);
});

test('it is rated where there is nothing of Node, as in the page of an auditor', async () => {
  const entry = new URL('../sdk/rating/index.ts', import.meta.url).pathname;
  const bundled = await build({ entryPoints: [entry], bundle: true, platform: 'browser', format: 'iife', globalName: 'rating', write: false });
  const page = { plan: { ...plan, charges: [graduated] }, total: '' };
  runInNewContext(`${bundled.outputFiles[0]?.text}; total = rating.ratePlan(plan, { api_calls: '1001' }).total;`, page);
  assert.is(page.total, '520.01');
});

test('the schema of a plan admits every plan, and refuses what has another form', () => {
  const typed = (value: Static<typeof PricePlan>): Plan => value;
  assert.type(typed, 'function');
  const whole = { ...plan, charges: [perUnit, byPackage, graduated, { ...volume, meter: 'other', minimum: '1.00' }] };
  assert.equal([planErrors(whole), errorsIn(PricePlan, whole)], [[], []]);
  for (const [charge] of badCharges.filter(([, [error = '']]) =>
    /required|known|negative|decimal string|one of|list|snake|characters|items/.test(error),
  )) {
    assert.not.equal(errorsIn(PricePlan, { ...plan, charges: [charge] }), [], JSON.stringify(charge));
  }
  assert.equal(errorsIn(PricePlan, { ...plan, charges: [{ ...perUnit, unit_price: '1e3' }] }), [
    { path: 'charges.0.unit_price', message: 'is not valid: a price, as fine as one likes: a decimal string such as "0.0025"' },
  ]);
});

test.run();
