import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { linesOf, type Report } from '../../sdk/verify/index.ts';
import { judgeBilled } from '../support/billing-builder.ts';
import type { BillingDraft } from '../support/billing-draft.ts';
import { type BillingStory, event, lineOf, reading } from '../support/billing-story.ts';
import type { DraftRow } from '../support/evidence-draft.ts';
import { at, refused, textOf } from '../support/judged.ts';

const test = suite('Verifier: attacks on what is billed');

/** What the operator billed and bound in receipts, under its own keys. */
async function caught(story: (story: BillingStory) => void, ...codes: readonly string[]): Promise<Report> {
  const report = await judgeBilled({ story });
  refused(report, 'INVALID', ...codes);
  assert.is(report.billing?.verdict, 'DIFFERS');
  return report;
}

/** Changes a row of rated usage and its line alike, so that they agree. */
function rebill({ rated, invoice }: BillingStory, index: number, columns: DraftRow): void {
  const row = Object.assign(at(rated, index), columns);
  invoice.lines[index + 1] = lineOf(row);
}

function retotal({ invoice }: BillingStory, total: string): void {
  Object.assign(invoice, { total });
}

test('an invoice is made again from its readings, and these from all events', async () => {
  const report = await judgeBilled();
  assert.equal(report.findings, []);
  assert.equal(report.billing, { verdict: 'REPRODUCED', lines: 5, rerated: 5, readings: 6, reaggregated: 6, events: 9 });
  assert.equal(linesOf(report)[3], {
    name: 'Re-rating',
    verdict: 'REPRODUCED 5 of 5 lines',
    meaning: 'each line of the invoice, rated again, comes out the same; from 6 readings, 6 of them counted again; 9 usage events are shown',
    tone: 'good',
  });
});

test('of a sample, each event is in a reading; the readings are not made again', async () => {
  const report = await judgeBilled({ events: 'sample' });
  assert.equal(report.findings, []);
  assert.equal(report.billing, { verdict: 'REPRODUCED', lines: 5, rerated: 5, readings: 6, reaggregated: 0, events: 3 });
});

test('bill another amount, in the line and in the rated usage alike', async () => {
  const report = await caught((story) => {
    rebill(story, 0, { amount: '11.00' });
    retotal(story, '624.75');
  }, 'amount-differs');
  assert.is(report.billing?.rerated, 4);
  assert.match(
    linesOf(report)
      .map(({ verdict, tone }) => `${verdict} ${tone}`)
      .join(),
    'DIFFERS 4 of 5 lines bad',
  );
});

test('bill another quantity, with the amount that goes with it', async () => {
  await caught((story) => {
    rebill(story, 0, { quantity: '3', amount: '15.00' });
    retotal(story, '628.75');
  }, 'quantity-differs');
  await caught((story) => {
    rebill(story, 2, { quantity: '16', amount: '192.00' });
    retotal(story, '707.75');
  }, 'quantity-differs');
});

test('bill another unit price than the plan has', async () => {
  await caught((story) => {
    rebill(story, 0, { unit_price: '6.00', amount: '12.00' });
    retotal(story, '625.75');
  }, 'amount-differs');
  await caught((story) => {
    rebill(story, 0, { unit_price: '6.00', amount: '12.00', charge: { meter: 'workflow_runs', model: 'per_unit', unit_price: '6.00' } });
    retotal(story, '625.75');
  }, 'line-differs');
});

test('write another unit price beside the right amount', async () => {
  await caught((story) => rebill(story, 0, { unit_price: '6.00' }), 'amount-differs');
});

test('bill by another plan than the invoice names', async () => {
  await caught((story) => rebill(story, 0, { plan_version: 2 }), 'usage-differs');
  await caught((story) => rebill(story, 0, { plan_id: 'other' }), 'usage-differs');
  await caught((story) => rebill(story, 0, { period: '2026-10' }), 'usage-differs');
  for (const index of [0, 3]) await caught((story) => rebill(story, index, { currency: 'EUR' }), 'usage-differs');
  await caught((story) => rebill(story, 0, { meter: 'seats' }), 'usage-differs');
  await caught(({ invoice }) => Object.assign(invoice, { currency: 'EUR' }), 'currency-differs');
  await caught(({ invoice }) => Object.assign(invoice.plan, { base_fee: '1e3' }), 'malformed-plan');
});

