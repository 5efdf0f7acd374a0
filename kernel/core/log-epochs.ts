import { change, defineAction, insert, Nullable, none, Problem, Strict, Type } from '../../sdk/index.ts';
import { LogEpochs } from '../database/log-tables.ts';
import { transactionOf } from '../database/reader.ts';
import { TenantConfigurations } from '../database/tables.ts';
import { logOrigin, tenantOrigin } from '../log/names.ts';
import { currentEpoch, headOf, latestCheckpoint } from '../log/store.ts';

/**
 * Begins the next epoch of a tenant's log: under another name, and so with other keys. Its leaf 0 is the last checkpoint of
 * the one before, which nothing is added to any more. Two reasons: keys that are to be replaced, and a log that stands
 * still since its signer refuses what the database holds; then the receipt says what was known to be signed.
 * @param host what the names of logs begin with
 */
export function beginEpoch(host: string) {
  return defineAction({
    id: 'log.begin-epoch',
    title: 'Begin the next epoch of the log',
    roles: [],
    input: Strict({
      reason: Type.Enum(['rotated', 'recovered']),
      known_size: Nullable(Type.Integer({ minimum: 0, description: 'What the guard remembers as signed' })),
    }),
    entity: TenantConfigurations,
    from: ['active'],
    policy: none('whoever may use the command owns the keys'),

    async load({ db, tenant, input }) {
      const tx = transactionOf(db);
      const [found] = await db.find(TenantConfigurations, {});
      const configuration = await db.lock(TenantConfigurations, found?.id ?? '');
      // The sequencer holds it too, so nothing is added to the old epoch from here on.
      await tx.query('SELECT FROM log_heads WHERE tenant_id = $1 ORDER BY epoch FOR UPDATE', [tenant]);
      const { epoch } = await currentEpoch(tx, tenant);
      const [head, checkpoint] = [await headOf(tx, tenant, epoch), await latestCheckpoint(tx, tenant, epoch)];
      if (!checkpoint) throw new Problem('invalid-state', `The log of ${tenant} has no checkpoint that the next epoch could begin with.`);
      if (input.reason === 'rotated' && head?.size !== checkpoint.size) {
        throw new Problem('conflict', `The log of ${tenant} has leaves that are not signed yet: try again in a moment.`);
      }
      return { configuration, epoch, checkpoint };
    },
    subject: ({ configuration }) => configuration,

    apply({ configuration, epoch, checkpoint }, at) {
      const { reason, known_size } = at.input;
      const base = tenantOrigin(host, at.tenant);
      const begun = insert(LogEpochs, at, {
        id: at.newId(),
        epoch: epoch + 1,
        reason,
        previous_origin: logOrigin(base, epoch),
        previous_size: checkpoint.size,
        known_size,
        entry: checkpoint.note,
      });
      return {
        subjects: [change(TenantConfigurations, at, configuration, {})],
        rows: [begun],
        edges: none('an epoch is part of the log, not of the graph'),
        usage: none('configuration is not metered'),
        answer: { origin: logOrigin(base, epoch + 1), previous_size: checkpoint.size, known_size },
      };
    },
  });
}
