import { type Changes, type Edge, type Entity, edge, isNone } from '../../sdk/index.ts';
import { Edges, Nodes } from '../database/tables.ts';
import type { PackRegistry } from '../packs/registry.ts';
import type { Happening } from '../record.ts';
import type { TableWrite } from '../write.ts';

/** Relationships of the kernel's own, with the name each has from the other end. */
export const kernelRelationships = {
  decided_by: 'decides',
  asked_by: 'asked',
  asked_about: 'asked_about_by',
  has_approval: 'approval_of',
  given_by: 'gave',
  member_of: 'has_member',
  belongs_to: 'has',
  tells_of: 'told_of_by',
} as const;

/** What the graph learns by itself: who asked for a decision and what it was about, who gave which approval. */
export function kernelEdges({ actor, subject, decisions, approval, changes }: Happening): readonly Edge[] {
  const exists = subject.status !== null || changes !== null;
  return [
    ...(exists ? decisions.map(({ id }) => edge(subject.id, 'decided_by', id)) : []),
    ...(actor.system ? [] : decisions.map(({ id }) => edge(id, 'asked_by', actor.id))),
    ...(approval && changes ? [edge(subject.id, 'has_approval', approval.approval.id), edge(approval.approval.id, 'given_by', actor.id)] : []),
  ];
}

/** @throws TypeError for a relationship that no pack declares: from its other end it would have no name */
export function assertRelated({ relationships }: Pick<PackRegistry, 'relationships'>, { edges }: Pick<Changes, 'edges'>): void {
  if (isNone(edges)) return;
  const stray = edges.find(({ relationship }) => !Object.hasOwn(relationships, relationship));
  if (stray) throw new TypeError(`the relationship ${stray.relationship} is one that no pack declares`);
}

export function graphWrites(
  happening: Happening,
  edges: readonly Edge[],
  created: readonly { entity: Entity<never>; row: { id: string } }[],
  receiptId: string,
): readonly TableWrite[] {
  const { decisions, newId } = happening;
  const nodes = created.flatMap(({ entity, row }) =>
    entity.label ? [{ id: row.id, type: entity.type, label: (entity as Entity<typeof row>).label?.(row) ?? '' }] : [],
  );
  const judged = decisions.map(({ id, outcome, policy }) => ({ id, type: 'policy-decision', label: `${outcome} by ${policy}` }));
  return [
    { kind: 'insert', entity: Nodes, rows: [...nodes, ...judged] },
    {
      kind: 'insert',
      entity: Edges,
      rows: edges.map(({ from, relationship, to, ends = false }) => ({
        id: newId(),
        from_id: from,
        relationship,
        to_id: to,
        ends,
        receipt_id: receiptId,
      })),
    },
  ];
}
