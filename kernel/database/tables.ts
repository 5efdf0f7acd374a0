import { bytesField, field, governed, insertOnly, kernelTable, optional, type Severity } from '../../sdk/index.ts';
import type { WebhookEndpoint } from '../config/webhooks.ts';
import { ApiTokenRows } from './api-token-tables.ts';
import { LogEpochs, LogQueue } from './log-tables.ts';
import { AccessEvaluations, Policies, PolicyDecisions, PolicyRunFindings, PolicyRuns, TenantPolicyBundles } from './policy-tables.ts';
import { WebhookDeliveries } from './webhook-tables.ts';

/** The kernel's own tables, as migrations.ts makes them. */

export const Receipts = kernelTable({
  table: 'receipts',
  key: ['tenant_id', 'id'],
  fields: {
    tenant_id: field.text(),
    id: field.uuid(),
    action: field.text(),
    outcome: field.text<'allowed' | 'denied' | 'failed' | 'refused'>(),
    actor: field.text(),
    subject_type: field.text(),
    subject_id: field.uuid(),
    seq: optional(field.integer()),
    state_from: optional(field.text()),
    state_to: optional(field.text()),
    leaf_hash: bytesField(),
    bytes: bytesField(),
    changes: field.text(),
    decision_ids: field.uuids(),
    at: field.timestamp(),
  },
});

export const SubjectStates = kernelTable({
  table: 'subject_states',
  key: ['tenant_id', 'subject_id', 'version', 'status'],
  fields: {
    tenant_id: field.text(),
    subject_id: field.uuid(),
    version: field.integer(),
    status: field.text(),
    receipt_id: field.uuid(),
    leaf_hash: bytesField(),
  },
});

export const UsageEvents = kernelTable({
  table: 'usage_events',
  key: ['tenant_id', 'id'],
  fields: {
    tenant_id: field.text(),
    id: field.uuid(),
    source: field.text(),
    type: field.text(),
    pack: field.text(),
    subject: field.text(),
    quantity: field.decimal(),
    metadata: field.json<Readonly<Record<string, string>>>(),
    receipt_id: field.uuid(),
    timestamp: field.timestamp(),
    /** The CloudEvents id of one that came from outside. */
    external_id: optional(field.text()),
    /** The event that it takes the place of. */
    corrects: optional(field.uuid()),
  },
});

/** What must never be there twice, across all partitions of the events: the source and id of one from outside. */
export const UsageEventKeys = kernelTable({
  table: 'usage_event_keys',
  key: ['tenant_id', 'source', 'external_id'],
  fields: { tenant_id: field.text(), source: field.text(), external_id: field.text(), event_id: field.uuid() },
});

/** An event is corrected once: whoever corrects the correction names that. */
export const UsageCorrections = kernelTable({
  table: 'usage_corrections',
  key: ['tenant_id', 'corrected_id'],
  fields: { tenant_id: field.text(), corrected_id: field.uuid(), event_id: field.uuid() },
});

/** Events that came in together, and share a receipt. */
export const UsageBatches = governed({
  type: 'usage-batch',
  table: 'usage_batches',
  fields: { accepted: field.integer(), duplicates: field.integer(), rejected: field.integer() },
  transitions: { recorded: [] },
});

export const Approvals = insertOnly({
  type: 'approval',
  table: 'approvals',
  fields: {
    subject_id: field.uuid(),
    approver_id: field.uuid(),
    role: field.text(),
    /** `withdrawn` takes the earlier ones of the same person away, and is no approval itself. */
    status: field.text<'approved' | 'rejected' | 'withdrawn'>(),
    digest: field.text(),
    comment: optional(field.personal()),
  },
  label: (approval) => `${approval.status} as ${approval.role}`,
});

export const Nodes = kernelTable({
  table: 'nodes',
  key: ['tenant_id', 'id'],
  fields: { tenant_id: field.text(), id: field.uuid(), type: field.text(), label: field.text() },
});

export const Edges = kernelTable({
  table: 'edges',
  key: ['tenant_id', 'id'],
  fields: {
    tenant_id: field.text(),
    id: field.uuid(),
    from_id: field.uuid(),
    relationship: field.text(),
    to_id: field.uuid(),
    ends: field.boolean(),
    receipt_id: field.uuid(),
  },
});

/** Values that may be erased: handles, names, free text. What refers to them holds the commitment. */
export const Disclosures = kernelTable({
  table: 'disclosures',
  key: ['tenant_id', 'commitment'],
  fields: {
    tenant_id: field.text(),
    commitment: field.text(),
    subject_id: field.uuid(),
    name: field.text(),
    salt: optional(field.text()),
    value: optional(field.text()),
  },
});

