import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { unfitLicences } from './dependencies/licences.ts';

const test = suite('Licences of dependencies');

const component = (id: string | null, name = 'x') => ({
  ...{ name, version: '1.0.0', purl: `pkg:npm/${encodeURIComponent(name)}@1.0.0` },
  ...(id === null ? {} : { licenses: [id.includes(' ') ? { expression: id } : { license: { id } }] }),
});

test('permissive ones pass, by themselves or as a choice', () => {
  assert.equal(unfitLicences(['MIT', 'Apache-2.0', '(GPL-3.0-only OR MIT)', 'MIT AND ISC'].map((id) => component(id))), []);
});

test('copyleft, unknown and none are named', () => {
  assert.equal(
    unfitLicences([component('AGPL-3.0-only'), component('MIT AND GPL-2.0-only'), component('SEE LICENSE IN x'), component(null, 'bare')]),
    ['x 1.0.0: AGPL-3.0-only', 'x 1.0.0: MIT AND GPL-2.0-only', 'x 1.0.0: SEE LICENSE IN x', 'bare 1.0.0: no licence'],
  );
  assert.equal(unfitLicences([component(null, '@summit/kernel')]), []);
});

test.run();
