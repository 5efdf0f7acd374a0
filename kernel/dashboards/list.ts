import { defineQuery, Nullable, type Query, Strict, Type } from '../../sdk/index.ts';
import { hasRole } from '../admission.ts';
import { enabledPacks } from '../packs/enabled.ts';
import type { PackRegistry } from '../packs/registry.ts';

const Text = Type.String();

/** The dashboards that the caller may see: of packs that are enabled, and for their role. */
export function listDashboards(packs: PackRegistry): Query {
  return defineQuery({
    id: 'dashboard.list',
    title: 'Dashboards',
    route: { method: 'GET', path: '/dashboards' },
    query: Strict({}),
    answer: Strict({
      items: Type.Array(Strict({ id: Text, title: Text, pack: Text })),
      next_cursor: Nullable(Text),
      total: Type.Integer({ minimum: 0 }),
    }),
    async run({ db, actor }) {
      const enabled = await enabledPacks(db);
      const items = packs.all
        .filter(({ id }) => enabled.has(id))
        .flatMap((pack) => pack.dashboards.filter(({ roles }) => hasRole(roles, actor)).map(({ id, title }) => ({ id, title, pack: pack.id })));
      return { items, next_cursor: null, total: items.length };
    },
  });
}
