import { defineAction, defineJob, Empty, none, Problem, type Reader } from '../../sdk/index.ts';
import { ApiTokenRows } from '../database/api-token-tables.ts';
import { transactionOf } from '../database/reader.ts';
import { revoked } from './revoke.ts';

/** Nobody comes in by the token of somebody who has left. Whoever comes back finds it revoked, and not working again. */
const withdrawApiToken = defineAction({
  id: 'api-token.withdraw',
  title: 'Revoke a token of somebody who is no longer active',
  roles: [],
  input: Empty,
  entity: ApiTokenRows,
  from: ['active'],
  policy: none('it follows from what was done to the person'),
  async load({ db, tenant, params }) {
    const row = await db.lock(ApiTokenRows, params.id ?? '');
    if (!(await left(db, tenant)).includes(row.id)) throw new Problem('invalid-state', 'Its person is active.');
    return row;
  },
  subject: (row) => row,
  apply: revoked,
});

const withdrawApiTokens = defineJob({
  id: 'summit.api-tokens',
  title: 'Revoke the API tokens of those who are no longer active',
  schedule: '20 * * * * *',
  action: withdrawApiToken,
  due: ({ db, tenant }) => left(db, tenant),
});

export const withdrawal = { action: withdrawApiToken, job: withdrawApiTokens };

async function left(db: Reader, tenant: string): Promise<readonly string[]> {
  const rows = await transactionOf(db).query<{ id: string }>(
    `SELECT t.id FROM api_tokens t JOIN users u ON u.tenant_id = $1 AND u.id = t.user_id
       WHERE t.tenant_id = $1 AND t.status = 'active' AND u.status <> 'active' ORDER BY t.id`,
    [tenant],
  );
  return rows.map(({ id }) => id);
}
