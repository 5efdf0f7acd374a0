import { bundleDigest, EMPTY_DATA } from '../../policies/manifest.ts';
import { type Action, type ActionContext, change, create, defineAction, insert, none, Problem, type Static, Strict, Type } from '../../sdk/index.ts';
import { Policies, TenantPolicyBundles } from '../database/policy-tables.ts';
import type { AdmissionTest } from '../policy/admission-test.ts';
import type { Bundle } from '../policy/bundle.ts';

const MAX_BYTES = 8 * 1024 * 1024;

/** A bundle on its way in. Its data travels as text, since the digest covers the very bytes. */
export const BundleUpload = Strict({
  id: Type.String({ pattern: '^[a-z_][a-z0-9_]*(\\.[a-z_][a-z0-9_]*)*$', maxLength: 200, description: 'The Rego package' }),
  version: Type.String({ minLength: 1, maxLength: 50 }),
  opa: Type.String({ minLength: 1, maxLength: 50, description: 'The version of OPA that compiled it' }),
  entrypoints: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { minItems: 1, maxItems: 20, uniqueItems: true }),
  wasm: Type.String({ pattern: '^[A-Za-z0-9+/]+={0,2}$', description: 'Base64' }),
  data: Type.Optional(Type.String({ description: 'JSON text, whose bytes the digest covers; {} where there is none' })),
  sources: Type.Record(Type.String(), Type.String(), { description: 'The Rego, by path' }),
  signature: Type.Optional(Strict({ keyid: Type.String({ minLength: 1 }), sig: Type.String({ minLength: 1, description: 'Ed25519, base64' }) })),
});

export type BundleUpload = Static<typeof BundleUpload>;

/** Made once of each upload, which may have megabytes. */
const bundles = new WeakMap<BundleUpload, Bundle>();

/** What is uploaded, as the kernel knows bundles. */
export function bundleOf(upload: BundleUpload): Bundle {
  const known = bundles.get(upload);
  if (known) return known;
  const { id, version, opa, entrypoints, wasm: base64, data: dataText = EMPTY_DATA, sources, signature } = upload;
  const wasm = Buffer.from(base64, 'base64');
  const bundle = { id, version, digest: bundleDigest(wasm, dataText), entrypoints, opa, wasm, dataText, sources, signature: signature ?? null };
  bundles.set(upload, bundle);
  return bundle;
}

/** What a tenant says of a bundle, beside its content. The receipt binds all of it. */
export function bundleRow({ id, version, digest, opa, entrypoints, sources, signature }: Bundle, at: ActionContext<unknown>) {
  const said = { package: id, bundle_version: version, digest, opa, entrypoints, sources, signature };
  return insert(TenantPolicyBundles, at, { id: at.newId(), ...said, added_by: at.actor.id });
}

/** Brings in a bundle that was tried, and whose content is kept. */
export const addTriedBundle = defineAction({
  id: 'policy-bundle.add',
  title: 'Add a policy bundle',
  route: { method: 'POST', path: '/policy-bundles' },
  roles: ['operator'],
  input: BundleUpload,
  maxBodyBytes: MAX_BYTES,
  entity: Policies,
  from: ['inactive', 'active', 'pending_confirmation'],
  success: 201,
  policy: none('the operator role decides, on what has passed the admission test'),
  binds: (input) => {
    const { id, version, digest } = bundleOf(input);
    return { id, version, digest };
  },

  async load({ db, input }) {
    const { digest } = bundleOf(input);
    const [known] = await db.find(TenantPolicyBundles, { digest });
    if (known) throw new Problem('conflict', `The bundle ${digest} is here already: it can be switched on.`);
    const [policy] = await db.find(Policies, { package: input.id });
    return policy ? db.lock(Policies, policy.id) : null;
  },
  subject: (policy) => policy,
  apply(policy, at) {
    const { id, version, digest } = bundleOf(at.input);
    const unknown = { status: 'inactive', package: id, digest: null, configured: null, candidate: null, proposed_by: null, proposed_at: null };
    return {
      subjects: [policy ? change(Policies, at, policy, {}) : create(Policies, at, { id: at.subjectId, ...unknown })],
      rows: [bundleRow(bundleOf(at.input), at)],
      edges: none('bundles are no nodes of the graph'),
      usage: none('configuration is not metered'),
      answer: { id, version, digest, active: false },
    };
  },
});

/** `POST /policy-bundles`: brings a bundle in, so that it can be tried on history and switched on. It decides nothing yet. */
export function addPolicyBundle(admissionTest: AdmissionTest, keep: (bundle: Bundle) => Promise<void>): Action {
  return {
    ...addTriedBundle,
    async check({ tenant, input }) {
      const bundle = bundleOf(input as BundleUpload);
      await admissionTest.pass(tenant, bundle);
      await keep(bundle);
    },
  };
}
