import { type ActionContext, type Changes, change, defineAction, Empty, none, Problem, type Row } from '../../sdk/index.ts';
import { ApiTokenRows } from '../database/api-token-tables.ts';
import { ApiTokenAnswer, presentApiTokens } from './present.ts';
import { mayRevoke, seesAll } from './whose.ts';

/** `DELETE /api-tokens/:id`: by whose it is, and by operators. @param roles of everybody who may do anything */
export function revokeApiToken(roles: readonly string[]) {
  return defineAction({
    id: 'api-token.revoke',
    title: 'Revoke the API token',
    route: { method: 'DELETE', path: '/api-tokens/:id' },
    roles,
    input: Empty,
    answer: ApiTokenAnswer,
    entity: ApiTokenRows,
    from: ['active'],
    policy: none('what somebody has made is theirs to end, and an operator’s'),
    async load({ db, tenant, actor, params }) {
      const row = await db.lock(ApiTokenRows, params.id ?? '');
      if (!mayRevoke(actor, row)) {
        if (seesAll(actor)) throw new Problem('forbidden', 'Whose token it is can revoke it, and an operator.');
        throw new Problem('not-found', `There is no ${ApiTokenRows.type} ${row.id}.`);
      }
      const [shown] = await presentApiTokens(db, tenant, [row]);
      return { row, shown };
    },
    subject: ({ row }) => row,
    apply({ row, shown }, at) {
      const changes = revoked(row, at);
      return { ...changes, answer: { ...shown, ...changes.answer } };
    },
  });
}

/** The end of a token, whoever ends it. */
export function revoked(row: Row<typeof ApiTokenRows>, at: ActionContext<unknown>): Changes {
  const ended = change(ApiTokenRows, at, row, { status: 'revoked' });
  const { id, status, updated_at: revoked_at, version } = ended.after;
  return {
    subjects: [ended],
    edges: none('it belongs to its person still'),
    usage: none('a token is metered by what it is used for'),
    answer: { id, status, revoked_at, version },
  };
}
