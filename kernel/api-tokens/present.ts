import { Id, Nullable, type Reader, type Row, Strict, Timestamp, Type } from '../../sdk/index.ts';
import type { ApiTokenRows } from '../database/api-token-tables.ts';
import { transactionOf } from '../database/reader.ts';

type ApiTokenRow = Row<typeof ApiTokenRows>;

export const apiTokenFields = {
  id: Id,
  title: Nullable(Type.String({ description: 'null once its person is erased' })),
  status: Type.Enum(['active', 'revoked']),
  expired: Type.Boolean({ description: 'Whether its time is over; it works while it is active and not expired' }),
  roles: Type.Array(Type.String(), { description: 'Of those that its person has, the ones that it may use' }),
  read_only: Type.Boolean(),
  scope: Nullable(Type.Enum(['scim'], { description: 'What alone it is for' })),
  created_by: Type.String({ description: 'A handle: whose it is' }),
  created_at: Timestamp,
  expires_at: Timestamp,
  last_used_at: Nullable(Timestamp),
  revoked_at: Nullable(Timestamp),
  version: Type.Integer({ minimum: 1 }),
};

export const ApiTokenAnswer = Strict(apiTokenFields);

/** What changes by itself: its use, and its end. */
interface Moment {
  readonly last_used_at: string | null;
  readonly expired: boolean;
}

/** As the API shows it. @param createdBy the handle of its person */
export function presentApiToken(row: ApiTokenRow, createdBy: string, { last_used_at, expired }: Moment) {
  const { id, title, status, roles, read_only, scope, created_at, expires_at, updated_at, version } = row;
  const revoked_at = status === 'revoked' ? updated_at : null;
  return { id, title, status, expired, roles, read_only, scope, created_by: createdBy, created_at, expires_at, last_used_at, revoked_at, version };
}

/** Several, with what is to be looked up for it. */
export async function presentApiTokens(db: Reader, tenant: string, rows: readonly ApiTokenRow[]) {
  const found = await transactionOf(db).query<Moment & { id: string }>(
    `SELECT t.id, u.last_used_at, t.expires_at <= summit_now() AS expired
       FROM api_tokens t LEFT JOIN api_token_uses u ON u.tenant_id = $1 AND u.id = t.id
       WHERE t.tenant_id = $1 AND t.id = ANY($2::uuid[])`,
    [tenant, rows.map(({ id }) => id)],
  );
  const moments = new Map(found.map(({ id, ...moment }) => [id, moment]));
  const handles = await db.handles([...new Set(rows.map(({ user_id }) => user_id))]);
  return rows.map((row) =>
    presentApiToken(row, handles.get(row.user_id) ?? row.user_id, moments.get(row.id) ?? { last_used_at: null, expired: false }),
  );
}
