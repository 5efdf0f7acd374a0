import { appendOnly, governedTable, insertOnlyTable, type MigrationStep, migration, rowLevelSecurity } from '../../sdk/index.ts';
import { alertMigration } from './alert-migration.ts';
import { departureMigration } from './departure-migration.ts';
import { identityMigration } from './identity-migration.ts';
import { logMigration } from './log-migration.ts';
import { meteringMigration } from './metering-migration.ts';
import { naturalKeyMigration } from './natural-key-migration.ts';
import { policyMigration } from './policy-migration.ts';
import { refusalMigration } from './refusal-migration.ts';
import { sessionMigration } from './session-migration.ts';
import { signInMigration } from './sign-in-migration.ts';
import { vouchingMigration } from './vouching-migration.ts';
import { watchMigration } from './watch-migration.ts';
import { webhookDeliveryMigration } from './webhook-delivery-migration.ts';
import { webhookMigration } from './webhook-migration.ts';

const functions = [
  `CREATE FUNCTION summit_tenant() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
     RETURN current_setting('summit.tenant', true)`,
  // The one clock. The shift is for tests; the kernel refuses to set it in production.
  `CREATE FUNCTION summit_now() RETURNS timestamptz LANGUAGE sql VOLATILE
     RETURN date_trunc('milliseconds', clock_timestamp() + coalesce(nullif(current_setting('summit.clock_shift', true), ''), '0')::interval)`,
  `CREATE FUNCTION summit_next_version() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       IF NEW.version <> OLD.version + 1 OR NEW.id <> OLD.id OR NEW.tenant_id <> OLD.tenant_id THEN
         RAISE EXCEPTION '% %: an update must raise version by one and keep tenant and id', TG_TABLE_NAME, OLD.id USING ERRCODE = 'SU001';
       END IF;
       RETURN NEW;
     END $$`,
  `CREATE FUNCTION summit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN RAISE EXCEPTION '% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'SU002'; END $$`,
  // Ends the write statement of an action: a guarded update that hit no row must not leave its receipt behind.
  `CREATE FUNCTION summit_expect(actual bigint, expected bigint) RETURNS void LANGUAGE plpgsql AS $$
     BEGIN
       IF actual <> expected THEN
         RAISE EXCEPTION 'guarded update: % of % subjects were as they had been read', actual, expected USING ERRCODE = 'SU003';
       END IF;
     END $$`,
  // The lowest UUIDv7 of a moment: partitions of what only grows are ranges of ids.
  `CREATE FUNCTION summit_lowest_id(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE
     RETURN (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid`,
  // A partition can be reached by its own name, and inherits neither row-level security nor statement triggers.
  `CREATE FUNCTION summit_make_partition(parent text, suffix text, bounds text) RETURNS void LANGUAGE plpgsql AS $$
     DECLARE child text := parent || suffix;
     BEGIN
       IF to_regclass(child) IS NOT NULL THEN RETURN; END IF;
       EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES %s', child, parent, bounds);
       -- Rows of a few kB stay whole: compressing each would cost more than it saves.
       EXECUTE format('ALTER TABLE %I SET (toast_tuple_target = 8160)', child);
       EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', child);
       EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', child);
       EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION summit_append_only()', child || '_no_truncate', child);
     END $$`,
  // Run by the owner, at each start and each night: from the month of the migration to so many months ahead.
  `CREATE FUNCTION summit_make_partitions(months integer) RETURNS void LANGUAGE plpgsql AS $$
     DECLARE parent text; month timestamp; first timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
     BEGIN
       FOREACH parent IN ARRAY ARRAY['receipts', 'policy_decisions', 'usage_events'] LOOP
         IF to_regclass(parent || '_before') IS NULL THEN
           PERFORM summit_make_partition(parent, '_before', format('FROM (MINVALUE) TO (%L)', summit_lowest_id(first AT TIME ZONE 'UTC')));
         END IF;
         FOR ahead IN 0..months LOOP
           month := first + make_interval(months => ahead);
           PERFORM summit_make_partition(parent, to_char(month, '"_y"YYYY"m"MM'), format('FROM (%L) TO (%L)',
             summit_lowest_id(month AT TIME ZONE 'UTC'), summit_lowest_id((month + interval '1 month') AT TIME ZONE 'UTC')));
         END LOOP;
       END LOOP;
     END $$`,
  'REVOKE EXECUTE ON FUNCTION summit_make_partition(text, text, text), summit_make_partitions(integer) FROM PUBLIC',
];

