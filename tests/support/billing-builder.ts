import { randomUUID } from 'node:crypto';
import { canonicalJson } from '../../sdk/index.ts';
import { parsePolicy, type Report, verifyEvidence } from '../../sdk/verify/index.ts';
import type { BillingDraft, DraftEntry, DraftEvent } from './billing-draft.ts';
import { type BillingStory, billingStory } from './billing-story.ts';
import { BASE, checkpointsOf, EvidenceWorld, type Lies } from './evidence-builder.ts';
import type { DraftReceipt, DraftRow } from './evidence-draft.ts';
import { inclusionProof, oracleLeaf, oracleRoot } from './tree-oracle.ts';

/** What a test may do before it is logged and signed: the operator's own lies, which receipts bind as truth. */
export interface BillingLies extends Pick<Lies, 'step'> {
  /** All of them unless said. */
  readonly events?: 'sample' | 'all';
  /** What is counted, read, rated and invoiced. */
  story?(story: BillingStory): void;
  /** The bundle before it is signed. */
  draft?(draft: BillingDraft, world: EvidenceWorld): void;
}

export interface BuiltBilling {
  readonly world: EvidenceWorld;
  readonly bundle: BillingDraft;
  readonly policy: string;
}

const INVOICE = 'finops.invoice';

/** A complete, valid bundle about an invoice made from nothing, but for the lies. */
export async function buildBilling(lies: BillingLies = {}): Promise<BuiltBilling> {
  const world = new EvidenceWorld(lies.step ? { step: lies.step } : {});
  await world.openLog();
  const story = billingStory();
  lies.story?.(story);
  const counted = Object.values(story.batches).map((events) => ({ events, receipt: count(world, events) }));
  const metered = write(world, 'meter', [
    ...story.readings.map((row) => ({ type: 'finops.meter-reading', row })),
    ...story.adjustments.map((row) => ({ type: 'finops.meter-adjustment', row })),
  ]);
  const subject = { type: INVOICE, id: String(story.invoice.id) };
  const before = { epoch: 1, size: world.log.entries.length };
  const rows = story.rated.map((row) => ({ type: 'finops.rated-usage', row }));
  world.record({ name: 'rate', actor: 'system:billing', action: `${INVOICE}.rate`, subject, row: { status: 'draft', ...story.invoice }, rows });
  world.record({ name: 'finalize', actor: 'system:billing', action: `${INVOICE}.finalize`, subject, row: { status: 'finalized' }, isFinal: true });
  const shown = counted.flatMap(({ events, receipt }) => entriesOf(events, receipt.id, lies.events ?? 'all'));
  const draft = draftOf(world, story, [...counted.map(({ receipt }) => receipt), metered], shown, before, lies.events ?? 'all');
  lies.draft?.(draft, world);
  return { world, bundle: world.sign(draft), policy: world.policy };
}

export async function judgeBilled(lies: BillingLies = {}): Promise<Report> {
  const { bundle, policy } = await buildBilling(lies);
  return verifyEvidence(JSON.stringify(bundle), { policy: await parsePolicy(policy) });
}

export function usageOf(events: readonly DraftEvent[]): { count: number; root: string } {
  return { count: events.length, root: Buffer.from(oracleRoot(leavesOf(events))).toString('base64') };
}

export function pathOf(events: readonly DraftEvent[], index: number): string[] {
  return inclusionProof(leavesOf(events), index).map((hash) => Buffer.from(hash).toString('base64'));
}

function leavesOf(events: readonly DraftEvent[]): Uint8Array[] {
  return events.map((event) => oracleLeaf(Buffer.from(canonicalJson(event))));
}

function count(world: EvidenceWorld, events: readonly DraftEvent[]): DraftReceipt {
  const subject = { type: 'finops.batch', id: randomUUID() };
  return world.record({ name: 'count', actor: 'system:metering', action: 'finops.usage.record', subject, row: null, usage: usageOf(events) });
}

function write(world: EvidenceWorld, name: string, rows: { type: string; row: DraftRow }[]): DraftReceipt {
  return world.record({
    name,
    actor: 'system:metering',
    action: `finops.${name}`,
    subject: { type: 'finops.run', id: randomUUID() },
    row: null,
    rows,
  });
}

