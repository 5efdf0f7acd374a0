import { validate as isUuid } from 'uuid';
import { type Entity, type Governed, type LockingReader, Problem, type Reader, type Where } from '../../sdk/index.ts';
import { abandonedApprovals, leftBehind } from '../approvals/abandoned.ts';
import { givenAmong, standingIn } from '../approvals/approvals.ts';
import { calendarOf, hasUsageSince, oldestUsageSince, usageOf, usageSince } from '../metering/roll-up.ts';
import { naturalKey } from '../natural-keys.ts';
import { bySequence, presentReceipts } from '../receipts/present.ts';
import { countRows, countRowsByDay, distributionOf } from './aggregates.ts';
import { type Conditions, conditionsOf, personalJoins } from './conditions.ts';
import type { Transaction } from './database.ts';
import { pageOf } from './page.ts';
import { Approvals, Receipts } from './tables.ts';

const MAX_FOUND = 10_000;

type AliasKind = 'user' | 'team' | 'tenant';

const BEHIND_ALIAS: Readonly<Record<AliasKind, string>> = {
  user: `SELECT u.id FROM disclosures d JOIN users u ON u.tenant_id = $1 AND u.handle = d.commitment
    WHERE d.tenant_id = $1 AND d.name = 'handle' AND d.value = $2`,
  team: 'SELECT id FROM teams WHERE tenant_id = $1 AND name = $2',
  tenant: 'SELECT id FROM tenant_configurations WHERE tenant_id = $1 AND tenant_id = $2',
};

export interface ActionReader extends LockingReader {
  /** What `load` has locked, and only that may change: by subject id, the leaf hash of the receipt that made its version. */
  readonly locked: ReadonlyMap<string, Buffer>;
  /** When what is locked last changed, RFC 3339; empty where nothing is. */
  readonly latest: string;
}

const transactions = new WeakMap<Reader, Transaction>();

/** The transaction behind a reader: for the kernel's own queries, which know more than a pack may. */
export function transactionOf(reader: Reader): Transaction {
  const tx = transactions.get(reader);
  if (!tx) throw new TypeError('this reader was not made by the kernel');
  return tx;
}

/**
 * Reads for one tenant within one transaction. Every statement names its tenant, whatever row-level security adds.
 * @param locks false where nothing will be written, and the transaction may take no locks
 */