test('write a line otherwise than its rated usage', async () => {
  for (const change of [
    { amount: '0.00' },
    { quantity: '1' },
    { unit_price: null },
    { meter: 'seats' },
    { rated_usage_id: null },
    { rated_usage_id: 'x' },
  ]) {
    await caught(({ invoice }) => Object.assign(at(invoice.lines, 1), change), 'line-differs');
  }
});

test('raise the base fee', async () => {
  await caught((story) => {
    Object.assign(at(story.invoice.lines, 0), { unit_price: '600.00', amount: '600.00' });
    retotal(story, '723.75');
  }, 'line-differs');
  await caught(({ invoice, rated }) => Object.assign(at(invoice.lines, 0), { rated_usage_id: at(rated, 0).id ?? null }), 'line-differs');
});

test('leave a charge out of the lines, with its rated usage or without', async () => {
  await caught((story) => {
    story.invoice.lines.splice(2, 1);
    retotal(story, '623.00');
  }, 'line-missing');
  await caught((story) => {
    story.invoice.lines.splice(3, 2);
    story.rated.splice(2, 2);
    retotal(story, '510.75');
  }, 'line-missing');
  await caught((story) => {
    story.invoice.lines = [];
    retotal(story, '0.00');
  }, 'line-missing');
});

test('leave out the base fee where there is nothing else', async () => {
  await caught((story) => {
    Object.assign(story.invoice.plan, { charges: [] });
    story.invoice.lines = [];
    story.rated.splice(0);
    retotal(story, '0.00');
  }, 'line-missing');
});

test('of an invoice that was rated again, what an older revision rated is left aside', async () => {
  const report = await judgeBilled({
    story: ({ rated }) => void rated.push({ ...at(rated, 0), id: 'old', revision: 0 }, { ...at(rated, 0), id: 'other', invoice_id: 'other' }),
  });
  assert.ok(report.ok, textOf(report.findings));
});

test('bill a charge twice, out of its turn, or one that the plan does not have', async () => {
  await caught((story) => {
    story.invoice.lines.push(structuredClone(at(story.invoice.lines, 4)));
    retotal(story, '628.75');
  }, 'doubled-line');
  await caught(({ invoice }) => {
    const [base, first, second, ...others] = invoice.lines;
    invoice.lines = [base, second, first, ...others].filter((line) => line !== undefined);
  }, 'line-differs');
  await caught((story) => {
    const more = { ...at(story.rated, 0), id: 'more' };
    story.rated.push(more);
    story.invoice.lines.push(lineOf(more));
    retotal(story, '633.75');
  }, 'line-differs');
});

test('a total that is off by one cent', async () => {
  await caught((story) => retotal(story, '623.76'), 'total-differs');
  await caught((story) => retotal(story, '623.750'), 'total-differs');
});

test('make the quantity from a reading of another period, of another meter, or of one day twice', async () => {
  const other = (columns: DraftRow, quantity: string) => (story: BillingStory) => {
    const more = { ...reading('2026-11-22', 'workflow_runs', 'workflow_run', 'count', '1'), ...columns };
    story.readings.push(more);
    rebill(story, 0, { reading_ids: [...story.readings.slice(0, 2), more].map(({ id }) => String(id)), quantity, amount: '15.00' });
    retotal(story, '628.75');
  };
  await caught(other({ day: '2026-10-22', period: '2026-10' }, '3'), 'reading-of-other');
  await caught(other({ day: '2026-10-22' }, '3'), 'reading-of-other');
  await caught(other({ meter: 'api_calls' }, '3'), 'reading-of-other');
  await caught(other({ aggregation: 'sum' }, '3'), 'reading-of-other');
  await caught(other({ day: '2026-11-21', revision: 2 }, '3'), 'reading-of-other');
});

test('make the quantity from a reading that is not here', async () => {
  await caught((story) => rebill(story, 0, { reading_ids: ['unknown'] }), 'reading-missing');
  const hidden = await judgeBilled({
    draft({ meter_readings, manifest }) {
      meter_readings.shift();
      manifest.counts.meter_readings = meter_readings.length;
    },
  });
  refused(hidden, 'INVALID', 'reading-missing', 'event-not-counted');
});