const receipts = [
  `CREATE TABLE tenants (
     id text NOT NULL CONSTRAINT tenants_pkey PRIMARY KEY,
     created_at timestamptz(3) NOT NULL
   )`,
  'GRANT SELECT, INSERT ON tenants TO summit_app',
  `CREATE TABLE receipts (
     tenant_id text NOT NULL,
     id uuid NOT NULL,
     action text NOT NULL,
     outcome text NOT NULL,
     actor text NOT NULL,
     subject_type text NOT NULL,
     subject_id uuid NOT NULL,
     seq integer,
     state_from text,
     state_to text,
     leaf_hash bytea NOT NULL,
     bytes bytea NOT NULL,
     changes text NOT NULL,
     decision_ids uuid[] NOT NULL,
     at timestamptz(3) NOT NULL,
     CONSTRAINT receipts_pkey PRIMARY KEY (tenant_id, id),
     CONSTRAINT receipts_exactly UNIQUE (tenant_id, id, subject_id, seq, state_to),
     -- One check and not four: each costs a write.
     CONSTRAINT receipts_sound CHECK (
       leaf_hash = sha256('\\x00'::bytea || bytes) AND octet_length(bytes) <= 65535
       AND outcome IN ('allowed', 'denied', 'failed', 'refused') AND (seq IS NOT NULL) = (outcome = 'allowed')
     )
   ) PARTITION BY RANGE (id)`,
  'CREATE INDEX receipts_by_subject ON receipts (tenant_id, subject_id, id)',
  `CREATE TABLE subject_states (
     tenant_id text NOT NULL,
     subject_id uuid NOT NULL,
     version integer NOT NULL,
     status text NOT NULL,
     receipt_id uuid NOT NULL,
     leaf_hash bytea NOT NULL,
     CONSTRAINT subject_states_pkey PRIMARY KEY (tenant_id, subject_id, version, status),
     CONSTRAINT subject_states_once UNIQUE (tenant_id, subject_id, version),
     CONSTRAINT subject_states_receipt FOREIGN KEY (tenant_id, receipt_id, subject_id, version, status)
       REFERENCES receipts (tenant_id, id, subject_id, seq, state_to)
   )`,
];

const decisions = [
  `CREATE TABLE policy_bundles (
     digest text NOT NULL CONSTRAINT policy_bundles_pkey PRIMARY KEY,
     id text NOT NULL,
     version text NOT NULL,
     opa text NOT NULL,
     wasm bytea NOT NULL,
     data text NOT NULL,
     sources jsonb NOT NULL,
     created_at timestamptz(3) NOT NULL
   )`,
  'GRANT SELECT, INSERT ON policy_bundles TO summit_app',
  `CREATE TABLE policy_decisions (
     tenant_id text NOT NULL,
     id uuid NOT NULL,
     policy text NOT NULL,
     bundle_digest text NOT NULL,
     bundle_version text NOT NULL,
     action text NOT NULL,
     actor text NOT NULL,
     subject_type text NOT NULL,
     subject_id uuid NOT NULL,
     input jsonb NOT NULL,
     result jsonb NOT NULL,
     allowed boolean NOT NULL,
     reasons jsonb NOT NULL,
     outcome text NOT NULL,
     duration_ns bigint NOT NULL,
     receipt_id uuid NOT NULL,
     created_at timestamptz(3) NOT NULL,
     -- No foreign key to the bundle: each decision would lock the one row that all share, and bundles are never removed.
     CONSTRAINT policy_decisions_pkey PRIMARY KEY (tenant_id, id)
   ) PARTITION BY RANGE (id)`,
  'CREATE INDEX policy_decisions_by_subject ON policy_decisions (tenant_id, subject_id, id)',
  `CREATE TABLE usage_events (
     tenant_id text NOT NULL,
     id uuid NOT NULL,
     source text NOT NULL,
     type text NOT NULL,
     pack text NOT NULL,
     subject text NOT NULL,
     quantity numeric NOT NULL,
     metadata jsonb NOT NULL,
     receipt_id uuid NOT NULL,
     "timestamp" timestamptz(3) NOT NULL,
     CONSTRAINT usage_events_pkey PRIMARY KEY (tenant_id, id)
   ) PARTITION BY RANGE (id)`,
];