/** All of a receipt need no paths; of a sample, the second of each receipt is shown, or the only one. */
function entriesOf(events: readonly DraftEvent[], receipt: string, kind: 'sample' | 'all'): DraftEntry[] {
  const entries = events.map((event, index) => ({
    receipt,
    index,
    path: kind === 'all' ? null : pathOf(events, index),
    event: structuredClone(event),
  }));
  return kind === 'all' ? entries : entries.slice(0, 2).slice(-1);
}

function draftOf(
  world: EvidenceWorld,
  story: BillingStory,
  cited: readonly DraftReceipt[],
  shown: DraftEntry[],
  before: { epoch: number; size: number },
  events: 'sample' | 'all',
): BillingDraft {
  const id = String(story.invoice.id);
  const own = world.receipts.filter(({ content }) => content.subject.id === id);
  const [first, last] = [own[0]?.content, own.at(-1)?.content];
  const [status, version, created_at, updated_at] = [last?.state.to ?? '', last?.seq ?? 0, first?.at ?? '', last?.at ?? ''];
  const proofs = Object.fromEntries(world.receipts.map(({ view, log }) => [view.id, log.proof(view.log_index)]));
  const needed = new Set(own.flatMap(({ content }) => [content.actor, content.input_digest]));
  const disclosures = world.disclosures.filter(({ commitment }) => needed.has(commitment)).map((disclosure) => ({ ...disclosure }));
  const { rated, readings, adjustments } = structuredClone(story);
  const asked = shown.filter(({ event }) => event.type !== 'door_opened').length;
  const total = Object.values(story.batches).flat().length - 1;
  return {
    manifest: {
      ...{ typ: 'summit-evidence/v1', evidence: 'finops', origin: BASE, tenant: 'demo', type: INVOICE, id, status, version },
      ...{ created_at, updated_at, generated_at: world.now(), nonce: null },
      members: {
        invoice: { type: INVOICE, many: false },
        rated_usage: { type: 'finops.rated-usage', many: true },
        meter_readings: { type: 'finops.meter-reading', many: true },
        meter_adjustments: { type: 'finops.meter-adjustment', many: true },
        approvals: { type: 'approval', many: true },
      },
      subjects: [{ type: INVOICE, id, status, version }],
      receipts: own.map(({ view: { id: receipt, action, at } }) => ({ id: receipt, action, at })),
      ...{ policy_decisions: [], policy_bundles: [] },
      counts: {
        ...{ rated_usage: rated.length, meter_readings: readings.length, meter_adjustments: adjustments.length, approvals: 0 },
        ...{ receipts: own.length, cited_receipts: cited.length, usage_events: shown.length, people: 0, policy_decisions: 0, policy_bundles: 0 },
        ...{ edges: 0, disclosures: disclosures.length },
      },
      checkpoints: checkpointsOf(proofs),
      cited: cited.map((receipt) => receipt.id),
      usage: {
        ...{ types: ['workflow_run', 'api_call', 'seat'], from_day: '2026-11-01', to_day: '2026-11-30', time_zone: 'Europe/Berlin', before, events },
        ...{ total, shown: asked, seed: events === 'all' ? null : 'seed', sample: events === 'all' ? null : asked },
      },
      links: [{ from: '/invoice/total', to: [...rated, ...cited].map((linked) => String(linked.id)) }],
    },
    invoice: { ...structuredClone(story.invoice), tenant_id: 'demo', status, version, created_at, updated_at },
    rated_usage: rated,
    meter_readings: readings,
    meter_adjustments: adjustments,
    approvals: [],
    receipts: own.map(({ view }) => structuredClone(view)),
    cited_receipts: cited.map(({ id: receipt, leaf_hash, log_index, bytes, changes }) => ({ id: receipt, leaf_hash, log_index, bytes, changes })),
    usage_events: shown,
    ...{ people: [], policy_decisions: [], policy_bundles: [] },
    graph: { node: { id, type: INVOICE, label: '2026-11' }, neighbors: [], edges: [] },
    disclosures,
    proof: { receipts: proofs, consistency: null, epochs: [] },
  };
}