test('read more than was counted, and bill that', async () => {
  const changes: readonly (readonly [number, DraftRow])[] = [
    [0, { quantity: '2', event_count: 2 }],
    [0, { event_count: 2 }],
    [2, { quantity: '6' }],
    [5, { quantity: '10' }],
  ];
  for (const [index, columns] of changes) await caught(({ readings }) => Object.assign(at(readings, index), columns), 'reading-differs');
});

test('count what was corrected as well, or what is none', async () => {
  await caught(({ batches }) => Object.assign(at(batches.second, 1), { corrects: null }), 'reading-differs');
  await caught(({ batches }) => Object.assign(at(batches.second, 3), { quantity: '1' }), 'reading-differs');
});

test('an event that corrects itself is counted, and one that came late corrects no reading', async () => {
  const self = await judgeBilled({ story: ({ batches }) => Object.assign(at(batches.first, 0), { corrects: at(batches.first, 0).id }) });
  assert.ok(self.ok, textOf(self.findings));
  const late = await judgeBilled({ story: ({ batches }) => Object.assign(at(batches.late, 0), { corrects: at(batches.first, 0).id }) });
  assert.ok(late.ok, textOf(late.findings));
});

test('drop an event of those that are to be all: the readings say that there was one more', async () => {
  const alone = event('workflow_run', '1', '2026-11-21T12:00:00.000Z');
  const story = ({ batches, readings }: BillingStory) => {
    Object.assign(batches, { alone: [alone] });
    Object.assign(at(readings, 1), { quantity: '2', event_count: 2 });
  };
  const billed = (whole: BillingStory) => {
    story(whole);
    rebill(whole, 0, { quantity: '3', amount: '15.00' });
    retotal(whole, '628.75');
  };
  const sound = await judgeBilled({ story: billed });
  assert.ok(sound.ok, textOf(sound.findings));
  const report = await judgeBilled({
    story: billed,
    draft({ usage_events, manifest }) {
      usage_events.splice(
        usage_events.findIndex(({ event: { id } }) => id === alone.id),
        1,
      );
      manifest.counts.usage_events = usage_events.length;
      manifest.usage.shown--;
      manifest.usage.total--;
    },
  });
  refused(report, 'INVALID', 'reading-differs');
});

test('an event that no reading counts', async () => {
  const uncounted =
    (timestamp: string) =>
    ({ batches }: BillingStory) =>
      void batches.first.push(event('workflow_run', '1', timestamp));
  await caught(uncounted('2026-11-25T10:00:00.000Z'), 'event-not-counted');
  // In Berlin that is the 22nd, of which there is no reading.
  await caught(uncounted('2026-11-21T23:30:00.000Z'), 'event-not-counted');
  const unnamed = await judgeBilled({
    story: ({ adjustments }) => Object.assign(at(adjustments, 0), { event_ids: [] }),
    draft: ({ manifest }) => void Object.assign(manifest.usage, { from_day: '2026-10-01' }),
  });
  refused(unnamed, 'INVALID', 'event-not-counted');
});

test('adjust by more than came late, of another period, twice, or without what it is made from', async () => {
  await caught((story) => {
    rebill(story, 3, { quantity: '2', amount: '10.00' });
    retotal(story, '628.75');
  }, 'quantity-differs');
  await caught((story) => rebill(story, 3, { amount: '5.01' }), 'amount-differs');
  await caught((story) => rebill(story, 0, { billed_quantity: '1' }), 'usage-differs');
  await caught((story) => rebill(story, 0, { adjustment_ids: story.adjustments.map(({ id }) => String(id)) }), 'usage-differs');
  await caught((story) => rebill(story, 3, { adjusts: '2026-09' }), 'reading-of-other');
  await caught((story) => rebill(story, 3, { adjusts: '2026-11' }), 'usage-differs');
  await caught((story) => rebill(story, 3, { adjustment_ids: ['unknown'] }), 'reading-missing');
  await caught(({ adjustments }) => Object.assign(at(adjustments, 0), { billed_in: '2026-12' }), 'reading-of-other');
  await caught((story) => rebill(story, 3, { billed_quantity: '-9' }), 'malformed-billing');
  await caught((story) => rebill(story, 3, { charge: { meter: 'seats', model: 'per_unit', unit_price: '5.00' } }), 'malformed-billing');
  await caught((story) => {
    const again = { ...at(story.rated, 3), id: 'again' };
    story.rated.push(again);
    story.invoice.lines.push(lineOf(again));
    retotal(story, '628.75');
  }, 'doubled-adjustment');
});

