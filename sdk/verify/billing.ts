import { sumOfAmounts } from '../rating/index.ts';
import { INVOICE, type Invoice, readBilling } from './billing-rows.ts';
import type { Evidence } from './evidence.ts';
import { Findings } from './findings.ts';
import { judgeLines } from './invoice-lines.ts';
import { judgeReadings } from './readings.ts';
import type { ShownEvent } from './usage.ts';

/** What was made again of an invoice. */
export interface Billing {
  readonly verdict: 'REPRODUCED' | 'DIFFERS';
  readonly lines: number;
  /** Of the lines, those that come out as they are. */
  readonly rerated: number;
  readonly readings: number;
  /** Of the readings, those that come out of the events as they are. */
  readonly reaggregated: number;
  /** That were asked for, and are shown and bound. */
  readonly events: number;
}

/**
 * Makes the invoice again: its lines from its readings and its plan, and the readings from the events that are shown. Receipts
 * prove that the server wrote it so; this, that it was right. @returns null of what is about no invoice
 */
export async function judgeBilling(evidence: Evidence, shown: readonly ShownEvent[], all: Findings): Promise<Billing | null> {
  const { manifest } = evidence;
  const { type, many } = manifest.members.invoice ?? {};
  if (type !== INVOICE || many) {
    // Under another name it would not be made again, and nobody would notice.
    if (manifest.type === INVOICE) all.add('INVALID', 'manifest-differs', 'an invoice is shown as the member invoice', 'manifest.members');
    return null;
  }
  const findings = new Findings();
  const rows = await readBilling(evidence, findings);
  const { invoice, readings } = rows;
  if (!invoice) findings.add('INVALID', 'malformed-billing', 'there is no invoice that could be rated again', 'invoice');
  const rerated = invoice ? await findings.attempt('malformed-billing', 'invoice', () => judgeLines(invoice, rows, findings)) : 0;
  if (invoice) await findings.attempt('malformed-billing', 'invoice.total', () => judgeTotal(invoice, findings));
  const reaggregated = await findings.attempt('malformed-billing', 'meter readings', () => judgeReadings(manifest.usage, rows, shown, findings));
  all.addAll(findings);
  return {
    verdict: findings.has('INVALID') ? 'DIFFERS' : 'REPRODUCED',
    lines: invoice?.lines.length ?? 0,
    rerated: rerated ?? 0,
    readings: readings.size,
    reaggregated: reaggregated ?? 0,
    events: shown.filter(({ isAsked }) => isAsked).length,
  };
}

function judgeTotal({ lines, total, currency }: Invoice, findings: Findings): void {
  const amounts = lines.map(({ amount }) => amount);
  const sum = sumOfAmounts(amounts, currency);
  if (sum !== total) findings.add('INVALID', 'total-differs', `the total is ${total}, and the lines add up to ${sum}`, 'invoice.total');
}
