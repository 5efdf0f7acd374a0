import {
  type ActionContext,
  type Approval,
  type Changes,
  Comment,
  change,
  create,
  defineAction,
  defineDeparture,
  defineQuery,
  none,
  Problem,
  type Row,
  Strict,
  type SubjectChange,
  Type,
} from '../../sdk/index.ts';
import { Policies, TenantPolicyBundles } from '../database/policy-tables.ts';
import type { Bundle } from '../policy/bundle.ts';
import { knownBundle } from '../policy/queries.ts';
import { bundleRow } from './policy-bundles.ts';

/** Of a bundle. */
export const Digest = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 over wasm and data' });

type Policy = Row<typeof Policies>;

const NOTHING_PROPOSED = { candidate: null, proposed_by: null, proposed_at: null };
const roles = ['operator', 'security_officer'];
const CONFIRMED_BY = 'security_officer';

export interface ActivationRules {
  /** Whether a second person must confirm. */
  readonly confirm: boolean;
  /** Tries the bundle out for this tenant, before anything is locked. @throws Problem */
  readonly test: (tenant: string, digest: string) => Promise<void>;
}

/** `POST /policy-bundles/:digest/activate`: the bundle decides from now on, or, where two people must agree, is proposed. */
export function activatePolicyBundle({ confirm, test }: ActivationRules) {
  return defineAction({
    id: 'policy.activate',
    title: 'Switch on a policy bundle',
    route: { method: 'POST', path: '/policy-bundles/:digest/activate' },
    roles: ['operator'],
    input: Strict({ comment: Type.Optional(Comment) }),
    entity: Policies,
    from: ['inactive', 'active', 'pending_confirmation'],
    policy: none('the operator role decides, and a second person where that is configured'),

    check: ({ tenant, params }) => test(tenant, params.digest ?? ''),
    async load({ db, params }) {
      const bundle = await knownBundle(db, params.digest ?? '');
      const [found] = await db.find(Policies, { package: bundle.package });
      if (!found) throw new TypeError(`the bundle ${bundle.digest} is known and its policy ${bundle.package} is not`);
      const policy = await db.lock(Policies, found.id);
      if (policy.digest === bundle.digest) throw new Problem('invalid-state', `The bundle ${bundle.digest} decides ${policy.package} already.`);
      return { policy, digest: bundle.digest };
    },
    subject: ({ policy }) => policy,
    apply({ policy, digest }, at) {
      const proposal = { status: 'pending_confirmation', candidate: digest, proposed_by: at.actor.id, proposed_at: at.now };
      return configured(change(Policies, at, policy, confirm ? proposal : { status: 'active', digest, ...NOTHING_PROPOSED }));
    },
  });
}

/** `POST /policies/:id/confirm` `{digest, comment?}`: the second person agrees to this bundle, and it decides. */
export const confirmPolicy = defineAction({
  id: 'policy.confirm',
  title: 'Confirm a proposed policy bundle',
  route: { method: 'POST', path: '/policies/:id/confirm' },
  roles,
  input: Strict({ digest: Digest, comment: Type.Optional(Comment) }),
  entity: Policies,
  from: ['pending_confirmation'],
  policy: none('the approval of a second person decides'),
  async load({ db, params, input }) {
    const policy = await db.lock(Policies, params.id ?? '');
    // What is confirmed is what was read, and not what has been proposed since.
    if (policy.candidate !== null && policy.candidate !== input.digest) {
      throw new Problem('conflict', `What is proposed for ${policy.package} is ${policy.candidate}, not ${input.digest}: read it again.`);
    }
    return { policy, approvals: await db.approvals([policy.id]) };
  },
  subject: ({ policy }) => policy,
  approval: { status: 'approved', round: roundOf },
  apply: ({ policy }, at) => configured(change(Policies, at, policy, { status: 'active', digest: policy.candidate, ...NOTHING_PROPOSED })),
});