const services = [
  ...insertOnlyTable(
    'approvals',
    `
      subject_id uuid NOT NULL,
      approver_id uuid NOT NULL,
      role text NOT NULL,
      status text NOT NULL CONSTRAINT approvals_status_known CHECK (status IN ('approved', 'rejected')),
      digest text NOT NULL,
      comment text`,
  ),
  'CREATE INDEX approvals_by_subject ON approvals (tenant_id, subject_id)',
  `CREATE TABLE nodes (
     tenant_id text NOT NULL, id uuid NOT NULL, type text NOT NULL, label text NOT NULL,
     CONSTRAINT nodes_pkey PRIMARY KEY (tenant_id, id)
   )`,
  `CREATE TABLE edges (
     tenant_id text NOT NULL, id uuid NOT NULL, from_id uuid NOT NULL, relationship text NOT NULL, to_id uuid NOT NULL,
     ends boolean NOT NULL, receipt_id uuid NOT NULL,
     CONSTRAINT edges_pkey PRIMARY KEY (tenant_id, id)
   )`,
  'CREATE INDEX edges_out ON edges (tenant_id, from_id)',
  'CREATE INDEX edges_in ON edges (tenant_id, to_id)',
  // What is the case now: of each relationship between two entities the last word.
  `CREATE VIEW current_edges WITH (security_invoker = true) AS SELECT * FROM (
     SELECT DISTINCT ON (tenant_id, from_id, relationship, to_id) * FROM edges ORDER BY tenant_id, from_id, relationship, to_id, id DESC
   ) AS last WHERE NOT ends`,
  'GRANT SELECT ON current_edges TO summit_app',
  `CREATE TABLE disclosures (
     tenant_id text NOT NULL, commitment text NOT NULL, subject_id uuid NOT NULL, name text NOT NULL,
     salt text, value text,
     CONSTRAINT disclosures_pkey PRIMARY KEY (tenant_id, commitment)
   )`,
  "CREATE UNIQUE INDEX disclosures_one_handle ON disclosures (tenant_id, value) WHERE name = 'handle'",
  'CREATE INDEX disclosures_by_subject ON disclosures (tenant_id, subject_id)',
  `CREATE TABLE idempotency_keys (
     tenant_id text NOT NULL, user_id uuid NOT NULL, key text NOT NULL, request_digest text NOT NULL, subject_id uuid,
     status integer NOT NULL, body text NOT NULL, settled boolean NOT NULL, created_at timestamptz(3) NOT NULL,
     CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, user_id, key)
   )`,
  `CREATE TABLE outbox (
     tenant_id text NOT NULL, id uuid NOT NULL, pack text NOT NULL, effect text NOT NULL, subject_id uuid NOT NULL, payload jsonb NOT NULL,
     attempts integer NOT NULL, available_at timestamptz(3) NOT NULL, done_at timestamptz(3), last_error text,
     created_at timestamptz(3) NOT NULL,
     CONSTRAINT outbox_pkey PRIMARY KEY (tenant_id, id)
   )`,
  'CREATE INDEX outbox_waiting ON outbox (tenant_id, available_at) WHERE done_at IS NULL',
  `CREATE TABLE job_runs (
     tenant_id text NOT NULL, job text NOT NULL, period timestamptz(3) NOT NULL,
     claimed_until timestamptz(3) NOT NULL, finished_at timestamptz(3),
     CONSTRAINT job_runs_pkey PRIMARY KEY (tenant_id, job, period)
   )`,
];

const identity = [
  ...governedTable(
    'tenant_configurations',
    `
      title text NOT NULL,
      time_zone text NOT NULL,
      file_digest text NOT NULL`,
  ),
  'CREATE UNIQUE INDEX tenant_configurations_once ON tenant_configurations (tenant_id)',
  ...governedTable(
    'pack_enablements',
    `
      pack_id text NOT NULL,
      settings jsonb NOT NULL`,
  ),
  'CREATE UNIQUE INDEX pack_enablements_once ON pack_enablements (tenant_id, pack_id)',
  ...governedTable('teams', 'name text NOT NULL'),
  'CREATE UNIQUE INDEX teams_once ON teams (tenant_id, name)',
  ...governedTable(
    'users',
    `
      handle text NOT NULL,
      roles text[] NOT NULL,
      team_ids uuid[] NOT NULL`,
  ),
];

function mayForget(table: string): readonly string[] {
  return [`CREATE POLICY ${table}_delete ON ${table} FOR DELETE USING (tenant_id = summit_tenant())`, `GRANT DELETE ON ${table} TO summit_app`];
}

export const kernelMigrations: readonly MigrationStep[] = [
  migration('0001-kernel', [...functions, ...receipts, ...decisions, 'SELECT summit_make_partitions(1)', services, identity]),
  migration('0002-row-level-security', [
    ...['receipts', 'subject_states', 'policy_decisions', 'usage_events', 'nodes', 'edges'].map((table) =>
      rowLevelSecurity(table, ['SELECT', 'INSERT']),
    ),
    ...['disclosures', 'idempotency_keys', 'outbox', 'job_runs'].map((table) => rowLevelSecurity(table, ['SELECT', 'INSERT', 'UPDATE'])),
    // What is only remembered for a while, and by nobody relied upon.
    ...['idempotency_keys', 'outbox', 'job_runs'].map(mayForget),
  ]),
  migration(
    '0003-append-only',
    ['receipts', 'subject_states', 'policy_decisions', 'usage_events', 'nodes', 'edges', 'tenants', 'policy_bundles'].map(appendOnly),
  ),
  policyMigration,
  logMigration,
  webhookMigration,
  naturalKeyMigration,
  meteringMigration,
  sessionMigration,
  alertMigration,
  identityMigration,
  departureMigration,
  signInMigration,
  watchMigration,
  refusalMigration,
  webhookDeliveryMigration,
  vouchingMigration,
];
