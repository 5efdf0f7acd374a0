import { bytesField, field, insertOnly, kernelTable, optional } from '../../sdk/index.ts';

/** The tables of the transparency log that actions write to, as log-migration.ts makes them; the rest is the sequencer's own. */

/** Receipts that wait for their place in the log. */
export const LogQueue = kernelTable({
  table: 'log_queue',
  key: ['tenant_id', 'at', 'receipt_id'],
  fields: {
    tenant_id: field.text(),
    at: field.timestamp(),
    receipt_id: field.uuid(),
    leaf_hash: bytesField(),
    /** Leaf hash of the receipt before it, which goes first. */
    parent: optional(bytesField()),
  },
});

/** An epoch from the second on: the log under a new name and with new keys. */
export const LogEpochs = insertOnly({
  type: 'log-epoch',
  table: 'log_epochs',
  fields: {
    epoch: field.integer(),
    /** The one that its leaf 0 is of: as a rule the one before. */
    previous_epoch: field.integer(),
    reason: field.text<'rotated' | 'recovered'>(),
    previous_origin: field.text(),
    /** What the last checkpoint of the epoch before covers. */
    previous_size: field.bigint(),
    /** For a recovered log, the size that the guard remembers: what lies between has been lost. */
    known_size: optional(field.bigint()),
    /** Leaf 0, verbatim. */
    entry: field.text(),
  },
});