/** `POST /policies/:id/withdraw`: what was proposed is not switched on; what decided before still does. */
export const withdrawPolicy = defineAction({
  id: 'policy.withdraw',
  title: 'Withdraw a proposed policy bundle',
  route: { method: 'POST', path: '/policies/:id/withdraw' },
  roles,
  input: Strict({ comment: Type.Optional(Comment) }),
  entity: Policies,
  from: ['pending_confirmation'],
  policy: none('whoever may propose or confirm may withdraw'),
  load: ({ db, params }) => db.lock(Policies, params.id ?? ''),
  subject: (policy) => policy,
  apply: withdrawn,
});

/** What somebody proposed who has left is not for others to confirm. */
export const withdrawProposals = defineDeparture({
  id: 'policy.withdraw-left-behind',
  title: 'Withdraw the policy bundle that somebody has proposed who has left',
  entity: Policies,
  person: 'proposed_by',
  since: 'proposed_at',
  from: ['pending_confirmation'],
  policy: none('it follows from what was done to the person'),
  load: ({ db, params }) => db.lock(Policies, params.id ?? ''),
  subject: (policy) => policy,
  apply: withdrawn,
});

function withdrawn(policy: Row<typeof Policies>, at: ActionContext<unknown>): Changes {
  return configured(change(Policies, at, policy, { status: policy.digest === null ? 'inactive' : 'active', ...NOTHING_PROPOSED }));
}

/** What configuration says decides. Applied at boot, and only when that has changed. */
export const configurePolicy = defineAction({
  id: 'policy.configured',
  title: 'Apply the configured policy bundle',
  roles: [],
  input: Type.Unsafe<{ bundle: Bundle }>(Type.Object({ bundle: Type.Object({}) })),
  binds: ({ bundle: { id, version, digest } }) => ({ id, version, digest }),
  entity: Policies,
  from: ['inactive', 'active', 'pending_confirmation'],
  policy: none('whoever may edit the configuration on the server has decided already'),
  async load({ db, input }) {
    const [[found], [known]] = await Promise.all([
      db.find(Policies, { package: input.bundle.id }),
      db.find(TenantPolicyBundles, { digest: input.bundle.digest }),
    ]);
    return { policy: found ? await db.lock(Policies, found.id) : null, isKnown: known !== undefined };
  },
  subject: ({ policy }) => policy,
  apply({ policy, isKnown }, at) {
    const { bundle } = at.input;
    const { id, digest } = bundle;
    const state = { status: 'active', digest, configured: digest, ...NOTHING_PROPOSED };
    const subject = policy ? change(Policies, at, policy, state) : create(Policies, at, { id: at.subjectId, package: id, ...state });
    const rows = isKnown ? [] : [bundleRow(bundle, at)];
    return { ...configured(subject), rows };
  },
});

export const listPolicies = defineQuery({
  id: 'policy.list',
  title: 'Policies, and the bundle that decides each',
  route: { method: 'GET', path: '/policies' },
  query: Strict({}),
  async run({ db }) {
    const items = (await db.find(Policies, {})).map(presentPolicy);
    return { items, next_cursor: null, total: items.length };
  },
});

export const getPolicy = defineQuery({
  id: 'policy.get',
  title: 'One policy',
  route: { method: 'GET', path: '/policies/:id' },
  query: Strict({}),
  run: async ({ db, params }) => presentPolicy(await db.one(Policies, params.id ?? '')),
});

function roundOf({ policy, approvals }: { policy: Policy; approvals: readonly Approval[] }) {
  const { id, candidate, proposed_by, proposed_at } = policy;
  return { required: [CONFIRMED_BY], given: approvals, excluded: proposed_by === null ? [] : [proposed_by], content: { id, candidate, proposed_at } };
}

function presentPolicy({ tenant_id: _, proposed_by, ...policy }: Policy) {
  return { ...policy, proposed_by_id: proposed_by };
}

function configured(subject: SubjectChange<Policy>): Changes {
  return {
    subjects: [subject],
    edges: none('which bundle decides is a property of the policy'),
    usage: none('configuration is not metered'),
    answer: presentPolicy(subject.after),
  };
}
