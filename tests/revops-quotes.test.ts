import { randomUUID } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dealsOf, LEADS, newLead, QUOTES, succeeded } from './support/deal.ts';
import { type TestSummit, testSummit } from './support/summit.ts';

const test = suite('The terms of a quote');
let s: TestSummit;
let deals: ReturnType<typeof dealsOf>;
let opportunity_id: string;

test.before(async () => {
  s = await testSummit();
  deals = dealsOf(s);
  opportunity_id = await deals.opportunity();
});
test.after(() => s?.close());

const draft = (terms: Record<string, unknown>) => s.post('ae', QUOTES, { opportunity_id, ...terms });

/** The body as it stands, since a number that is written in JavaScript has been rounded already. */
async function posted(path: string, body: string) {
  const headers = { authorization: `Bearer ${await s.token('ae')}`, 'content-type': 'application/json' };
  return s.send('POST', path, { headers, body });
}

const PRICES = [
  ['a string with cents', { amount: '99.99', discount_percent: '12.5' }, '99.99', '12.50', '87.49'],
  ['whole numbers', { amount: 1000, discount_percent: 15 }, '1000.00', '15.00', '850.00'],
  ['a number with places, as it was written', { amount: '100', discount_percent: 20.01 }, '100.00', '20.01', '79.99'],
  ['half a cent is rounded away from zero', { amount: '0.10', discount_percent: '5' }, '0.10', '5.00', '0.10'],
  ['more than half is not', { amount: '0.10', discount_percent: '6' }, '0.10', '6.00', '0.09'],
  ['nothing at all', { amount: 0, discount_percent: 0 }, '0.00', '0.00', '0.00'],
  ['everything is given away', { amount: '5', discount_percent: '100' }, '5.00', '100.00', '0.00'],
  [
    'thirty digits',
    { amount: '123456789012345678901234567890.12', discount_percent: '0.01' },
    '123456789012345678901234567890.12',
    '0.01',
    '123444443333444444333344444433.33',
  ],
  ['a currency without cents', { amount: '1005', currency: 'JPY', discount_percent: '10' }, '1005', '10.00', '905'],
  ['a currency with three places', { amount: '1.005', currency: 'KWD', discount_percent: '10' }, '1.005', '10.00', '0.905'],
] as const;

for (const [what, terms, amount, discount, net] of PRICES) {
  test(`exact money: ${what}`, async () => {
    const quote = succeeded(await draft(terms), 201);
    assert.equal([quote.amount, quote.discount_percent, quote.net_amount], [amount, discount, net]);
    const read = await deals.get(quote.id);
    assert.equal([read.amount, read.discount_percent, read.net_amount], [amount, discount, net]);
  });
}

test('line items: each with its own discount, blended and summed', async () => {
  const line_items = [
    { description: 'seats', amount: '1000', discount_percent: '30' },
    { description: 'support', amount: '500.50' },
  ];
  const quote = succeeded(await draft({ line_items }), 201);
  assert.equal(
    [quote.amount, quote.net_amount, quote.discount_percent, quote.largest_line_discount_percent],
    // 300 of 1500.50 are 19.9933… percent: rounded up, so that it never reads as less than it is.
    ['1500.50', '1200.50', '20.00', '30.00'],
  );
  assert.equal(quote.line_items[1], { description: 'support', amount: '500.50', discount_percent: '0.00', net_amount: '500.50' });
  const submitted = succeeded(await deals.act('ae', quote.id, 'submit-for-approval'));
  assert.equal(submitted.required_approvals, ['manager', 'finance'], 'one line is above the threshold');
  const whole = succeeded(await s.patch('ae', `${QUOTES}/${quote.id}`, { line_items: [], amount: '100', discount_percent: '1' }));
  assert.equal([whole.amount, whole.line_items, whole.revision], ['100.00', [], 2]);
});

test('a line at exactly the threshold is not above it, whatever its cents round to', async () => {
  const quote = succeeded(await draft({ line_items: [{ description: 'seats', amount: '99.99', discount_percent: '20' }] }), 201);
  assert.equal([quote.discount_percent, quote.net_amount], ['20.00', '79.99']);
  assert.equal(succeeded(await deals.act('ae', quote.id, 'submit-for-approval')).required_approvals, ['ae']);
});