export const IdempotencyKeys = kernelTable({
  table: 'idempotency_keys',
  key: ['tenant_id', 'user_id', 'key'],
  fields: {
    tenant_id: field.text(),
    user_id: field.uuid(),
    key: field.text(),
    request_digest: field.text(),
    /** null where the answer is a refusal. */
    subject_id: optional(field.uuid()),
    status: field.integer(),
    body: field.text(),
    /** False while the answer waits for the outcome of an effect. */
    settled: field.boolean(),
    created_at: field.timestamp(),
  },
});

export const Outbox = kernelTable({
  table: 'outbox',
  key: ['tenant_id', 'id'],
  fields: {
    tenant_id: field.text(),
    id: field.uuid(),
    pack: field.text(),
    effect: field.text(),
    subject_id: field.uuid(),
    payload: field.json<Readonly<Record<string, unknown>>>(),
    attempts: field.integer(),
    available_at: field.timestamp(),
    done_at: optional(field.timestamp()),
    last_error: optional(field.text()),
    created_at: field.timestamp(),
  },
});

export const NaturalKeys = kernelTable({
  table: 'natural_keys',
  key: ['tenant_id', 'type', 'name', 'digest'],
  fields: { tenant_id: field.text(), type: field.text(), name: field.text(), digest: field.text(), subject_id: field.uuid() },
});

export const TenantConfigurations = governed({
  type: 'tenant',
  table: 'tenant_configurations',
  fields: {
    title: field.text(),
    time_zone: field.text(),
    file_digest: field.text(),
    webhooks: field.json<readonly WebhookEndpoint[]>(),
  },
  transitions: { active: ['active'] },
  label: (tenant) => tenant.title,
});

export const PackEnablements = governed({
  type: 'pack-enablement',
  table: 'pack_enablements',
  fields: { pack_id: field.text(), settings: field.json<Readonly<Record<string, unknown>>>() },
  transitions: { enabled: ['enabled', 'disabled'], disabled: ['enabled', 'disabled'] },
});

export const Teams = governed({
  type: 'team',
  table: 'teams',
  fields: { name: field.text() },
  transitions: { active: ['active'] },
  label: (team) => team.name,
});

/** Who has said that somebody has left: an operator, a provider by SCIM, or one at which a sign-in could not be renewed. */
export type DeactivatedBy = 'operator' | 'scim' | 'issuer';

export const Users = governed({
  type: 'user',
  table: 'users',
  fields: {
    handle: field.personal(),
    /** What an issuer of JWTs calls them. */
    external_id: optional(field.personal()),
    /** What a provider that provisions people calls them (SCIM's `userName`); null for whom it calls by their handle, or has deleted. */
    user_name: optional(field.personal()),
    /** null for whom the file of the tenant has made. */
    provisioned_by: optional(field.text<'scim'>()),
    roles: field.texts(),
    team_ids: field.uuids(),
    /** null where it was the file of the tenant, and for whoever is active. */
    deactivated_by: optional(field.text<DeactivatedBy>()),
    /** When they were deactivated last, whether they have come back or not: what was theirs then is withdrawn. */
    departed_at: optional(field.timestamp()),
    /** To the provider they are not there any more. */
    scim_deleted_at: optional(field.timestamp()),
  },
  transitions: { active: ['active', 'deactivated', 'erased'], deactivated: ['active', 'deactivated', 'erased'], erased: ['erased'] },
  // The handle is a disclosure; the graph joins it for those who may read it.
  label: () => '',
  keysOf: ({ status, external_id, user_name }) => ({
    external_id: status === 'active' && external_id !== null ? [external_id] : null,
    // RFC 7643, section 4.1.1: whatever its case.
    user_name: status !== 'erased' && user_name !== null ? [user_name.toLowerCase()] : null,
  }),
});

/** What was found not to be as it should: of each indicator one at a time. */
export const Alerts = governed({
  type: 'alert',
  table: 'alerts',
  fields: {
    /** The id of the indicator that has missed its target. */
    kind: field.text(),
    severity: field.text<Severity>(),
    title: field.text(),
    detail: field.text(),
    /** What it is about. */
    names: field.texts(),
    /** Of the indicator when the alert was raised; null where it could not be worked out. */
    value: optional(field.decimal()),
    target: field.decimal(),
  },
  transitions: { open: ['open', 'resolved'], resolved: [] },
  label: ({ title }) => title,
  keysOf: ({ status, kind }) => ({ open: status === 'open' ? [kind] : null }),
});

export const kernelEntities = [
  Receipts,
  SubjectStates,
  LogQueue,
  LogEpochs,
  PolicyDecisions,
  Policies,
  TenantPolicyBundles,
  AccessEvaluations,
  PolicyRuns,
  PolicyRunFindings,
  UsageEvents,
  UsageEventKeys,
  UsageCorrections,
  UsageBatches,
  Approvals,
  Nodes,
  Edges,
  Disclosures,
  IdempotencyKeys,
  Outbox,
  NaturalKeys,
  TenantConfigurations,
  PackEnablements,
  Teams,
  Users,
  ApiTokenRows,
  Alerts,
  WebhookDeliveries,
] as const;
