import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { commit } from '../../kernel/receipts/commitment.ts';
import { buildBilling, judgeBilled, pathOf, usageOf } from '../support/billing-builder.ts';
import type { BillingDraft, DraftEntry } from '../support/billing-draft.ts';
import type { BillingStory } from '../support/billing-story.ts';
import { at, incomplete, refused, textOf } from '../support/judged.ts';

const test = suite('Verifier: attacks on usage and on what is cited');

function entryOf({ usage_events }: BillingDraft, type: string): DraftEntry {
  return at(
    usage_events.filter(({ event }) => event.type === type),
    0,
  );
}

for (const events of ['all', 'sample'] as const) {
  test(`a bundle with its usage, ${events} of it, is in the log that others watch, and complete`, async () => {
    const { ok, integrity, completeness, findings } = await judgeBilled({ events });
    assert.equal(findings, []);
    assert.equal([ok, integrity.verdict, completeness.verdict], [true, 'WITNESSED', 'COMPLETE']);
  });

  test(`alter an event, of ${events}`, async () => {
    for (const change of [{ quantity: '3' }, { type: 'seat' }, { corrects: 'x' }, { metadata: {} }, { timestamp: '2026-11-21T10:00:00.000Z' }]) {
      refused(
        await judgeBilled({ events, draft: (draft) => void Object.assign(entryOf(draft, 'workflow_run').event, change) }),
        'INVALID',
        'event-not-bound',
      );
    }
  });

  test(`show an event as one of another receipt, of ${events}`, async () => {
    const moved = await judgeBilled({
      events,
      draft: ({ usage_events }) => void Object.assign(at(usage_events, 0), { receipt: at(usage_events, -1).receipt }),
    });
    refused(moved, 'INVALID', 'event-not-bound');
    const unknown = await judgeBilled({ events, draft: ({ usage_events }) => void Object.assign(at(usage_events, 0), { receipt: 'unknown' }) });
    refused(unknown, 'INVALID', 'event-not-bound');
  });

  test(`count an event twice, of ${events}`, async () => {
    const report = await judgeBilled({
      events,
      draft({ usage_events, manifest }) {
        usage_events.push(structuredClone(at(usage_events, 0)));
        manifest.counts.usage_events = usage_events.length;
        manifest.usage.shown++;
        manifest.usage.total++;
      },
    });
    refused(report, 'INVALID', 'doubled-event');
  });
}

test('write an event twice under one id, so that receipts bind both', async () => {
  const story = ({ batches }: BillingStory) => void batches.late.push(structuredClone(at(batches.first, 0)));
  refused(await judgeBilled({ story }), 'INVALID', 'doubled-event');
});

test('give an event the path of another index', async () => {
  const others: readonly ((entry: DraftEntry) => void)[] = [
    (entry) => void entry.index++,
    (entry) => Object.assign(entry, { index: 5 }),
    (entry) => void entry.path?.pop(),
    (entry) => void entry.path?.reverse(),
    (entry) => Object.assign(entry, { path: [] }),
  ];
  for (const change of others) {
    const report = await judgeBilled({ events: 'sample', draft: ({ usage_events }) => change(at(usage_events, 0)) });
    refused(report, 'INVALID', 'event-not-bound');
  }
});

test('drop an event of those that are to be all', async () => {
  const drop = (draft: BillingDraft, index: number) => {
    draft.usage_events.splice(index, 1);
    draft.manifest.counts.usage_events = draft.usage_events.length;
  };
  incomplete(await judgeBilled({ draft: (draft) => drop(draft, 0) }), 'count-differs');
  const counted = await judgeBilled({
    draft(draft) {
      drop(draft, 0);
      draft.manifest.usage.shown--;
      draft.manifest.usage.total--;
    },
  });
  refused(counted, 'INVALID', 'event-not-bound');
});

test('call a sample all of them, or show more of it than there are', async () => {
  incomplete(
    await judgeBilled({ events: 'sample', draft: ({ manifest }) => void Object.assign(manifest.usage, { events: 'all' }) }),
    'count-differs',
  );
  incomplete(await judgeBilled({ events: 'sample', draft: ({ manifest }) => void Object.assign(manifest.usage, { total: 2 }) }), 'count-differs');
  incomplete(await judgeBilled({ draft: ({ manifest }) => void Object.assign(manifest.counts, { usage_events: 11 }) }), 'count-differs');
});

