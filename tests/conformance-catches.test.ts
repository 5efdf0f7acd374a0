import { type ConformanceOptions, nonconformities } from '@summit/sdk/testing';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokenPack } from './support/broken-pack.ts';

/** What the conformance suite says of packs that are broken in one way each. */
const test = suite('The conformance suite catches');

type Change = readonly [text: string, other: string];

/** All that it says of a copy of the widget pack, in which so much is otherwise. */
async function saidOf(changes: readonly Change[], options: ConformanceOptions = {}, alter?: (pack: BrokenPack) => void): Promise<string> {
  const pack = new BrokenPack(changes);
  try {
    alter?.(pack);
    const found = await nonconformities(pack.folder, options);
    return [...found].flatMap(([name, faults]) => faults.map((fault) => `${name} | ${fault}`)).join('\n');
  } finally {
    pack.remove();
  }
}

test('nothing in a pack without fault', async () => assert.is(await saidOf([]), ''));

const CLOSED = "subjects: [change(Widget, at, widget, { status: 'closed' })]";

type Catch = readonly [what: string, changes: readonly Change[], expected: RegExp];

/** What does not hide one another is broken in one pack. */
const catches: readonly (readonly Catch[])[] = [
  [
    [
      'an apply that changes what was loaded',
      [['const noted = change(Widget, at, widget, {});', "const noted = change(Widget, at, widget, {}); Object.assign(widget, { name: 'else' });"]],
      /apply is pure.* \| widgets\.widget\.note: apply has changed what load gave it/,
    ],
    [
      'an apply that asks for more than its context',
      [["status: 'open', name: at.input.name", "status: 'open', name: at.input.name + Math.random()"]],
      /apply is pure.* \| widgets\.widget\.make: apply gives something else when it is called again/,
    ],
    [
      'evidence that leaves out a row',
      [['notes: await db.find(Note, { widget_id: id })', 'notes: []']],
      /evidence verifies.* \| widgets of widgets\.widget open: it does not verify/,
    ],
    [
      'a card that counts something else than its list',
      [["db.count(Widget, { status: 'open' })", 'db.count(Widget, {})']],
      /every card.* \| widgets\.overview: open: it counts \d+, and its list \/widgets\?status=open shows \d+/,
    ],
    [
      'a column of another type',
      [['widget_id uuid NOT NULL, text', 'widget_id text NOT NULL, text']],
      /the tables.* \| widgets\.note: widget_notes\.widget_id is text, and the entity says uuid/,
    ],
    [
      'an input that takes fields it does not have',
      [
        [
          'input: Strict({ text: Type.String({ minLength: 1, maxLength: 200 }) })',
          'input: Type.Object({ text: Type.String({ minLength: 1, maxLength: 200 }) })',
        ],
      ],
      /a field that is not in the schema.* \| widgets\.widget\.note: it answers 200/,
    ],
    [
      'a list that is not as its schema says',
      [['items: page.items.map(shown)', 'items: page.items']],
      /a query answers by its schema \| widgets\.widget\.list: its answer is not as its schema says: items\.0\.\w+ is not a known field/,
    ],
    [
      'a state that nothing leads to',
      [["{ open: ['open', 'closed'], closed: [] }", "{ open: ['open', 'closed', 'lost'], closed: [], lost: [] }"]],
      /every transition.* \| widgets\.widget open → lost: no action made it/,
    ],
    [
      'a setting that nobody explains',
      [["relationships: { made_by: 'made' },", "relationships: { made_by: 'made' },\n  settings: Strict({ colour: Type.Optional(Type.String()) }),"]],
      /the manifest says.* \| settings\.colour: it has no description/,
    ],
  ],
  [
    [
      'an answer that is not as its schema says',
      [['answer: shown(noted.after)', 'answer: { id: widget.id }']],
      /allowed answers by its schema.* \| widgets\.widget\.note: its answer is not as its schema says: .*name is required/,
    ],
    [
      'a query that breaks where there is nothing',
      [["shown(await db.one(Widget, params.id ?? ''))", "shown((await db.find(Widget, { id: params.id ?? '' }))[0])"]],
      /nothing to another tenant.* \| widgets\.widget\.get: to another tenant it answers 500/,
    ],
    [
      'a card that cannot be worked out',
      [["value: () => db.count(Widget, { status: 'open' })", "value: () => { throw new Error('broken'); }"]],
      /every card.* \| widgets\.overview: open cannot be worked out/,
    ],
    [
      'a job that breaks',
      [['const before = new Date(Date.parse(now)', "if (now !== '') throw new Error('out of order'); const before = new Date(Date.parse(now)"]],
      /every job runs.* \| widgets\.close-old: out of order/,
    ],
  ],
  [
    [
      'a column that no migration makes',
      [
        [
          'fields: { widget_id: field.uuid(), text: field.personal() }',
          'fields: { widget_id: field.uuid(), text: field.personal(), colour: field.text() }',
        ],
        ['text: at.input.text', "text: at.input.text, colour: 'red'"],
      ],
      /the tables.* \| widgets\.note: widget_notes has no column colour/,
    ],
  ],
  [
    [
      'an edge of no relationship',
      [["relationships: { made_by: 'made' }", 'relationships: {}']],
      /every edge.* \| widgets\.widget\.make: it makes an edge made_by/,
    ],
  ],
  [
    [
      'a transition that the table does not have',
      [[CLOSED, "subjects: [change(Widget, at, widget, { status: 'gone' })]"]],
      /every job runs.* \| widgets\.close-old: \d of \d subjects failed: .*gone/,
    ],
  ],
  [
    [
      'an action that nobody can take',
      [['input: Strict({ text: Type.String({ minLength: 1, maxLength: 200 }) })', "input: Strict({ text: Type.String({ pattern: '^Q{7}$' }) })"]],
      /is taken by somebody.* \| widgets\.widget\.note: /,
    ],
  ],
];

