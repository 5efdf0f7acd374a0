import { bundleDigest } from '../../policies/manifest.ts';
import { type Action, Id, Nullable, Problem, type Static, Strict, Timestamp, Type } from '../../sdk/index.ts';
import type { ActionRunner } from '../action.ts';
import { KERNEL_PACK } from '../admission.ts';
import { TenantFile } from '../config/tenant.ts';
import { Digest } from '../core/policy-activation.ts';
import { runView, startBacktest, startReplay } from '../core/policy-runs.ts';
import type { Database } from '../database/database.ts';
import { createReader } from '../database/reader.ts';
import type { OutboxWorker } from '../outbox/outbox.ts';
import type { AdmissionTest } from '../policy/admission-test.ts';
import type { Bundles } from '../policy/bundles.ts';
import type { Tenants } from '../tenancy/tenants.ts';
import { assertValid } from '../validation.ts';

const Tenant = TenantFile.properties.id;
const Since = Type.Optional(Timestamp);

/** A compiled bundle on its way to whoever has the database. Its data travels as text, since the digest covers the very bytes. */
const Candidate = Strict({
  id: Type.String({ pattern: '^[a-z_][a-z0-9_]*(\\.[a-z_][a-z0-9_]*)*$', maxLength: 200, description: 'The Rego package' }),
  version: Type.String({ minLength: 1, maxLength: 50 }),
  opa: Type.String({ minLength: 1, maxLength: 50 }),
  entrypoints: Type.Array(Type.String({ minLength: 1, maxLength: 200 })),
  wasm: Type.String({ pattern: '^[A-Za-z0-9+/]+={0,2}$', description: 'Base64' }),
  data: Type.String(),
  sources: Type.Record(Type.String(), Type.String()),
  signature: Nullable(Strict({ keyid: Type.String(), sig: Type.String() })),
});

export type Candidate = Static<typeof Candidate>;

const Admit = Strict({ tenant: Tenant, candidate: Candidate });
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

    /** Tests the bundle and keeps it, so that it can be tried. No tenant can switch it on: that takes an operator, who adds it. */
    async admitCandidate(input: unknown) {
      assertValid(Admit, input);
      await assertTenant(input.tenant);
      const { wasm: base64, data: dataText, ...rest } = input.candidate;
      const wasm = Buffer.from(base64, 'base64');
      const bundle = { ...rest, wasm, dataText, digest: bundleDigest(wasm, dataText) };
      await admissionTest.pass(input.tenant, bundle);
      await bundles.store(database, [bundle]);
      return { digest: bundle.digest };
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
      await assertTenant(tenant);
      const run = await database.transaction(tenant, 'read', (tx) => runView(createReader(tx, tenant), tenant, kind, id));
      if (run.status === 'running') await outbox.takeUp(tenant, id);
      return run;
    },
  };

  async function start(action: Action, tenant: string, input: object): Promise<{ id: string }> {
    await assertTenant(tenant);
    const { subjectId } = await runner.runAsSystem(action, KERNEL_PACK, tenant, ACTOR, {}, input);
    return { id: subjectId };
  }

  async function assertTenant(id: string): Promise<void> {
    if (!(await tenants.ids()).includes(id)) throw new Problem('not-found', `There is no tenant ${id}.`);
  }
}
