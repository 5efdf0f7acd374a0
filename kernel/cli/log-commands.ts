import { Problem, Strict, Type } from '../../sdk/index.ts';
import type { ActionRunner } from '../action.ts';
import { KERNEL_PACK } from '../admission.ts';
import { TenantFile } from '../config/tenant.ts';
import { beginEpoch } from '../core/log-epochs.ts';
import type { Database } from '../database/database.ts';
import type { Cosigner } from '../log/cosigner.ts';
import type { Guard } from '../log/guard.ts';
import type { TransparencyLog } from '../log/log.ts';
import { logOrigin, tenantOrigin } from '../log/names.ts';
import { type Pinned, policyFile } from '../log/policy-file.ts';
import { logStanding, setBack } from '../log/standing.ts';
import type { Tenants } from '../tenancy/tenants.ts';
import { assertValid } from '../validation.ts';

const OfTenant = Strict({ tenant: TenantFile.properties.id });
const BeginEpoch = Strict({ tenant: TenantFile.properties.id, reason: Type.Enum(['rotated', 'recovered']) });

/** Receipts come in all the time; so often is the end of an epoch tried. */
const ATTEMPTS = 5;

export interface LogCommandServices {
  readonly database: Database;
  readonly runner: ActionRunner;
  readonly tenants: Tenants;
  readonly transparencyLog: TransparencyLog;
  readonly cosigner: Cosigner;
  readonly guard: Guard;
  readonly pinned: Pinned;
}

/** What `summit log` and `summit log-policy` are made of. */
export function createLogCommands({ database, runner, tenants, transparencyLog, cosigner, guard, pinned }: LogCommandServices) {
  /** The next that nothing was signed under: a database that was set back may have forgotten some. */
  async function freeEpoch(tenant: string, current: number): Promise<number> {
    let epoch = current + 1;
    while ((await guard.known(logOrigin(tenantOrigin(pinned.host, tenant), epoch))) !== null) epoch += 1;
    return epoch;
  }

  async function statusOf(tenant: string) {
    const { origin, epoch, waiting, integrated, signed, guarded } = await logStanding({ database, guard, host: pinned.host }, tenant);
    return { origin, epoch, waiting, integrated, signed: signed?.size ?? 0, guarded, halted: transparencyLog.halted.get(tenant) ?? null };
  }

  return {
    async logPolicy(input: unknown) {
      assertValid(OfTenant, input);
      const { tenant } = input;
      await tenants.require(tenant);
      return { policy: await database.transaction(tenant, 'read', (tx) => policyFile(tx, tenant, pinned)) };
    },

    async logStatus(input: unknown) {
      assertValid(OfTenant, input);
      await tenants.require(input.tenant);
      await transparencyLog.advance(input.tenant);
      return statusOf(input.tenant);
    },

    /** Signs what can be signed, then begins the next epoch, with a receipt that is its first. */
    async beginEpoch(input: unknown) {
      assertValid(BeginEpoch, input);
      const { tenant, reason } = input;
      await tenants.require(tenant);
      for (let attempt = 1; ; attempt++) {
        await transparencyLog.advance(tenant);
        // The last checkpoint of an epoch is to be seen by the witnesses too.
        await cosigner.settled(tenant);
        const status = await statusOf(tenant);
        const { epoch, guarded } = status;
        assertReason(tenant, reason, faultOf(status));
        try {
          const known_size = reason === 'recovered' ? guarded : null;
          const begun = { reason, known_size, epoch: await freeEpoch(tenant, epoch) };
          const { body } = await runner.runAsSystem(beginEpoch(pinned.host), KERNEL_PACK, tenant, 'cli', {}, begun);
          await transparencyLog.advance(tenant);
          return { ...body, ...(await statusOf(tenant)) };
        } catch (error) {
          if (!(error instanceof Problem && error.code === 'conflict') || attempt === ATTEMPTS) throw error;
        }
      }
    },
  };
}

/** Why a log cannot go on; null where it can. */
function faultOf({ halted, ...standing }: { halted: string | null; guarded: number | null; integrated: number }): string | null {
  return halted === null ? setBack(standing) : `stands still: ${halted}`;
}

/** @throws Problem `invalid-state`: a sound log is not to be recovered, and one that cannot go on cannot be ended in order */
function assertReason(tenant: string, reason: 'rotated' | 'recovered', fault: string | null): void {
  if (reason === 'rotated' && fault !== null) throw new Problem('invalid-state', `The log of ${tenant} ${fault}.`);
  if (reason === 'recovered' && fault === null) {
    throw new Problem('invalid-state', `The log of ${tenant} can be signed: there is nothing to recover. For other keys see summit log rotate.`);
  }
}