export function createReader(tx: Transaction, tenant: string, locks = true): ActionReader {
  const locked = new Map<string, Buffer>();
  let latest = '';

  async function select<R>(entity: Entity<R>, { sql, values, joins }: Conditions, order: string, limit: number): Promise<R[]> {
    const text = `SELECT ${columnsOf(entity)} ${fromOf(entity, joins)} WHERE ${sql} ${order} LIMIT $${values.length + 1}`;
    return tx.query<R & object>(text, [...values, limit]);
  }

  const reader: ActionReader = {
    locked,
    get latest() {
      return latest;
    },

    async one(entity, id) {
      if (!isUuid(id)) return notFound(entity, id);
      const [row] = await select(entity, conditionsOf(entity, tenant, { where: { id } as Where<never> }), '', 1);
      return row ?? notFound(entity, id);
    },

    async find(entity, where, options = {}) {
      const { limit = MAX_FOUND } = options;
      if ('id' in where && typeof where.id === 'string' && !isUuid(where.id)) return [];
      if (Object.values(where).some((wanted) => Array.isArray(wanted) && wanted.length === 0)) return [];
      const rows = await select(entity, conditionsOf(entity, tenant, { where }), 'ORDER BY t.id', limit + 1);
      // What is silently cut off looks complete.
      if (rows.length > limit && options.limit === undefined) throw new TypeError(`more than ${MAX_FOUND} rows of ${entity.type}: ask for pages`);
      return rows.slice(0, limit);
    },

    async lock<R>(entity: Governed<R>, id: string): Promise<R> {
      if (!isUuid(id)) return notFound(entity, id);
      // Two statements, sent together: what a waiting FOR UPDATE joins is as old as its snapshot, so the row is read anew.
      const key = [tenant, id];
      const locking = locks && tx.query(`SELECT FROM ${entity.table} WHERE tenant_id = $1 AND id = $2 FOR UPDATE`, key);
      const reading = tx.query<R & { id: string; updated_at: string; previous_leaf: Uint8Array }>(
        `SELECT ${columnsOf(entity)}, s.leaf_hash AS previous_leaf ${fromOf(entity)}
           JOIN subject_states s ON s.tenant_id = $1 AND s.subject_id = t.id AND s.version = t.version
           WHERE t.tenant_id = $1 AND t.id = $2`,
        key,
      );
      const [, [row]] = await Promise.all([locking, reading]);
      if (!row) return notFound(entity, id);
      const { previous_leaf, ...content } = row;
      locked.set(row.id, Buffer.from(previous_leaf));
      if (row.updated_at > latest) latest = row.updated_at;
      return content as R;
    },

    page: (listing, request) => pageOf(tx, tenant, listing, request, select),

    count: async (entity, where, options) => countRows(tx, entity, conditionsOf(entity, tenant, { where, ...options })),

    distribution: async (entity, where, measure, { upTo = [] } = {}) =>
      distributionOf(tx, entity, conditionsOf(entity, tenant, { where }), measure, upTo),

    countByDay: async (entity, where, columns) => countRowsByDay(tx, entity, conditionsOf(entity, tenant, { where }), columns),

    approvals: async (subjectIds) => givenAmong(await reader.find(Approvals, { subject_id: subjectIds })),

    standing: standingIn,

    leftBehind: (entity, where) => leftBehind(tx, tenant, entity, where),

    async leftApprovals(entity, where) {
      const ids = await abandonedApprovals(tx, tenant, entity, where);
      return ids.length === 0 ? [] : reader.find(Approvals, { id: ids });
    },

    async decisions(subjectIds) {
      const rows = await tx.query<{ subject_id: string; id: string }>(
        'SELECT subject_id, id FROM policy_decisions WHERE tenant_id = $1 AND subject_id = ANY($2::uuid[]) ORDER BY id',
        [tenant, subjectIds],
      );
      return new Map(Object.entries(Object.groupBy(rows, (row) => row.subject_id)).map(([id, of]) => [id, (of ?? []).map((row) => row.id)]));
    },

    async receipts({ type }, subjectId) {
      return presentReceipts(tx, tenant, reader, (await reader.find(Receipts, { subject_id: subjectId, subject_type: type })).toSorted(bySequence));
    },

    async handles(userIds) {
      if (userIds.length === 0) return new Map();
      const rows = await tx.query<{ id: string; value: string | null }>(
        `SELECT u.id, d.value FROM users u JOIN disclosures d ON d.tenant_id = $1 AND d.commitment = u.handle
           WHERE u.tenant_id = $1 AND u.id = ANY($2::uuid[])`,
        [tenant, userIds],
      );
      return new Map(rows.flatMap(({ id, value }) => (value === null ? [] : [[id, value] as const])));
    },

    async resolve(alias) {
      const [kind, name] = [alias.slice(0, alias.indexOf(':')), alias.slice(alias.indexOf(':') + 1)];
      const [row] = await (kind in BEHIND_ALIAS ? tx.query<{ id: string }>(BEHIND_ALIAS[kind as AliasKind], [tenant, name]) : []);
      return row?.id ?? null;
    },

    async byKey(entity, key, values) {
      const { type, name, digest } = naturalKey(entity, key, values);
      const [row] = await tx.query<{ subject_id: string }>(
        'SELECT subject_id FROM natural_keys WHERE tenant_id = $1 AND type = $2 AND name = $3 AND digest = $4',
        [tenant, type, name, digest],
      );
      return row?.subject_id ?? null;
    },

    calendar: (timeZone) => calendarOf(tx, tenant, timeZone),

    usageSince: (from, { time_zone, named_before = null }) => usageSince(tx, tenant, { from, time_zone, named_before }),

    hasUsageSince: (from) => hasUsageSince(tx, tenant, from),

    oldestUsageSince: (from) => oldestUsageSince(tx, tenant, from),

    usageOf: (selection) => usageOf(tx, tenant, selection),
  };
  transactions.set(reader, tx);
  return reader;
}

/** The columns of an entity, its personal ones by their disclosed values. */
function columnsOf(entity: Entity<never>): string {
  return entity.columns.map((name) => (entity.personal.includes(name) ? `p_${name}.value AS "${name}"` : `t."${name}"`)).join(', ');
}

function fromOf(entity: Entity<never>, joins = personalJoins(entity)): string {
  return `FROM ${entity.table} t ${joins}`;
}

function notFound(entity: Entity<never>, id: string): never {
  throw new Problem('not-found', `There is no ${entity.type} ${id}.`);
}
