import type { Evidence, Link, Row } from '../../sdk/index.ts';
import type { PolicyDecisions } from '../database/policy-tables.ts';
import { logOrigin } from '../log/names.ts';
import type { Checkpoint } from '../log/store.ts';
import type { ReceiptRow } from '../receipts/present.ts';
import type { Cited } from './cited.ts';
import type { Collected, Member } from './members.ts';
import type { PolicyBundle } from './policies.ts';
import type { PickedUsage } from './usage-wanted.ts';

/** Who asks for what, and when. */
export interface Asked {
  readonly evidence: Evidence;
  readonly tenant: string;
  /** Of the tenant. */
  readonly origin: string;
  readonly nonce: string | null;
  /** The database's clock. */
  readonly now: string;
}

export interface Contents extends Omit<Collected, 'rows'> {
  readonly receipts: readonly ReceiptRow[];
  /** null where the declaration knows of none. */
  readonly cited: Cited | null;
  readonly links: readonly Link[] | null;
  readonly decisions: readonly Row<typeof PolicyDecisions>[];
  readonly bundles: readonly PolicyBundle[];
  readonly checkpoints: readonly Checkpoint[];
  /** Of the members that are the kernel's. */
  readonly counts: Readonly<Record<'people' | 'edges' | 'disclosures', number>>;
}

/** What a bundle holds, said before it: whoever reads on knows what is to come, and what is missing. */
export function evidenceManifest({ evidence, tenant, origin, nonce, now }: Asked, contents: Contents) {
  const { subject, subjects, members, receipts, cited, links, decisions, bundles, checkpoints, counts } = contents;
  const usage = cited?.usage;
  const lists = members.filter(({ many }) => many).map(({ name, rows }) => [name, rows.length] as const);
  return {
    typ: 'summit-evidence/v1',
    evidence: evidence.id,
    origin,
    tenant,
    ...subject,
    generated_at: now,
    nonce,
    summary: summedUp(evidence, members),
    members: Object.fromEntries(members.map(({ name, entity, many }) => [name, { type: entity.type, many }])),
    subjects: subjects.map(({ type, id, status, version }) => ({ type, id, status, version })),
    receipts: receipts.map(({ id, action, at }) => ({ id, action, at })),
    ...(cited && { cited: cited.ids }),
    ...(usage && { usage: usageShown(usage) }),
    policy_decisions: decisions.map(({ id, action, created_at }) => ({ id, action, created_at })),
    policy_bundles: bundles.map(({ digest, version }) => ({ digest, version })),
    counts: {
      ...Object.fromEntries(lists),
      receipts: receipts.length,
      ...(cited && { cited_receipts: cited.ids.length }),
      ...(usage && { usage_events: usage.entries }),
      policy_decisions: decisions.length,
      policy_bundles: bundles.length,
      ...counts,
    },
    checkpoints: checkpoints.map(({ epoch, size, root }) => ({
      origin: logOrigin(origin, epoch),
      size,
      root: Buffer.from(root).toString('base64'),
    })),
    ...(links && { links }),
  };
}

/** As it was asked, so that whoever has the events can ask the same of them. */
function usageShown({ wanted, drawing, total, shown }: PickedUsage) {
  const { event_types, from_day, to_day, time_zone, before } = wanted.selection;
  const { events, seed = null, sample = null } = { seed: null, sample: null, ...drawing };
  const { epoch, size } = before;
  return { types: event_types, from_day, to_day, time_zone, before: { epoch, size }, events, total, shown, seed, sample };
}

/** By name, where it stands in the bundle and what it is. */
export function summedUp({ summary = {} }: Evidence, members: readonly Member[]) {
  return Object.fromEntries(Object.entries(summary).map(([name, from]) => [name, { from, value: valueAt(members, from) }]));
}

/** null where the member has no row. */
function valueAt(members: readonly Member[], pointer: string): unknown {
  const [, name, column = ''] = pointer.split('/');
  return members.find((member) => member.name === name)?.rows[0]?.[column] ?? null;
}
