import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isSameQuantity, maxOfQuantities, sumOfQuantities } from '../sdk/rating/index.ts';

const test = suite('Rating: quantities');

test('quantities are added exactly, below zero too', () => {
  assert.is(sumOfQuantities([]), '0');
  assert.is(sumOfQuantities(['0.1', '0.2', '-0.30']), '0');
  assert.is(sumOfQuantities(['12345678901234567890.000000000000000001', '0.1']), '12345678901234567890.100000000000000001');
  assert.is(sumOfQuantities(['1', '-2.50']), '-1.5');
  fc.assert(
    fc.property(fc.array(fc.integer()), (values) => {
      const sum = values.reduce((all, value) => all + BigInt(value), 0n);
      assert.is(sumOfQuantities(values.map(String)), `${sum}`);
    }),
  );
});

test('the greatest quantity is found by its value', () => {
  assert.is(maxOfQuantities([]), '0');
  assert.is(maxOfQuantities(['9', '10.0', '9.99']), '10');
  assert.is(maxOfQuantities(['-2', '-10']), '-2');
});

test('a quantity is the same however many zeros it ends with', () => {
  assert.ok(isSameQuantity('1.50', '1.5'));
  assert.not.ok(isSameQuantity('1.50', '1.51'));
  for (const odd of ['1/3', '0.(3)', '1e3', '', '01', '.5'])
    assert.throws(
      () => isSameQuantity(odd, odd),
      (error: unknown) => error instanceof TypeError,
    );
});

test.run();
