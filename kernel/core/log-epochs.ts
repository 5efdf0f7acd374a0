import { change, defineAction, insert, Nullable, none, Problem, Strict, Type } from '../../sdk/index.ts';
import { LogEpochs } from '../database/log-tables.ts';
import { transactionOf } from '../database/reader.ts';
import { TenantConfigurations } from '../database/tables.ts';
import { logOrigin, tenantOrigin } from '../log/names.ts';
import { currentEpoch, headOf, lastSigned } from '../log/store.ts';

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
      epoch: Type.Integer({ minimum: 2, description: 'Its number: one that was never signed under' }),
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
      if (input.epoch <= epoch) throw new Problem('conflict', `The log of ${tenant} is in its epoch ${epoch} by now.`);
      const [head, checkpoint] = [await headOf(tx, tenant, epoch), await lastSigned(tx, tenant)];
      if (!checkpoint) throw nothingLeft(tenant);
      if (input.reason === 'rotated' && (checkpoint.epoch !== epoch || head?.size !== checkpoint.size)) {
        throw new Problem('conflict', `The log of ${tenant} has leaves that are not signed yet: try again in a moment.`);
      }
      return { configuration, checkpoint };
    },
    subject: ({ configuration }) => configuration,

    apply({ configuration, checkpoint }, at) {
      const { reason, epoch, known_size } = at.input;
      const base = tenantOrigin(host, at.tenant);
      const begun = insert(LogEpochs, at, {
        id: at.newId(),
        epoch,
        reason,
        previous_epoch: checkpoint.epoch,
        previous_origin: logOrigin(base, checkpoint.epoch),
        previous_size: checkpoint.size,
        known_size,
        entry: checkpoint.note,
      });
      return {
        subjects: [change(TenantConfigurations, at, configuration, {})],
        rows: [begun],
        edges: none('an epoch is part of the log, not of the graph'),
        usage: none('configuration is not metered'),
        answer: { origin: logOrigin(base, epoch), previous_size: checkpoint.size, known_size },
      };
    },
  });
}

/** A database that was made anew has nothing to link to: an epoch would claim to go on with what is not there. */
function nothingLeft(tenant: string): Problem {
  return new Problem(
    'invalid-state',
    `Nothing that was signed of the log of ${tenant} is in the database: bring it back, or give the logs another name (log.origin).`,
  );
}
