import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Catalog, catalog, type ListEntry } from '../sdk/ui/catalog.ts';
import { apiPath, fillPath, pageAt, pageFor, pageOfItem, pageOfSubject } from '../sdk/ui/links.ts';
import { placeAt } from '../ui-shell/routes.ts';

const test = suite('Addresses of the Switchboard');

function list(path: string, fields: Partial<ListEntry> = {}): ListEntry {
  return {
    ...{ id: `${path}.list`, path, title: path, empty: null, columns: null, filters: null, section: null, unlisted: false, module: null },
    ...{ detail: `${path}/:id`, entity: null, transitions: null, evidence: null, query: {}, item: null, creating: [], changing: [] },
    ...fields,
  };
}

const action = {
  id: 'pets.create',
  title: 'Take in a pet',
  method: 'POST',
  path: '/pets',
  roles: [],
  input: {},
  judged: false,
  versioned: false,
} as const;
const invoices = list('/invoices', { detail: '/invoices/:tenant_id/:period', entity: 'bank.invoice' });
const pets = list('/pets', { entity: 'zoo.pet', creating: [action] });

const known: Catalog = {
  tenant: { id: 'zoo', title: 'The zoo', time_zone: 'UTC' },
  user: { id: 'u', handle: 'keeper', roles: ['keeper'] },
  packs: [
    {
      ...{ id: 'zoo', title: 'Zoo', icon: null, dashboards: [{ id: 'zoo.overview', title: 'Overview' }] },
      lists: [pets, invoices, list('/log', { detail: null })],
      pages: [{ path: '/pets/map', title: 'Map', section: null, unlisted: false, module: '/assets/map.js' }],
      commands: [],
    },
  ],
};

test.before(() => {
  catalog.value = known;
});

function shown(path: string): string {
  const place = placeAt(path, known);
  if (place.kind === 'record') return `record ${place.path} ${place.tab}`;
  return place.kind === 'list' || place.kind === 'create' ? `${place.kind} ${place.list.path}` : place.kind;
}

test('below /w stand the paths of the API, and a record’s tabs below its own', () => {
  assert.equal(
    [
      '/',
      '/w',
      '/w/',
      '/w/pets',
      '/w/pets/',
      '/w/pets/new',
      '/w/pets/7',
      '/w/pets/7/history',
      '/w/invoices/zoo/2026-11/evidence',
      '/w/dashboards/zoo.overview',
    ].map(shown),
    [
      'home',
      'home',
      'home',
      'list /pets',
      'list /pets',
      'create /pets',
      'record /pets/7 overview',
      'record /pets/7 history',
      'record /invoices/zoo/2026-11 evidence',
      'dashboard',
    ],
  );
});

test('a page of a pack goes before a record of the same address, and what is not there is nothing', () => {
  assert.equal(['/w/pets/map', '/w/log/7', '/w/nowhere', '/w/pets/7/a/b', '/w/invoices/zoo', '/w/dashboards/other'].map(shown), [
    'page',
    'unknown',
    'unknown',
    'unknown',
    'unknown',
    'unknown',
  ]);
});

test('an id in an address is text, whatever it holds', () => {
  assert.is(shown('/w/pets/a%2Fb%3Fc'), 'record /pets/a%2Fb%3Fc overview');
});

test('every link names the tenant, so that whoever gets it sees the same', () => {
  assert.is(pageAt('/pets', { status: 'open', owner: null, q: '' }), '/w/pets?status=open&tenant=zoo');
  assert.is(pageAt('/pets?status=open', { cursor: 'x' }), '/w/pets?status=open&cursor=x&tenant=zoo');
  assert.is(pageFor('/w/pets?status=open'), '/w/pets?status=open&tenant=zoo');
  assert.is(pageFor('https://elsewhere.example/'), 'https://elsewhere.example/');
});

test('a record is linked to by the names in its path, and a subject only where its id is enough', () => {
  assert.is(fillPath('/invoices/:tenant_id/:period', { id: '1', tenant_id: 'zoo', period: '2026-11' }), '/invoices/zoo/2026-11');
  assert.is(fillPath('/bundles/:digest', { id: '1' }), '/bundles/1');
  assert.is(pageOfItem(pets, { id: '7' }, 'evidence'), '/w/pets/7/evidence?tenant=zoo');
  assert.is(pageOfSubject({ type: 'zoo.pet', id: '7' }), '/w/pets/7?tenant=zoo');
  assert.is(pageOfSubject({ type: 'bank.invoice', id: '7' }), null);
  assert.is(pageOfSubject({ type: 'zoo.unheard-of', id: '7' }), null);
});

test('parameters stand in a path of the API as they are asked for', () => {
  assert.is(apiPath('/pets', { a: 1, b: true, c: undefined, d: 'x y&z' }), '/pets?a=1&b=true&d=x+y%26z');
  assert.is(apiPath('/pets'), '/pets');
});

test.run();