for (const together of catches) {
  test(together.map(([what]) => what).join(', '), async () => {
    const said = await saidOf(together.flatMap(([, changes]) => changes));
    for (const [what, , expected] of together) assert.match(said, expected, what);
  });
}

/** @param answers source that stands in the policy's declaration */
const withPolicies = (answers: string): Change => [
  "relationships: { made_by: 'made' },",
  `relationships: { made_by: 'made' },\n  policies: [{ bundle: 'high_risk.operations', entrypoints: ['high_risk/operations/decision']${answers} }],`,
];

test('a policy that says no reason', async () => {
  const judged = "policy: { entrypoint: 'high_risk/operations/decision', facts: () => ({ resource: {}, context: {} }) }";
  const said = await saidOf([["policy: none('a note changes nothing')", judged], withPolicies('')], {
    prepare: async (kit) => kit.decide('widgets.widget.note', { allowed: true, required_approvals: [], reasons: [] }),
  });
  assert.match(said, /every decision on record says why.* \| widgets\.widget\.note: \d+ decisions say no reason/);
});

test('an import of the kernel, a README that says nothing, and excuses for what is made, acts or is not there', async () => {
  const excuses: ConformanceOptions = {
    unreached: { 'widgets.widget open → closed': 'a mistake', 'widgets.widget closed → open': 'another' },
    undue: { 'widgets.close-old': 'a mistake', 'widgets.other': 'another' },
  };
  const said = await saidOf([], excuses, (pack) => {
    pack.write('stray.ts', "import type { Config } from '../kernel/config/config.ts';\nexport { startSummit } from '@summit/kernel/main.ts';\n");
    pack.write('README.md', '\n');
  });
  assert.match(said, /no file of the pack imports.* \| stray\.ts: it imports \.\.\/kernel\/config\/config\.ts/);
  assert.match(said, /stray\.ts: it imports @summit\/kernel\/main\.ts/);
  assert.match(said, /README\.md: there is none/);
  assert.match(said, /open → closed: the option unreached names it, and it was made/);
  assert.match(said, /closed → open: the option unreached names it, and no table has it/);
  assert.match(said, /widgets\.close-old: the option undue names it, and it acted/);
  assert.match(said, /widgets\.other: the option undue names it, and the pack has no such job/);
});

test('options for what is not there', async () => {
  const refusal = (options: ConformanceOptions) => saidOf([], options).catch(({ message }: Error) => message);
  assert.is(
    await refusal({ inputs: { 'widgets.widget.mkae': { name: 'lost' } } }),
    'the option inputs names widgets.widget.mkae, and the pack has no such action: there are widgets.widget.make, widgets.widget.note, widgets.widget.close',
  );
  assert.match(
    await refusal({ params: { 'widgets.widget.gte': { id: 'lost' } } }),
    /^the option params names .*gte, and the pack has no such query or evidence/,
  );
  assert.is(await refusal({ settings: { widget: {} } }), 'the option settings names widget, and there is no such pack: there are widgets');
});

test('a job that is never due, unless an option says why', async () => {
  const never: Change = ['const before = new Date(Date.parse(now)', "if (now !== '') return []; const before = new Date(Date.parse(now)"];
  const unreached = { 'widgets.widget open → closed': 'nothing closes them any more' };
  assert.match(await saidOf([never], { unreached }), /every job runs.* \| widgets\.close-old: nothing was ever due for it/);
  assert.is(await saidOf([never], { unreached, undue: { 'widgets.close-old': 'it waits for nothing' } }), '');
});

test('a pack that acts though it is switched off', async () => {
  const said = await saidOf([], {
    prepare: async ({ summit: { services } }) => {
      const packOf = services.admission.packOf.bind(services.admission);
      services.admission.packOf = async (...of) => ({ ...(await packOf(...of)), enabled: true });
    },
  });
  assert.match(said, /switched off, the pack does nothing by itself.* \| widgets\.close-old: it acts on \d+ subjects/);
});

test('an entrypoint that nobody asks, and none that only others ask', async () => {
  assert.match(await saidOf([withPolicies('')]), /policies: no action asks high_risk\/operations\/decision, and it answers nobody else/);
  assert.is(await saidOf([withPolicies(", answers: { 'widgets.widget': 'high_risk/operations/decision' }")]), '');
});

test.run();
