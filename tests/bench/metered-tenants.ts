import pg from 'pg';
import { newId } from '../../kernel/ids.ts';
import { type Subject, TENANT } from './subject.ts';

/** So many events share a receipt, as those of a full batch do. */
export const BATCH = 1_000;
export const DAYS = 30;
const TIME_ZONE = 'Europe/Berlin';

/** Events as they are stored once they have come in, over the last days and the kernel's two usage types. */
const EVENTS = `INSERT INTO usage_events (tenant_id, id, source, type, pack, subject, quantity, metadata, receipt_id, "timestamp", external_id)
  SELECT $1, (moment || '7' || left(random, 3) || '8' || right(random, 15))::uuid, '/gateway',
      CASE n % 2 WHEN 0 THEN 'workflow_run' ELSE 'policy_decision' END, 'summit', 'run-' || n, 1, '{}', receipts[n / ${BATCH} + 1], at, random
    FROM (SELECT $2::uuid[] AS receipts, $3::integer AS count) given, generate_series(0, count - 1) AS n,
      LATERAL (SELECT now() - (count - n) * interval '${DAYS} days' / count AS at, md5(receipts[1]::text || n) AS random) of,
      LATERAL (SELECT lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') AS moment) coded`;

const LEAVES = `INSERT INTO log_queue (tenant_id, at, receipt_id, leaf_hash)
  SELECT $1, summit_now(), id, sha256(id::text::bytea) FROM unnest($2::uuid[]) AS id`;

/** What counting comes down to, written by hand. */
const BARE = `INSERT INTO bare_readings SELECT tenant_id, ("timestamp" AT TIME ZONE '${TIME_ZONE}')::date, type, count(*), sum(quantity) FROM usage_events`;

/** Tenants of their own with usage, and the bare statements beside the product, by the owner of the tables. */
export class MeteredTenants {
  readonly ids: readonly string[];
  readonly #subject: Subject;
  readonly #owner: pg.Client;

  private constructor(subject: Subject, owner: pg.Client, ids: readonly string[]) {
    this.#subject = subject;
    this.#owner = owner;
    this.ids = ids;
  }

  static async open(subject: Subject, databaseUrl: string, count: number): Promise<MeteredTenants> {
    const { config, tenants } = subject.summit.services;
    const like = config.tenants.find(({ id }) => id === TENANT);
    if (!like) throw new Error(`there is no tenant ${TENANT} to make others like`);
    const ids = Array.from({ length: count }, (_, index) => `metered-${index + 1}`);
    await tenants.apply(ids.map((id) => ({ ...like, id, time_zone: TIME_ZONE, users: [] })));
    const owner = new pg.Client({ connectionString: databaseUrl });
    await owner.connect();
    await owner.query('CREATE TABLE bare_readings (tenant_id text, day date, type text, count integer, sum numeric)');
    return new MeteredTenants(subject, owner, ids);
  }

  /** Usage with its places in the log. */
  async add(tenant: string, events: number): Promise<void> {
    const receipts = Array.from({ length: Math.ceil(events / BATCH) }, newId);
    await this.#as(tenant);
    await this.#owner.query(EVENTS, [tenant, receipts, events]);
    await this.#owner.query(LEAVES, [tenant, receipts]);
    await this.#subject.summit.services.transparencyLog.advance(tenant);
  }

  /** What a server does by itself after a while. */
  async settle(): Promise<void> {
    await this.#owner.query('VACUUM ANALYZE usage_events, log_leaves');
  }

  /** All that was written is in the logs. */
  async signed(): Promise<void> {
    for (const tenant of this.ids) await this.#subject.summit.services.transparencyLog.advance(tenant);
  }

  async countBare(tenant: string): Promise<void> {
    await this.#as(tenant);
    await this.#owner.query(`${BARE} WHERE tenant_id = $1 GROUP BY 1, 2, 3`, [tenant]);
  }

  /** All tenants by one statement. */
  async countAllBare(): Promise<void> {
    // Nobody sees more than one tenant, but for as long as row-level security does not bind the owner.
    await this.#owner.query('ALTER TABLE usage_events NO FORCE ROW LEVEL SECURITY');
    await this.#owner.query(`${BARE} WHERE tenant_id = ANY($1) GROUP BY 1, 2, 3`, [this.ids]);
    await this.#owner.query('ALTER TABLE usage_events FORCE ROW LEVEL SECURITY');
  }

  /** Events that are in the readings. */
  async counted(tenant: string): Promise<number> {
    await this.#as(tenant);
    const { rows } = await this.#owner.query('SELECT sum(event_count)::integer AS events FROM finops_current_readings WHERE tenant_id = $1', [
      tenant,
    ]);
    return rows[0]?.events ?? 0;
  }

  async close(): Promise<void> {
    await this.#owner.query('DROP TABLE bare_readings');
    await this.#owner.end();
  }

  #as(tenant: string): Promise<unknown> {
    return this.#owner.query("SELECT set_config('summit.tenant', $1, false)", [tenant]);
  }
}
