import { appendOnly, insertOnlyTable, migration, rowLevelSecurity } from '../../sdk/index.ts';

/** The transparency log of each tenant: what waits for its place, who stands where, the tiles, and what was signed. */
export const logMigration = migration('0005-log', [
  // Written with each receipt, taken by the sequencer. By time first, so that what is oldest is found at once.
  `CREATE TABLE log_queue (
     tenant_id text NOT NULL, at timestamptz(3) NOT NULL, receipt_id uuid NOT NULL, leaf_hash bytea NOT NULL, parent bytea,
     CONSTRAINT log_queue_pkey PRIMARY KEY (tenant_id, at, receipt_id)
   )`,
  // Receipts from before there was a log come first. Their owner sees them only while row-level security does not bind it.
  'ALTER TABLE receipts NO FORCE ROW LEVEL SECURITY',
  `INSERT INTO log_queue SELECT tenant_id, at, id, leaf_hash, decode(convert_from(bytes, 'UTF8')::jsonb -> 'parents' ->> 0, 'base64') FROM receipts`,
  'ALTER TABLE receipts FORCE ROW LEVEL SECURITY',
  rowLevelSecurity('log_queue', ['SELECT', 'INSERT']),
  'CREATE POLICY log_queue_delete ON log_queue FOR DELETE USING (tenant_id = summit_tenant())',
  'GRANT DELETE ON log_queue TO summit_app',

  `CREATE TABLE log_heads (
     tenant_id text NOT NULL, epoch integer NOT NULL, size bigint NOT NULL, root bytea NOT NULL,
     CONSTRAINT log_heads_pkey PRIMARY KEY (tenant_id, epoch)
   )`,
  rowLevelSecurity('log_heads', ['SELECT', 'INSERT', 'UPDATE']),

  // No foreign key to receipts, which are partitioned: it would cost as much as all else that the sequencer writes.
  `CREATE TABLE log_leaves (
     tenant_id text NOT NULL, epoch integer NOT NULL, leaf_index bigint NOT NULL, receipt_id uuid NOT NULL,
     CONSTRAINT log_leaves_pkey PRIMARY KEY (tenant_id, epoch, leaf_index),
     CONSTRAINT log_leaves_once UNIQUE (tenant_id, receipt_id, epoch)
   )`,
  rowLevelSecurity('log_leaves', ['SELECT', 'INSERT']),
  appendOnly('log_leaves'),

  // A tile is never written over. One that is partial may go once a wider one, which begins with the same hashes, is there.
  `CREATE TABLE log_tiles (
     tenant_id text NOT NULL, epoch integer NOT NULL, level integer NOT NULL, tile_index bigint NOT NULL, width integer NOT NULL, hashes bytea NOT NULL,
     CONSTRAINT log_tiles_pkey PRIMARY KEY (tenant_id, epoch, level, tile_index, width),
     CONSTRAINT log_tiles_sound CHECK (width BETWEEN 1 AND 256 AND octet_length(hashes) = 32 * width)
   )`,
  rowLevelSecurity('log_tiles', ['SELECT', 'INSERT']),
  'CREATE POLICY log_tiles_delete ON log_tiles FOR DELETE USING (tenant_id = summit_tenant() AND width < 256)',
  'GRANT DELETE ON log_tiles TO summit_app',
  `CREATE TRIGGER log_tiles_append_only BEFORE UPDATE ON log_tiles FOR EACH ROW EXECUTE FUNCTION summit_append_only()`,
  `CREATE TRIGGER log_tiles_full_stay BEFORE DELETE ON log_tiles FOR EACH ROW WHEN (OLD.width = 256) EXECUTE FUNCTION summit_append_only()`,
  `CREATE TRIGGER log_tiles_no_truncate BEFORE TRUNCATE ON log_tiles FOR EACH STATEMENT EXECUTE FUNCTION summit_append_only()`,

  `CREATE TABLE log_checkpoints (
     tenant_id text NOT NULL, epoch integer NOT NULL, size bigint NOT NULL, root bytea NOT NULL, note text NOT NULL, created_at timestamptz(3) NOT NULL,
     CONSTRAINT log_checkpoints_pkey PRIMARY KEY (tenant_id, epoch, size)
   )`,
  rowLevelSecurity('log_checkpoints', ['SELECT', 'INSERT']),
  appendOnly('log_checkpoints'),
  'CREATE INDEX log_checkpoints_by_time ON log_checkpoints (tenant_id, created_at)',

  `CREATE TABLE log_cosignatures (
     tenant_id text NOT NULL, epoch integer NOT NULL, size bigint NOT NULL, witness text NOT NULL, line text NOT NULL, created_at timestamptz(3) NOT NULL,
     CONSTRAINT log_cosignatures_pkey PRIMARY KEY (tenant_id, epoch, size, witness)
   )`,
  rowLevelSecurity('log_cosignatures', ['SELECT', 'INSERT']),
  appendOnly('log_cosignatures'),

  // From the second epoch on: why it began, and its leaf 0, which is the last checkpoint of the one before.
  ...insertOnlyTable(
    'log_epochs',
    `
      epoch integer NOT NULL,
      previous_epoch integer NOT NULL,
      reason text NOT NULL CONSTRAINT log_epochs_reason_known CHECK (reason IN ('rotated', 'recovered')),
      previous_origin text NOT NULL,
      previous_size bigint NOT NULL,
      known_size bigint,
      entry text NOT NULL`,
  ),
  'CREATE UNIQUE INDEX log_epochs_once ON log_epochs (tenant_id, epoch)',
]);
