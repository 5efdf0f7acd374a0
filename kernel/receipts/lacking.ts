import type { Entity } from '../../sdk/index.ts';
import { WITHOUT_RECEIPTS } from '../database/conditions.ts';
import type { Transaction } from '../database/database.ts';
import type { PackRegistry } from '../packs/registry.ts';

type Packs = Pick<PackRegistry, 'all'>;

/** How far the subjects of a tenant have been looked at, in the order of their types and ids. */
export interface SubjectPlace {
  /** Its type; empty before the first. */
  readonly entity: string;
  readonly subject_id: string;
}

interface Subject extends SubjectPlace {
  /** Whether it has fewer allowed receipts than versions. */
  readonly lacks: boolean;
}

const LOWEST_ID = '00000000-0000-0000-0000-000000000000';

/** The next subjects after a place, of whatever pack: a switch hides nothing that is wrong. */
export async function subjectsAfter(tx: Transaction, tenant: string, packs: Packs, after: SubjectPlace, limit: number): Promise<readonly Subject[]> {
  const subjects: Subject[] = [];
  for (const { type: entity, table } of governedIn(packs)) {
    if (entity < after.entity || subjects.length === limit) continue;
    const rows = await tx.query<{ subject_id: string; lacks: boolean }>(
      `SELECT t.id AS subject_id, ${WITHOUT_RECEIPTS} AS lacks
         FROM (SELECT id, version FROM ${table} WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3) t ORDER BY t.id`,
      [tenant, entity === after.entity ? after.subject_id : LOWEST_ID, limit - subjects.length],
    );
    subjects.push(...rows.map((row) => ({ entity, ...row })));
  }
  return subjects;
}

/** Of these subjects, those that still have fewer allowed receipts than versions, in the order of their ids. */
export async function lackingAmong(tx: Transaction, tenant: string, packs: Packs, ids: readonly string[]): Promise<readonly string[]> {
  const lacking: string[] = [];
  if (ids.length === 0) return lacking;
  for (const { table } of governedIn(packs)) {
    const rows = await tx.query<{ id: string }>(
      `SELECT t.id FROM ${table} t WHERE t.tenant_id = $1 AND t.id = ANY($2::uuid[]) AND ${WITHOUT_RECEIPTS}`,
      [tenant, ids],
    );
    lacking.push(...rows.map(({ id }) => id));
  }
  return lacking.toSorted();
}

function governedIn({ all }: Packs): readonly Entity<never>[] {
  const governed = all.flatMap(({ entities }) => entities.filter(({ kind }) => kind === 'governed'));
  return governed.toSorted((one, other) => (one.type < other.type ? -1 : 1));
}