test('an event that was not asked for is there for the root of its receipt, and for nothing else', async () => {
  const path = await judgeBilled({
    draft: (draft) => {
      const entry = entryOf(draft, 'door_opened');
      const own = draft.usage_events.filter(({ receipt }) => receipt === entry.receipt).map(({ event }) => event);
      entry.path = pathOf(own, entry.index);
    },
  });
  refused(path, 'INVALID', 'event-not-asked');
  for (const change of [{ types: ['seat'] }, { from_day: '2026-11-21' }, { to_day: '2026-11-20' }, { before: { epoch: 1, size: 1 } }]) {
    refused(
      await judgeBilled({ events: 'sample', draft: ({ manifest }) => void Object.assign(manifest.usage, change) }),
      'INVALID',
      'event-not-asked',
    );
  }
  const late = await judgeBilled({ draft: ({ manifest }) => void Object.assign(manifest.usage.before, { size: 1 }) });
  refused(late, 'INVALID', 'event-not-asked');
  const zone = await judgeBilled({ draft: ({ manifest }) => void Object.assign(manifest.usage, { time_zone: 'Mars/Olympus' }) });
  refused(zone, 'INVALID', 'malformed-usage');
});

test('an event of another day is asked for where a row names it', async () => {
  // Of October, and named by an adjustment.
  const named = await judgeBilled({ events: 'sample' });
  assert.ok(named.ok, textOf(named.findings));
  const nowhere = await judgeBilled({ events: 'sample', story: ({ adjustments }) => Object.assign(at(adjustments, 0), { event_ids: [] }) });
  refused(nowhere, 'INVALID', 'event-not-asked');
});

test('a receipt that lists its usage, as older ones do, binds no event', async () => {
  const lists = (name: string, _: unknown, changes: { usage?: unknown }) =>
    void (name === 'count' && Object.assign(changes, { usage: [{ any: 'thing' }] }));
  const report = await judgeBilled({ step: lists });
  refused(report, 'INVALID', 'event-not-bound');
  const without = await judgeBilled({
    step: lists,
    draft(draft) {
      Object.assign(draft.manifest.usage, { shown: 0, total: 0 });
      draft.manifest.counts.usage_events = 0;
      draft.usage_events = [];
    },
  });
  assert.not.match(textOf(without.findings), 'malformed');
});

test('the root of usage is over at least one event, and has 32 bytes', async () => {
  const { root } = usageOf([]);
  for (const usage of [{ count: 0, root }, { count: 1 }, { count: 1, root: 'AAAA' }, { count: 1, root, more: 1 }, 'all']) {
    const report = await judgeBilled({ step: (name, _, changes) => void (name === 'count' && Object.assign(changes, { usage })) });
    refused(report, 'INVALID', 'malformed-changes');
  }
});

test('bind more events than the root is over', async () => {
  const more = await judgeBilled({
    step: (name, _, { usage }) => void (name === 'count' && Object.assign(Object(usage), { count: 6 })),
  });
  refused(more, 'INVALID', 'event-not-bound');
});

test('alter a cited receipt', async () => {
  const alter = (change: (receipt: BillingDraft['cited_receipts'][number]) => void) =>
    judgeBilled({ draft: ({ cited_receipts }) => change(at(cited_receipts, -1)) });
  refused(await alter((receipt) => Object.assign(receipt, { changes: receipt.changes.replace('"3.5"', '"2.5"') })), 'INVALID', 'changes-differ');
  refused(await alter((receipt) => Object.assign(receipt, { log_index: 0 })), 'INVALID', 'view-differs');
  refused(await alter((receipt) => Object.assign(receipt, { leaf_hash: Buffer.alloc(32).toString('base64') })), 'INVALID', 'leaf-hash-differs');
  refused(await alter((receipt) => Object.assign(receipt, { bytes: 'AAAA' })), 'INVALID', 'malformed-receipt');
});

test('forge a cited receipt: the log does not have it', async () => {
  const { bundle: other } = await buildBilling();
  const forged = await judgeBilled({
    draft(draft) {
      const [own, foreign] = [at(draft.cited_receipts, 0), at(other.cited_receipts, 0)];
      Object.assign(own, { ...foreign, id: own.id });
    },
  });
  refused(forged, 'INVALID', 'view-differs', 'not-included');
});

test('cite a receipt of another tenant', async () => {
  const report = await judgeBilled({ step: (name, content) => void (name === 'count' && Object.assign(content, { origin: 'summit.test/other' })) });
  refused(report, 'INVALID', 'other-origin');
});

test('drop a cited receipt, or its proof', async () => {
  const listed = await judgeBilled({ draft: ({ cited_receipts }) => void cited_receipts.pop() });
  refused(listed, 'INVALID', 'manifest-differs', 'row-not-bound', 'stray-proof');
  incomplete(listed, 'count-differs');
  const usage = await judgeBilled({
    draft({ cited_receipts, manifest, proof }) {
      const gone = cited_receipts.shift();
      manifest.cited.shift();
      manifest.counts.cited_receipts = cited_receipts.length;
      delete proof.receipts[gone?.id ?? ''];
    },
  });
  refused(usage, 'INVALID', 'event-not-bound');
  const unproven = await judgeBilled({ draft: ({ cited_receipts, proof }) => void delete proof.receipts[at(cited_receipts, 0).id] });
  refused(unproven, 'INVALID', 'proof-missing');
});

