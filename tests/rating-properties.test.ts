import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { errorsIn } from '../kernel/validation.ts';
import {
  type Charge,
  differenceOfAmounts,
  minorUnits,
  type Plan,
  PricePlan,
  planErrors,
  rateCharge,
  ratePlan,
  sumOfAmounts,
  type Tier,
} from '../sdk/index.ts';
import { oracleAmount, oracleText } from './support/rating-oracle.ts';

const test = suite('Laws of rating');

const currency = fc.constantFrom('USD', 'EUR', 'JPY', 'BHD', 'CLF');

/** Whole numbers and fractions, short and of many digits, with the edges that rounding has. */
function decimal(most = 40n): fc.Arbitrary<string> {
  const whole = fc.oneof(fc.bigInt({ min: 0n, max: 12n }), fc.bigInt({ min: 0n, max: 10n ** most }));
  const places = fc.oneof(fc.constant(''), fc.constantFrom('.5', '.005', '.0050', '.00', '.4999999', '.0004'), fc.stringMatching(/^\.[0-9]{1,12}$/));
  return fc.tuple(whole, places).map(([units, rest]) => `${units}${rest}`);
}

const size = fc.oneof(
  fc.constantFrom('1', '3', '7', '100', '1000', '0.5', '1.10'),
  decimal(6n).filter((text) => /[1-9]/.test(text)),
);

/** Ends of tiers that ascend, among them ends that a quantity is likely to meet exactly. */
const tiers: fc.Arbitrary<Tier[]> = fc
  .tuple(
    fc.uniqueArray(fc.bigInt({ min: 1n, max: 40n }), { maxLength: 5 }),
    fc.array(fc.record({ unit_price: decimal(6n), unit_size: size, flat_fee: decimal(4n) }, { requiredKeys: ['unit_price'] }), {
      minLength: 6,
      maxLength: 6,
    }),
  )
  .map(([ends, prices]) => {
    const bounds = [...ends.toSorted((a, b) => Number(a - b)).map((end) => `${end}.0`), null];
    return prices.slice(0, bounds.length).map((price, index) => ({ up_to: bounds[index] ?? null, ...price }));
  });

function chargeOf(...models: readonly Charge['model'][]): fc.Arbitrary<Charge> {
  const meter = fc.constant('a_meter');
  const minimum = fc.bigInt({ min: 0n, max: 50n }).map(String);
  const some = {
    per_unit: fc.record(
      { meter, model: fc.constant('per_unit' as const), unit_price: decimal(), unit_size: size, free_units: decimal(2n), minimum },
      { requiredKeys: ['meter', 'model', 'unit_price'] },
    ),
    package: fc.record(
      { meter, model: fc.constant('package' as const), package_price: decimal(6n), package_size: size, free_units: decimal(2n), minimum },
      { requiredKeys: ['meter', 'model', 'package_price', 'package_size'] },
    ),
    graduated: fc.record({ meter, model: fc.constant('graduated' as const), tiers, minimum }, { requiredKeys: ['meter', 'model', 'tiers'] }),
    volume: fc.record({ meter, model: fc.constant('volume' as const), tiers, minimum }, { requiredKeys: ['meter', 'model', 'tiers'] }),
  };
  return fc.oneof(...models.map((model): fc.Arbitrary<Charge> => some[model]));
}

const anyCharge = chargeOf('per_unit', 'package', 'graduated', 'volume');
const quantity = fc.oneof(decimal(), fc.bigInt({ min: 0n, max: 41n }).map(String));

for (const model of ['per_unit', 'package', 'graduated', 'volume'] as const) {
  test(`${model}: every amount is what whole numbers alone make of it`, () => {
    fc.assert(
      fc.property(chargeOf(model), quantity, currency, (charge, used, code) => {
        const places = minorUnits(code);
        assert.is(rateCharge(charge, used, code).amount, oracleText(oracleAmount(charge, used, places), places));
      }),
      { numRuns: 500 },
    );
  });
}

