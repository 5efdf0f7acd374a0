import { defineDeparture, none } from '../../sdk/index.ts';
import { ApiTokenRows } from '../database/api-token-tables.ts';
import { revoked } from './revoke.ts';

/** Nobody comes in by the token of somebody who has left. Whoever comes back finds it revoked, and not working again. */
export const withdrawApiTokens = defineDeparture({
  id: 'api-token.withdraw',
  title: 'Revoke a token of somebody who has left',
  entity: ApiTokenRows,
  person: 'user_id',
  from: ['active'],
  policy: none('it follows from what was done to the person'),
  load: ({ db, params }) => db.lock(ApiTokenRows, params.id ?? ''),
  subject: (row) => row,
  apply: revoked,
});