test('cite a receipt twice, or one that is there already', async () => {
  const again = (from: 'receipts' | 'cited_receipts') => (draft: BillingDraft) => {
    const { id, leaf_hash, log_index, bytes, changes } = at(draft[from], 0);
    draft.cited_receipts.push({ id, leaf_hash, log_index, bytes, changes });
    draft.manifest.cited.push(id);
    draft.manifest.counts.cited_receipts = draft.cited_receipts.length;
  };
  refused(await judgeBilled({ draft: again('cited_receipts') }), 'INVALID', 'doubled-receipt');
  refused(await judgeBilled({ draft: again('receipts') }), 'INVALID', 'doubled-receipt', 'cited-of-subject');
});

test('hide a receipt of the subject among those that are cited', async () => {
  const report = await judgeBilled({
    draft(draft) {
      const { id, leaf_hash, log_index, bytes, changes } = at(draft.receipts, -1);
      draft.cited_receipts.push({ id, leaf_hash, log_index, bytes, changes });
      draft.manifest.cited.push(id);
      draft.receipts.pop();
      draft.manifest.receipts.pop();
      Object.assign(draft.manifest.counts, { receipts: draft.receipts.length, cited_receipts: draft.cited_receipts.length });
    },
  });
  refused(report, 'INVALID', 'cited-of-subject');
  incomplete(report, 'subject-differs');
});

test('cite a receipt that is later than the bundle', async () => {
  const late = (name: string, content: { at?: string }) => void (name === 'meter' && Object.assign(content, { at: '2026-11-22T12:30:00.000Z' }));
  const report = await judgeBilled({ step: late });
  refused(report, 'INVALID', 'clock-rollback');
  assert.match(textOf(report.findings), 'after the bundle was made');
});

test('alter a row that a cited receipt binds; leaving it out hides nothing of the subject', async () => {
  const altered = await judgeBilled({ draft: ({ meter_adjustments }) => void Object.assign(at(meter_adjustments, 0), { billed_in: '2026-12' }) });
  refused(altered, 'INVALID', 'field-not-bound');
  const { findings } = await judgeBilled({
    draft({ meter_adjustments, manifest }) {
      meter_adjustments.pop();
      manifest.counts.meter_adjustments = 0;
    },
  });
  assert.not.match(textOf(findings), 'row-not-shown');
});

test('of a cited receipt commitments may be opened, and need not be', async () => {
  const opened = await judgeBilled({
    draft({ disclosures, manifest }, world) {
      disclosures.splice(0, disclosures.length, ...world.disclosures.map((disclosure) => ({ ...disclosure })));
      manifest.counts.disclosures = disclosures.length;
    },
  });
  assert.ok(opened.ok, textOf(opened.findings));
  const stray = await judgeBilled({ draft: ({ disclosures }) => void disclosures.push(commit('actor', 'system:metering')) });
  refused(stray, 'INVALID', 'stray-disclosure');
});

test('cited receipts and usage are there where the manifest speaks of them, in one order', async () => {
  const changes: readonly ((draft: BillingDraft) => void)[] = [
    (draft) => Reflect.deleteProperty(draft, 'cited_receipts'),
    (draft) => Reflect.deleteProperty(draft, 'usage_events'),
    (draft) => Reflect.deleteProperty(draft.manifest, 'cited'),
    (draft) => Reflect.deleteProperty(draft.manifest, 'usage'),
    (draft) => {
      const { cited_receipts } = draft;
      Reflect.deleteProperty(draft, 'cited_receipts');
      Object.assign(draft, { cited_receipts });
    },
  ];
  for (const draft of changes) refused(await judgeBilled({ draft }), 'INVALID', 'malformed-bundle');
  refused(await judgeBilled({ draft: ({ manifest }) => void manifest.cited.reverse() }), 'INVALID', 'manifest-differs');
});

test('link to what is not here, or from nowhere', async () => {
  const link = (change: object) => judgeBilled({ draft: ({ manifest }) => void Object.assign(at(manifest.links, 0), change) });
  refused(await link({ to: ['nothing'] }), 'INVALID', 'manifest-differs');
  for (const from of ['/invoice/lines/9', '/nowhere', 'invoice', '/invoice/lines/01', '/invoice/toString']) {
    refused(await link({ from }), 'INVALID', 'manifest-differs');
  }
  const { usage_events } = (await buildBilling()).bundle;
  const event = await judgeBilled({ draft: (draft) => void at(draft.manifest.links, 0).to.push(at(draft.usage_events, 0).event.id) });
  assert.ok(event.ok && usage_events.length > 0, textOf(event.findings));
});

test.run();
