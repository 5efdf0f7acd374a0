import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createRequest } from '../packs/high-risk-ops/actions/create.ts';
import { createQuote } from '../packs/revops/actions/create-quote.ts';
import { editLead } from '../packs/revops/actions/edit-lead.ts';
import { editQuote } from '../packs/revops/actions/edit-quote.ts';
import { Nullable, Strict, Timestamp, Type } from '../sdk/index.ts';
import type { Schema } from '../sdk/ui/catalog.ts';
import { columnsOf, shownValue } from '../sdk/ui/cell.ts';
import { changesOf, emptiedIn, errorsIn, initialValues, inputOf, kindOf } from '../sdk/ui/form-values.ts';
import { duration, money, number, relativeTime, shortId, words } from '../sdk/ui/format.ts';

const test = suite('Forms and tables that schemas make');

/** As it comes over the wire. */
function wire(schema: unknown): Schema {
  return JSON.parse(JSON.stringify(schema));
}

const request = wire(createRequest.input);
const quote = wire(createQuote.input);

test('each field is asked for by the control that fits it', () => {
  const kinds = (schema: Schema) => Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, field]) => [name, kindOf(field)]));
  assert.equal(kinds(request), { type: 'fixed', target: 'text', environment: 'text', duration_minutes: 'number', justification: 'long-text' });
  const { amount, discount_percent, line_items, opportunity_id, expires_at } = kinds(quote);
  assert.equal([amount, discount_percent, line_items, opportunity_id, expires_at], ['decimal', 'decimal', 'rows', 'text', 'time']);
  const others = Strict({
    open: Type.Boolean(),
    kind: Nullable(Type.Enum(['a', 'b'])),
    at: Timestamp,
    any: Type.Record(Type.String(), Type.Unknown()),
    email: Type.String({ format: 'email', maxLength: 254 }),
  });
  assert.equal(kinds(wire(others)), { open: 'flag', kind: 'choice', at: 'time', any: 'json', email: 'text' });
});

test('what was typed becomes the input that the API takes, and what was left empty is left out', () => {
  const typed = {
    ...initialValues(request),
    target: ' orders-db ',
    environment: 'prod',
    duration_minutes: '60',
    justification: ' why, and why now ',
  };
  assert.equal(inputOf(request, typed), {
    type: 'TEMP_DB_READ_ACCESS',
    target: 'orders-db',
    environment: 'prod',
    duration_minutes: 60,
    justification: ' why, and why now ',
  });
  assert.equal(inputOf(request, initialValues(request)), { type: 'TEMP_DB_READ_ACCESS' });
});

test('money keeps every digit on its way', () => {
  const typed = { ...initialValues(quote), amount: '120000000000000000000.01' };
  assert.is(inputOf(quote, typed).amount, '120000000000000000000.01');
});

test('rows of a list are filled in and read like forms of their own', () => {
  const known = { line_items: [{ description: 'seats', amount: '10', discount_percent: '5' }] };
  const values = initialValues(quote, known);
  assert.equal(inputOf(quote, values).line_items, known.line_items);
  assert.equal(
    errorsIn(quote, { ...values, line_items: [{ description: '', amount: 'ten', discount_percent: '5' }] }).filter(({ path }) =>
      path.startsWith('line_items'),
    ),
    [
      { path: 'line_items.0.description', message: 'is required' },
      { path: 'line_items.0.amount', message: 'must be a number such as 1200.50' },
    ],
  );
});

test('of what is changed only the changes are sent: emptied rows as none, an emptied field as null, or said to stay', () => {
  const edit = wire(editQuote.input);
  const before = initialValues(edit, { amount: '100', line_items: [{ description: 'seats', amount: '10', discount_percent: '5' }], term_months: 12 });
  const values = { ...before, line_items: [], amount: '', term_months: '' };
  const { amount, line_items, term_months, ...others } = changesOf(edit, before, values);
  assert.equal([line_items, others], [[], {}]);
  const wrong = emptiedIn(edit, before, values).map(({ path }) => path);
  for (const [name, sent] of Object.entries({ amount, term_months })) assert.is(wrong.includes(name) || sent === null, true, name);
  const lead = wire(editLead.input);
  const known = initialValues(lead, { company: 'Hooli', email: 'deals@hooli.example' });
  assert.equal(emptiedIn(lead, known, { ...known, company: '' }), [{ path: 'company', message: 'cannot be taken away' }]);
  assert.equal(emptiedIn(lead, known, { ...known, company: 'Globex' }), []);
});

test('a text that only looks like a time is shown as it is', () => {
  for (const text of ['2026-01-01T00:00:00 GmbH', '2026-13-45T99:99:99Z']) assert.is(shownValue(text, 'company', {}), text);
});

test('what is missing or no number is said before anything is sent', () => {
  const values = { ...initialValues(request), target: 'orders-db', environment: 'prod', duration_minutes: '0', justification: ' ' };
  assert.equal(errorsIn(request, values), [
    { path: 'duration_minutes', message: 'must be 1 or more' },
    { path: 'justification', message: 'is required' },
  ]);
  assert.equal(errorsIn(request, { ...values, duration_minutes: 'an hour', justification: 'why' }), [
    { path: 'duration_minutes', message: 'must be a number' },
  ]);
});

test('a table that nobody has designed shows what tells things apart, and leaves out what does not fit into a cell', () => {
  const item = wire(
    Strict({
      zone: Type.String(),
      status: Type.String(),
      id: Type.String(),
      tags: Type.Array(Type.String()),
      details: Strict({}),
      version: Type.Integer(),
      created_at: Type.String(),
      name: Type.String(),
    }),
  );
  assert.equal(columnsOf({ columns: null, item }, undefined), ['id', 'name', 'zone', 'status', 'created_at']);
  assert.equal(columnsOf({ columns: null, item: null }, { status: 'open', id: 'x', size: 3, deep: {} }), ['id', 'size', 'status']);
  assert.equal(columnsOf({ columns: ['status', 'id'], item }, undefined), ['status', 'id']);
});

test('numbers, money, durations and names are written for people', () => {
  assert.is(number('1234567.50'), '1,234,567.5');
  assert.is(number('12345678901234567890.123'), '12,345,678,901,234,567,890.123');
  assert.is(money('120000.00', 'USD'), '$120,000.00');
  assert.is(money('99999999999999999999.99', 'USD'), '$99,999,999,999,999,999,999.99');
  assert.equal([0, 0.0004, 0.25, 59, 61, 3_600, 100_000].map(duration), ['0 s', '0.4 ms', '250 ms', '59 s', '1 min 1 s', '1 h', '1 d 3 h']);
  assert.is(relativeTime('2026-11-22T12:00:00Z', Date.parse('2026-11-22T12:03:10Z')), '3 minutes ago');
  assert.equal(['pending_approval', 'team_lead', 'ae', 'smb', 'callback_url'].map(words), [
    'Pending approval',
    'Team lead',
    'Account executive',
    'SMB',
    'Callback URL',
  ]);
  assert.is(shortId('01a2076e-03e9-76fc-abe0-7ac762d30747'), '…d30747');
});

test.run();
