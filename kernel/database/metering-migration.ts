import { appendOnly, governedTable, migration, rowLevelSecurity } from '../../sdk/index.ts';

/** Usage events from outside: what each is known by, what it corrects, and the batch that it came in. */
export const meteringMigration = migration('0008-metering', [
  'ALTER TABLE usage_events ADD COLUMN external_id text, ADD COLUMN corrects uuid',
  // What a part of the log has brought is found by its receipts.
  'CREATE INDEX usage_events_by_receipt ON usage_events (tenant_id, receipt_id)',
  // Those of a day or a month, whenever they came in.
  'CREATE INDEX usage_events_by_time ON usage_events (tenant_id, type, "timestamp")',
  `CREATE TABLE usage_event_keys (
     tenant_id text NOT NULL, source text NOT NULL, external_id text NOT NULL, event_id uuid NOT NULL,
     CONSTRAINT usage_event_keys_pkey PRIMARY KEY (tenant_id, source, external_id)
   )`,
  `CREATE TABLE usage_corrections (
     tenant_id text NOT NULL, corrected_id uuid NOT NULL, event_id uuid NOT NULL,
     CONSTRAINT usage_corrections_pkey PRIMARY KEY (tenant_id, corrected_id)
   )`,
  ...['usage_event_keys', 'usage_corrections'].map((table) => [...rowLevelSecurity(table, ['SELECT', 'INSERT']), ...appendOnly(table)]),
  governedTable('usage_batches', 'accepted integer NOT NULL, duplicates integer NOT NULL, rejected integer NOT NULL'),
]);
