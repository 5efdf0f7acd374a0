import { defineQuery, emptyPage, listOf, Problem, pageOf, Strict, statesOf, Type, valuesOf } from '../../sdk/index.ts';
import { ApiTokenRows } from '../database/api-token-tables.ts';
import { ApiTokenAnswer, presentApiTokens } from './present.ts';
import { seesAll } from './whose.ts';

const tokens = listOf(ApiTokenRows, { sort: ['created_at', 'expires_at', 'status'], search: ['title'], people: ['user_id'] });

export const listApiTokens = defineQuery({
  id: 'api-token.list',
  title: 'API tokens: one’s own, and for operators and auditors those of all',
  route: { method: 'GET', path: '/api-tokens' },
  query: Strict({
    status: Type.Optional(statesOf(ApiTokenRows)),
    created_by: Type.Optional(Type.String({ description: 'A handle' })),
    ...tokens.parameters,
  }),
  answer: pageOf(ApiTokenAnswer),
  async run({ db, tenant, actor, query: { status, created_by, limit, cursor, count, sort, q } }) {
    const asked = created_by === undefined ? undefined : await db.resolve(`user:${created_by}`);
    if (asked === null || (asked !== undefined && asked !== actor.id && !seesAll(actor))) return emptyPage({ cursor, count });
    const user_id = seesAll(actor) ? asked : actor.id;
    const page = await db.page(tokens, { where: { status: valuesOf(status), user_id }, limit, cursor, count, sort, q });
    return { ...page, items: await presentApiTokens(db, tenant, page.items) };
  },
});

export const getApiToken = defineQuery({
  id: 'api-token.get',
  title: 'One API token',
  route: { method: 'GET', path: '/api-tokens/:id' },
  query: Strict({}),
  answer: ApiTokenAnswer,
  async run({ db, tenant, actor, params }) {
    const row = await db.one(ApiTokenRows, params.id ?? '');
    if (row.user_id !== actor.id && !seesAll(actor)) throw new Problem('not-found', `There is no ${ApiTokenRows.type} ${row.id}.`);
    const [shown] = await presentApiTokens(db, tenant, [row]);
    return shown;
  },
});