test('an adjustment may take back what was billed', async () => {
  const report = await judgeBilled({
    story(story) {
      Object.assign(at(story.adjustments, 0), { quantity: '-2' });
      rebill(story, 3, { quantity: '-2', amount: '-10.00' });
      retotal(story, '608.75');
    },
  });
  assert.ok(report.ok, textOf(report.findings));
});

test('by how much a maximum rose is said not to be recomputed', async () => {
  const report = await judgeBilled({
    story(story) {
      Object.assign(at(story.adjustments, 0), { aggregation: 'max' });
      rebill(story, 3, { aggregation: 'max', quantity: '4', amount: '20.00' });
      retotal(story, '638.75');
    },
  });
  assert.ok(report.ok, textOf(report.findings));
  assert.equal(
    report.findings.map(({ verdict, code }) => `${verdict} ${code}`),
    ['NOTE quantity-not-recomputed'],
  );
});

test('what was read again since does not count against the invoice', async () => {
  const report = await judgeBilled({
    story({ readings }) {
      readings.push({ ...reading('2026-11-20', 'workflow_runs', 'workflow_run', 'count', '7'), revision: 0 });
    },
  });
  assert.ok(report.ok, textOf(report.findings));
});

test('bill by a reading that does not hold, beside a newer one that does', async () => {
  const report = await caught((story) => {
    story.readings.push({ ...at(story.readings, 0), id: 'newer', revision: 2 });
    Object.assign(at(story.readings, 0), { quantity: '2', event_count: 2 });
    rebill(story, 0, { quantity: '3', amount: '15.00' });
    retotal(story, '628.75');
  }, 'reading-differs');
  assert.equal(
    report.findings.map(({ path }) => path),
    ['meter_readings[0]'],
  );
});

test('ask for the events of some types or days only, so that the readings of others can be left out', async () => {
  const asked = (query: object, shown: number) =>
    judgeBilled({ draft: ({ manifest }) => void Object.assign(manifest.usage, query, { shown, total: shown }) });
  for (const [query, shown] of [
    [{ types: ['workflow_run'] }, 4],
    [{ from_day: '2026-11-21' }, 5],
    [{ to_day: '2026-11-20' }, 5],
  ] as const) {
    refused(await asked(query, shown), 'INVALID', 'usage-not-asked');
  }
  // The days of another zone are other days.
  const elsewhere = await asked({ time_zone: 'Europe/Paris' }, 9);
  assert.equal([elsewhere.findings, elsewhere.billing?.reaggregated], [[], 0]);
});

test('an event that nothing binds is not counted', async () => {
  const { billing } = await judgeBilled({ draft: ({ usage_events }) => void Object.assign(at(usage_events, -1), { index: 1 }) });
  assert.is(billing?.events, 8);
});

test('show the invoice under another name, so that nobody makes it again', async () => {
  const renamed = (draft: BillingDraft) => {
    const { manifest, invoice, ...others } = draft;
    const { invoice: member, ...members } = manifest.members;
    for (const name of Object.keys(draft)) Reflect.deleteProperty(draft, name);
    Object.assign(draft, { manifest: { ...manifest, links: [], members: { bill: member, ...members } }, bill: invoice, ...others });
  };
  const report = await judgeBilled({ draft: renamed });
  refused(report, 'INVALID', 'manifest-differs');
  assert.is(report.billing, null);
});

test('rows that cannot be read are said', async () => {
  await caught(({ invoice }) => Object.assign(invoice, { lines: 'none' }), 'malformed-billing');
  refused(await judgeBilled({ draft: (draft) => void Object.assign(draft, { invoice: null }) }), 'INVALID', 'malformed-billing');
  await caught(({ invoice }) => Object.assign(invoice, { total: 'much' }), 'total-differs');
  await caught(({ readings }) => Object.assign(at(readings, 0), { quantity: '1/3' }), 'malformed-billing');
  await caught(({ readings }) => Object.assign(at(readings, 0), { time_zone: 'Mars/Olympus' }), 'malformed-billing');
  await caught(({ readings }) => {
    for (const zone of ['UTC', 'Utc', 'uTc', 'utc', 'UTc', 'uTC', 'UtC', 'utC', 'GMT']) {
      readings.push({ ...reading('2026-11-01', 'seats', 'seat', 'max', '0'), time_zone: zone });
    }
  }, 'malformed-billing');
});

test.run();