test('terms, margin and payment are kept and judged by, and null takes them away', async () => {
  const terms = { margin_percent: '31.5', term_months: 36, payment_terms_days: 60, expires_at: '2099-01-01T00:00:00+01:00' };
  const quote = succeeded(await draft({ amount: 1, discount_percent: 1, ...terms }), 201);
  assert.equal([quote.margin_percent, quote.term_months, quote.payment_terms_days, quote.expires_at], ['31.50', 36, 60, '2098-12-31T23:00:00.000Z']);
  const submitted = succeeded(await deals.act('ae', quote.id, 'submit-for-approval'));
  const { properties } = (await s.get('auditor', `/policy-decisions/${submitted.decision_ids[0]}`)).body.input.resource;
  assert.equal([properties.margin_percent, properties.term_months, properties.payment_terms_days], ['31.50', 36, 60]);
  const cleared = succeeded(await s.patch('ae', `${QUOTES}/${quote.id}`, { margin_percent: null, expires_at: null }));
  assert.equal([cleared.margin_percent, cleared.expires_at, cleared.term_months], [null, null, 36]);
});

test('a draft may change without a new revision; a version that is not current is a conflict', async () => {
  const id = await deals.quote();
  const changed = succeeded(await s.patch('ae', `${QUOTES}/${id}`, { amount: '7', expected_version: 1 }));
  assert.equal([changed.amount, changed.revision, changed.version, changed.discount_percent], ['7.00', 1, 2, '10.00']);
  assert.is((await s.patch('ae', `${QUOTES}/${id}`, { amount: '8' }, { headers: { 'if-match': '"1"' } })).body.code, 'conflict');
});

test('a quote that the CRM pushes again is the same quote: unchanged, changed, and never after it was activated', async () => {
  const pushed = { amount: '100', discount_percent: '10', external_ref: { system: 'crm', id: randomUUID() } };
  const first = succeeded(await draft(pushed), 201);
  assert.equal([first.external_ref, succeeded(await draft(pushed)).version], [pushed.external_ref, 1]);
  const changed = succeeded(await draft({ ...pushed, discount_percent: '11' }));
  assert.equal([changed.id, changed.version, changed.discount_percent], [first.id, 2, '11.00']);
  const elsewhere = await s.post('ae', QUOTES, { ...pushed, opportunity_id: await deals.opportunity() });
  assert.equal([elsewhere.body.code, elsewhere.body.existing.id], ['conflict', first.id]);
  for (const verb of ['submit-for-approval', 'approve', 'activate']) succeeded(await deals.act('ae', first.id, verb));
  assert.is(succeeded(await draft({ ...pushed, discount_percent: '11' })).status, 'activated');
  assert.is((await draft(pushed)).body.code, 'invalid-state');
  const twins = { ...pushed, external_ref: { system: 'crm', id: randomUUID() } };
  const parallel = await Promise.all(Array.from({ length: 6 }, () => draft(twins)));
  assert.equal(parallel.map(({ status }) => status).sort(), [200, 200, 200, 200, 200, 201]);
});

test('line items that the CRM pushes again as they are change nothing', async () => {
  const line_items = [
    { description: 'seats', amount: '1000', discount_percent: '5' },
    { description: 'support', amount: '500' },
  ];
  const pushed = { line_items, external_ref: { system: 'crm', id: randomUUID() } };
  succeeded(await draft(pushed), 201);
  assert.is(succeeded(await draft(pushed)).version, 1);
  assert.is(succeeded(await draft({ ...pushed, line_items: line_items.toReversed() })).version, 2);
});

test('the same idempotency key gives the first answer again, where nothing changed too', async () => {
  const pushed = { amount: '100', discount_percent: '10', external_ref: { system: 'crm', id: randomUUID() } };
  const first = succeeded(await draft(pushed), 201);
  const call = { headers: { 'idempotency-key': randomUUID() } };
  const again = await s.post('ae', QUOTES, { opportunity_id, ...pushed }, call);
  succeeded(await draft({ ...pushed, amount: '200' }));
  const replayed = await s.post('ae', QUOTES, { opportunity_id, ...pushed }, call);
  assert.equal([again.status, again.body.id, again.body.version], [200, first.id, 1]);
  assert.equal([replayed.headers.get('idempotent-replayed'), replayed.body.version], ['true', 1]);
});

