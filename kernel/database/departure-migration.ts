import { migration } from '../../sdk/index.ts';

/**
 * How people leave: when, and who has said so where it was not the file of the tenant. What a provider calls them by SCIM, and
 * whether it has made them. Approvals can be withdrawn, and API tokens made for provisioning alone. A replica of the version
 * before goes on writing people and tokens without any of it.
 */
export const departureMigration = migration('0012-departures', [
  `ALTER TABLE users
     ADD COLUMN user_name text,
     ADD COLUMN provisioned_by text CONSTRAINT users_provisioned_by_known CHECK (provisioned_by = 'scim'),
     ADD COLUMN deactivated_by text CONSTRAINT users_deactivated_by_known CHECK (deactivated_by IN ('operator', 'issuer', 'scim')),
     ADD COLUMN departed_at timestamptz(3),
     ADD COLUMN scim_deleted_at timestamptz(3)`,
  `ALTER TABLE api_tokens ADD COLUMN scope text CONSTRAINT api_tokens_scope_known CHECK (scope = 'scim')`,
  'ALTER TABLE approvals DROP CONSTRAINT approvals_status_known',
  `ALTER TABLE approvals ADD CONSTRAINT approvals_status_known CHECK (status IN ('approved', 'rejected', 'withdrawn'))`,
  'CREATE INDEX approvals_by_approver ON approvals (tenant_id, approver_id)',
  // As kernel/approvals/abandoned.ts asks for them.
  "CREATE INDEX users_gone ON users (tenant_id, id) WHERE departed_at IS NOT NULL OR status <> 'active'",
  // By no more than a person's may be long: a pack may have personal texts of that name.
  "CREATE INDEX disclosures_by_external_id ON disclosures (tenant_id, left(value, 255)) WHERE name = 'external_id'",
]);