test('a plan costs what its lines cost, and a line what its charge does alone', () => {
  const charges = fc.array(anyCharge, { maxLength: 5 }).map((list) => list.map((charge, index) => ({ ...charge, meter: `meter_${index}` })));
  const quantities = fc.dictionary(fc.constantFrom('meter_0', 'meter_1', 'meter_2', 'other'), quantity);
  fc.assert(
    fc.property(charges, quantities, currency, fc.nat({ max: 1000 }), (list, used, code, fee) => {
      const plan: Plan = { id: 'p', version: 1, currency: code, base_fee: String(fee), charges: list };
      assert.equal([planErrors(plan), errorsIn(PricePlan, plan)], [[], []]);
      const { lines, total, ignored } = ratePlan(plan, used);
      assert.equal(
        lines.slice(1).map(({ meter, amount }) => [meter, amount]),
        list.map((charge) => [charge.meter, rateCharge(charge, used[charge.meter] ?? '0', code).amount]),
      );
      const places = minorUnits(code);
      const units = [oracleText(BigInt(fee) * 10n ** BigInt(places), places), ...lines.slice(1).map(({ amount }) => amount)];
      assert.is(
        total,
        oracleText(
          units.map((amount) => BigInt(amount.replace('.', ''))).reduce((sum, each) => sum + each),
          places,
        ),
      );
      assert.equal(
        ignored,
        Object.keys(used)
          .filter((meter) => !list.some((charge) => charge.meter === meter))
          .toSorted(),
      );
    }),
  );
});

test('more usage never costs less, where a price is for each unit, package or tier', () => {
  fc.assert(
    fc.property(chargeOf('per_unit', 'package', 'graduated'), quantity, quantity, currency, (charge, some, others, code) => {
      const [less, more] = [some, others].toSorted((a, b) => Number(a) - Number(b));
      if (less === undefined || more === undefined || Number(less) === Number(more)) return;
      const difference = differenceOfAmounts(rateCharge(charge, more, code).amount, rateCharge(charge, less, code).amount, code);
      assert.not.match(difference, /^-/);
    }),
  );
});

test('what is used at once costs per unit what its parts cost, but for the rounding of each', () => {
  const whole = fc.bigInt({ min: 0n, max: 10n ** 30n });
  fc.assert(
    fc.property(decimal(), size, whole, whole, (unit_price, unit_size, a, b) => {
      const charge: Charge = { meter: 'm', model: 'per_unit', unit_price, unit_size };
      const [first, second, both] = [a, b, a + b].map((used) => rateCharge(charge, String(used), 'USD').amount);
      const gap = differenceOfAmounts(both ?? '', sumOfAmounts([first ?? '', second ?? ''], 'USD'), 'USD');
      assert.match(gap, /^-?0\.0[01]$/);
    }),
  );
});

test('one tier without a fee is a price per unit, graduated or by volume', () => {
  fc.assert(
    fc.property(decimal(), size, quantity, currency, (unit_price, unit_size, used, code) => {
      const plain = rateCharge({ meter: 'm', model: 'per_unit', unit_price, unit_size }, used, code).amount;
      for (const model of ['graduated', 'volume'] as const) {
        assert.is(rateCharge({ meter: 'm', model, tiers: [{ up_to: null, unit_price, unit_size }] }, used, code).amount, plain);
      }
    }),
  );
});

test('how a quantity is spelled changes nothing but its spelling', () => {
  fc.assert(
    fc.property(anyCharge, fc.bigInt({ min: 0n, max: 10n ** 20n }), currency, (charge, used, code) => {
      assert.equal(rateCharge(charge, `${used}.000`, code), rateCharge(charge, String(used), code));
    }),
  );
});

test('nothing used costs nothing but the minimum', () => {
  fc.assert(
    fc.property(anyCharge, currency, (charge, code) => {
      assert.is(rateCharge(charge, '0', code).amount, sumOfAmounts([charge.minimum ?? '0'], code));
    }),
  );
});

test('whatever JSON comes as a plan: it is one, or each error names a field', () => {
  const meddled = fc.tuple(anyCharge, fc.constantFrom('meter', 'model', 'unit_price', 'tiers', 'minimum', 'x'), fc.jsonValue());
  const value = fc.oneof(
    fc.jsonValue(),
    meddled.map(([charge, name, odd]) => ({ id: 'p', version: 1, currency: 'USD', base_fee: '1', charges: [{ ...charge, [name]: odd }] })),
  );
  fc.assert(
    fc.property(value, (plan) => {
      const errors = planErrors(plan);
      for (const { path, message } of errors) assert.ok(path.length > 0 && message.length > 0);
      if (errors.length === 0) assert.equal(errorsIn(PricePlan, plan), []);
    }),
    { numRuns: 500 },
  );
});

test.run();