const BAD: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ['a float for money', { amount: 10.5, discount_percent: 1 }, 'amount'],
  ['money with too many places', { amount: '10.555', discount_percent: 1 }, 'amount'],
  ['cents in yen', { amount: '10.5', currency: 'JPY', discount_percent: 1 }, 'amount'],
  ['negative money', { amount: '-1', discount_percent: 1 }, 'amount'],
  ['money in words', { amount: 'ten', discount_percent: 1 }, 'amount'],
  ['money with an exponent', { amount: '1e6', discount_percent: 1 }, 'amount'],
  ['money of forty digits', { amount: '1'.repeat(40), discount_percent: 1 }, 'amount'],
  ['a currency that there is not', { amount: 1, currency: 'XYZ', discount_percent: 1 }, 'currency'],
  ['a currency in lower case', { amount: 1, currency: 'usd', discount_percent: 1 }, 'currency'],
  ['a discount over 100', { amount: 1, discount_percent: '100.01' }, 'discount_percent'],
  ['a negative discount', { amount: 1, discount_percent: -1 }, 'discount_percent'],
  ['a discount of three places', { amount: 1, discount_percent: '20.001' }, 'discount_percent'],
  ['a discount of three places as a number', { amount: 1, discount_percent: 20.001 }, 'discount_percent'],
  ['no amount', { discount_percent: 1 }, 'amount'],
  ['no discount', { amount: 1 }, 'discount_percent'],
  ['a sum beside its line items', { amount: 1, line_items: [{ description: 'x', amount: 1 }] }, 'amount'],
  ['a line without an amount', { line_items: [{ description: 'x' }] }, 'line_items.0.amount'],
  ['a line with too fine a discount', { line_items: [{ description: 'x', amount: 1, discount_percent: 0.001 }] }, 'line_items.0.discount_percent'],
  ['an unknown field', { amount: 1, discount_percent: 1, discount: 5 }, 'discount'],
  ['no id of an opportunity', { amount: 1, discount_percent: 1, opportunity_id: '7' }, 'opportunity_id'],
  ['a term that is no number', { amount: 1, discount_percent: 1, term_months: '12' }, 'term_months'],
  ['no time', { amount: 1, discount_percent: 1, expires_at: 'tomorrow' }, 'expires_at'],
  ['a time that is over', { amount: 1, discount_percent: 1, expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
  ['a leap second', { amount: 1, discount_percent: 1, expires_at: '2030-06-30T23:59:60Z' }, 'expires_at'],
  ['a margin over 100', { amount: 1, discount_percent: 1, margin_percent: '100.01' }, 'margin_percent'],
  ['half an external reference', { amount: 1, discount_percent: 1, external_ref: { system: 'crm' } }, 'external_ref.id'],
];

for (const [what, terms, path] of BAD) {
  test(`bad input: ${what} names ${path}`, async () => {
    const { status, body } = await draft(terms);
    const paths = new Set(body.errors.map((error: { path: string }) => error.path));
    assert.equal([status, body.code, [...paths]], [400, 'invalid-input', [path]]);
  });
}

test('a number of more digits than a number holds is refused, not rounded', async () => {
  for (const [field, number] of [
    ['amount', '12345678901234567890'],
    ['discount_percent', '20.010000000000000001'],
  ]) {
    const other = field === 'amount' ? '"discount_percent": 1' : '"amount": 1';
    const { status, body } = await posted(QUOTES, `{"opportunity_id": "${opportunity_id}", ${other}, "${field}": ${number}}`);
    assert.equal([status, body.errors?.[0].path], [400, field], JSON.stringify(body));
    assert.match(body.detail, /send it as a string/);
  }
  const exact = await posted(QUOTES, `{"opportunity_id": "${opportunity_id}", "amount": 9007199254740991, "discount_percent": 1.0}`);
  assert.is(exact.body.amount, '9007199254740991.00');
});

test('bad leads name what is wrong with them', async () => {
  const wrong = [
    [{ email: 'nobody' }, 'email'],
    [{ company: ' ' }, 'company'],
    [{ segment: 'Enterprise!' }, 'segment'],
    [{ owner: 'stranger' }, 'owner'],
    [{ external_ref: { system: '', id: 'x' } }, 'external_ref.system'],
  ] as const;
  for (const [fields, path] of wrong) {
    const { status, body } = await s.post('ae', LEADS, newLead(fields));
    assert.equal([status, body.errors[0].path], [400, path]);
    assert.not.match(body.detail, /pattern|\^/);
  }
  assert.is((await s.patch('ae', `${QUOTES}/${await deals.quote()}`, {})).body.errors[0].path, '(body)');
  assert.is((await s.get('ae', `${QUOTES}/nowhere`)).status, 404);
  assert.is((await draft({ amount: 1, discount_percent: 1, opportunity_id: randomUUID() })).status, 404);
});

test.run();
