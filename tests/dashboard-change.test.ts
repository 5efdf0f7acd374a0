import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { changeOf } from '../sdk/ui/card.ts';

const test = suite('The change of a card');

const change = (value: number | string | null, previous: number | string | null, unit: 'count' | 'seconds' | 'percent' = 'count') =>
  changeOf({ value, previous, unit });

test('it is signed, in the unit of the card', () => {
  assert.equal([change(5, 2), change(2, 5), change(90, 30, 'seconds'), change('2.5', '4', 'percent')], ['+3', '−3', '+1 min', '−1.5 %']);
});

test('as much as before is no change, and neither is less than what is shown', () => {
  assert.equal([change(5, 5), change(0, 0), change(60, 60, 'seconds')], ['', '', '']);
});

test('where one of the two is missing nothing is compared', () => {
  assert.equal([change(null, 2), change(2, null), change(null, null)], [null, null, null]);
});

test('fractions leave no dust', () => {
  assert.is(change('0.3', '0.1', 'percent'), '+0.2 %');
});

test.run();
