import { field, governed, insertOnly, kernelTable, optional } from '../../sdk/index.ts';
import type { RunReport } from '../policy/run-report.ts';

/** The kernel's tables of policies and what they have decided, as migrations make them. */

export const PolicyDecisions = kernelTable({
  table: 'policy_decisions',
  key: ['tenant_id', 'id'],
  fields: {
    tenant_id: field.text(),
    id: field.uuid(),
    policy: field.text(),
    bundle_digest: field.text(),
    bundle_version: field.text(),
    action: field.text(),
    actor: field.text(),
    subject_type: field.text(),
    subject_id: field.uuid(),
    input: field.json<Readonly<Record<string, unknown>>>(),
    /** null where the policy gave none. */
    result: optional(field.json<unknown>()),
    allowed: field.boolean(),
    reasons: field.json<readonly { readonly rule: string; readonly message: string }[]>(),
    outcome: field.text<'allowed' | 'denied' | 'error'>(),
    duration_ns: field.bigint(),
    engine: field.text(),
    /** JSON pointers into the input, where it holds commitments in place of values. */
    masked: field.texts(),
    receipt_id: field.uuid(),
    created_at: field.timestamp(),
  },
});

/** Which bundle decides for a tenant in one Rego package. */
export const Policies = governed({
  type: 'policy',
  table: 'policies',
  fields: {
    package: field.text(),
    /** Of the bundle that decides; null where none was switched on yet. */
    digest: optional(field.text()),
    /** What configuration said last. Between its changes, what people have switched on stands. */
    configured: optional(field.text()),
    /** Waits for a second person. */
    candidate: optional(field.text()),
    proposed_by: optional(field.text()),
    proposed_at: optional(field.timestamp()),
  },
  transitions: {
    inactive: ['inactive', 'active', 'pending_confirmation'],
    active: ['active', 'pending_confirmation'],
    pending_confirmation: ['active', 'inactive', 'pending_confirmation'],
  },
});

/** Bundles that a tenant may switch on. Their content is shared by digest; all that is said of it is the tenant's own. */
export const TenantPolicyBundles = insertOnly({
  type: 'policy-bundle',
  table: 'tenant_policy_bundles',
  fields: {
    package: field.text(),
    bundle_version: field.text(),
    digest: field.text(),
    /** The version of OPA that compiled it. */
    opa: field.text(),
    entrypoints: field.texts(),
    /** The text of each source, by path. */
    sources: field.json<Readonly<Record<string, string>>>(),
    signature: optional(field.json<{ readonly keyid: string; readonly sig: string }>()),
    added_by: field.text(),
  },
});

/** Access evaluations that were answered together; their decisions say what was asked. */
export const AccessEvaluations = governed({
  type: 'access-evaluation',
  table: 'access_evaluations',
  fields: { decisions: field.integer() },
  transitions: { answered: [] },
  label: ({ decisions }) => `${decisions} access evaluations`,
});

/** A replay of what was decided, or a backtest of a candidate on it. */
export const PolicyRuns = governed({
  type: 'policy-run',
  table: 'policy_runs',
  fields: {
    kind: field.text<'replay' | 'backtest'>(),
    /** Digest of the bundle that is tried; null for a replay, which asks the bundles that decided. */
    candidate: optional(field.text()),
    since: optional(field.timestamp()),
    requested_by: field.text(),
    report: optional(field.json<RunReport>()),
    error: optional(field.text()),
  },
  transitions: { running: ['done', 'failed'], done: [], failed: [] },
});

/** The decisions that a run found to come out otherwise; `id` is the decision's. */
export const PolicyRunFindings = kernelTable({
  table: 'policy_run_findings',
  key: ['tenant_id', 'run_id', 'id'],
  fields: {
    tenant_id: field.text(),
    run_id: field.uuid(),
    id: field.uuid(),
    difference: field.text(),
    rules: field.texts(),
    subject_type: field.text(),
    subject_id: field.uuid(),
    actor: field.text(),
    now: optional(field.json<unknown>()),
    failure: optional(field.text()),
  },
});
