import { type Action, Id, Strict, Timestamp, Type } from '../../sdk/index.ts';
import type { ActionRunner } from '../action.ts';
import { KERNEL_PACK } from '../admission.ts';
import { TenantFile } from '../config/tenant.ts';
import { Digest } from '../core/policy-activation.ts';
import { addTriedBundle, BundleUpload, bundleOf } from '../core/policy-bundles.ts';
import { runView, startBacktest, startReplay } from '../core/policy-runs.ts';
import type { Database } from '../database/database.ts';
import { TenantPolicyBundles } from '../database/policy-tables.ts';
import { createReader } from '../database/reader.ts';
import type { OutboxWorker } from '../outbox/outbox.ts';
import type { AdmissionTest } from '../policy/admission-test.ts';
import type { Bundles } from '../policy/bundles.ts';
import type { Tenants } from '../tenancy/tenants.ts';
import { assertValid } from '../validation.ts';

const Tenant = TenantFile.properties.id;
const Since = Type.Optional(Timestamp);

const Admit = Strict({ tenant: Tenant, candidate: BundleUpload });
const StartReplay = Strict({ tenant: Tenant, since: Since });
const StartBacktest = Strict({ tenant: Tenant, candidate: Digest, since: Since });
const Follow = Strict({ tenant: Tenant, kind: Type.Enum(['replay', 'backtest']), id: Id });

/** What becomes a receipt of these commands names this actor, `system:cli`: whoever owns the data directory. */
const ACTOR = 'cli';

export interface PolicyCommandServices {
  readonly database: Database;
  readonly runner: ActionRunner;
  readonly outbox: OutboxWorker;
  readonly tenants: Tenants;
  readonly bundles: Bundles;
  readonly admissionTest: AdmissionTest;
}

/** What `summit policy replay` and `summit policy backtest` are made of: each answers soon, however long a run takes. */
export function createPolicyCommands({ database, runner, outbox, tenants, bundles, admissionTest }: PolicyCommandServices) {
  return {
    async tenants() {
      return { ids: await tenants.ids() };
    },

    /** Tests the bundle and adds it, so that it can be tried. It decides nothing: that takes an operator, who switches it on. */
    async admitCandidate(input: unknown) {
      assertValid(Admit, input);
      const { tenant, candidate } = input;
      await tenants.require(tenant);
      const bundle = bundleOf(candidate);
      await admissionTest.pass(tenant, bundle);
      await bundles.store(database, [bundle]);
      const { digest } = bundle;
      const [known] = await database.transaction(tenant, 'read', (tx) => createReader(tx, tenant).find(TenantPolicyBundles, { digest }));
      if (!known) await runner.runAsSystem(addTriedBundle, KERNEL_PACK, tenant, ACTOR, {}, candidate);
      return { digest };
    },

    async startReplay(input: unknown) {
      assertValid(StartReplay, input);
      const { tenant, ...content } = input;
      return start(startReplay, tenant, content);
    },

    async startBacktest(input: unknown) {
      assertValid(StartBacktest, input);
      const { tenant, ...content } = input;
      return start(startBacktest, tenant, content);
    },

    /** How far a run has come. One that nobody is at, since it has just begun or was cut off, is taken up. */
    async followRun(input: unknown) {
      assertValid(Follow, input);
      const { tenant, kind, id } = input;
      await tenants.require(tenant);
      const run = await database.transaction(tenant, 'read', (tx) => runView(createReader(tx, tenant), tenant, kind, id));
      if (run.status === 'running') await outbox.takeUp(tenant, id);
      return run;
    },
  };

  async function start(action: Action, tenant: string, input: object): Promise<{ id: string }> {
    await tenants.require(tenant);
    const { subjectId } = await runner.runAsSystem(action, KERNEL_PACK, tenant, ACTOR, {}, input);
    return { id: subjectId };
  }
}
