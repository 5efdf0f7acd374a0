import { field, governed, optional } from '../../sdk/index.ts';

/** What people have made for their scripts to come in by. */
export const ApiTokenRows = governed({
  type: 'api-token',
  table: 'api_tokens',
  fields: {
    title: field.personal(),
    /** Whose it is: they alone can make it. */
    user_id: field.uuid(),
    /** Those of theirs that it may use, where they still have them. */
    roles: field.texts(),
    read_only: field.boolean(),
    /** null: whatever its person may do. */
    scope: optional(field.text<'scim'>()),
    /** SHA-256 of the whole token, hex. */
    secret_hash: field.text(),
    expires_at: field.timestamp(),
  },
  transitions: { active: ['revoked'], revoked: [] },
  // The title is a disclosure.
  label: () => 'API token',
});
