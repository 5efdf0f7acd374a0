import { validate as isUuid } from 'uuid';
import { defineQuery, Id, Problem, type Reader, Strict, Type } from '../../sdk/index.ts';
import type { Transaction } from '../database/database.ts';
import { transactionOf } from '../database/reader.ts';
import { canonicalId } from '../ids.ts';

/** Every relationship with the name it has from the other end. */
export type Inverses = Readonly<Record<string, string>>;

export interface Node {
  readonly id: string;
  readonly type: string;
  readonly label: string;
}

interface NeighborRow extends Node {
  readonly edge_id: string;
  readonly relationship: string;
  readonly direction: 'out' | 'in';
}

/** A node with its handle where it is a person: the graph itself holds no personal data. */
const LABEL = `CASE WHEN n.type = 'user' THEN coalesce(d.value, '[erased]') ELSE n.label END AS label`;
const PERSON = `LEFT JOIN users u ON n.type = 'user' AND u.tenant_id = $1 AND u.id = n.id
  LEFT JOIN disclosures d ON d.tenant_id = $1 AND d.commitment = u.handle`;

/** What stands around an entity. */
export async function neighborsOf(
  tx: Transaction,
  tenant: string,
  id: string,
  inverses: Inverses,
  filters: {
    type?: string | undefined;
    relationship?: string | undefined;
    direction?: string | undefined;
    after?: string | undefined;
    limit: number;
  },
) {
  const { type = null, direction = null, after = null, relationship = null, limit } = filters;
  const fromTheOtherEnd = Object.keys(inverses).filter((name) => inverses[name] === relationship);
  const rows = await tx.query<NeighborRow>(
    `SELECT e.id AS edge_id, e.relationship, e.direction, n.id, n.type, ${LABEL}
       FROM (SELECT id, relationship, to_id AS other, 'out' AS direction FROM current_edges
               WHERE tenant_id = $1 AND from_id = $2 AND ($6::text IS NULL OR relationship = $6)
             UNION ALL
             SELECT id, relationship, from_id, 'in' FROM current_edges
               WHERE tenant_id = $1 AND to_id = $2 AND ($6::text IS NULL OR relationship = ANY($7::text[]))) e
       JOIN nodes n ON n.tenant_id = $1 AND n.id = e.other ${PERSON}
       WHERE ($3::text IS NULL OR n.type = $3) AND ($4::text IS NULL OR e.direction = $4) AND ($5::uuid IS NULL OR e.id > $5)
       ORDER BY e.id LIMIT $8`,
    [tenant, id, type, direction, after, relationship, fromTheOtherEnd, limit + 1],
  );
  const shown = rows.slice(0, limit);
  const neighbors = shown.map(({ edge_id: _, relationship: name, direction: way, ...node }) => ({
    ...node,
    relationship: way === 'out' ? name : (inverses[name] ?? name),
    direction: way,
  }));
  return { neighbors, last: rows.length > limit ? shown.at(-1)?.edge_id : undefined };
}

export async function nodeOf(tx: Transaction, tenant: string, id: string): Promise<Node> {
  const node = (await nodesOf(tx, tenant, [id])).get(id);
  if (!node) throw new Problem('not-found', `There is no entity ${id}.`);
  return node;
}

export async function nodesOf(tx: Transaction, tenant: string, ids: readonly string[]): Promise<ReadonlyMap<string, Node>> {
  if (ids.length === 0) return new Map();
  const nodes = await tx.query<Node>(`SELECT n.id, n.type, ${LABEL} FROM nodes n ${PERSON} WHERE n.tenant_id = $1 AND n.id = ANY($2::uuid[])`, [
    tenant,
    ids,
  ]);
  return new Map(nodes.map((node) => [node.id, node]));
}

/** @param packs read at each request: a pack may have failed since */
export function graphQueries(packs: { readonly relationships: Inverses }) {
  const neighbors = defineQuery({
    id: 'graph.neighbors',
    title: 'What an entity is related to',
    route: { method: 'GET', path: '/graph/entities/:id/neighbors' },
    query: Strict({
      type: Type.Optional(Type.String()),
      relationship: Type.Optional(Type.String({ description: 'As named from this entity' })),
      direction: Type.Optional(Type.Enum(['out', 'in'])),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
      cursor: Type.Optional(Id),
    }),
    async run({ db, tenant, params, query }) {
      const tx = transactionOf(db);
      const id = await idOf(db, params.id ?? '');
      const node = await nodeOf(tx, tenant, id);
      const { neighbors: found, last } = await neighborsOf(tx, tenant, id, packs.relationships, {
        ...query,
        after: query.cursor,
        limit: query.limit ?? 200,
      });
      return { node, neighbors: found, next_cursor: last ?? null };
    },
  });

  const paths = defineQuery({
    id: 'graph.paths',
    title: 'How two entities are connected',
    route: { method: 'GET', path: '/graph/paths' },
    query: Strict({ from: Type.String(), to: Type.String(), max_length: Type.Optional(Type.Integer({ minimum: 1, maximum: 6 })) }),
    async run({ db, tenant, query }) {
      const tx = transactionOf(db);
      const [from, to] = [await idOf(db, query.from), await idOf(db, query.to)];
      await nodeOf(tx, tenant, from);
      await nodeOf(tx, tenant, to);
      const found = await shortestPaths(tx, tenant, from, to, query.max_length ?? 4);
      const ids = [...new Set(found.flat())];
      const nodes = await nodesOf(tx, tenant, ids);
      const edges =
        ids.length === 0
          ? []
          : await tx.query<{ from_id: string; to_id: string; relationship: string }>(
              'SELECT from_id, to_id, relationship FROM current_edges WHERE tenant_id = $1 AND from_id = ANY($2::uuid[]) AND to_id = ANY($2::uuid[])',
              [tenant, ids],
            );
      return {
        paths: found.map((path) => ({
          nodes: path.map((id) => nodes.get(id)),
          edges: path.slice(1).map((id, index) => {
            const before = path[index];
            const edge = edges.find(
              (candidate) => (candidate.from_id === before && candidate.to_id === id) || (candidate.from_id === id && candidate.to_id === before),
            );
            return { from: edge?.from_id, relationship: edge?.relationship, to: edge?.to_id };
          }),
        })),
      };
    },
  });

  return [neighbors, paths] as const;
}

const MAX_PATHS = 10;
/** Everything hangs together through the tenant, so a search stops at so many nodes, and says that it found nothing. */
const MAX_VISITED = 5_000;

/** Breadth first, each node once with all that lead to it on the shortest ways, so that the work is bounded by the nodes. */
async function shortestPaths(tx: Transaction, tenant: string, from: string, to: string, maxLength: number): Promise<readonly string[][]> {
  const cameFrom = new Map<string, string[]>([[from, []]]);
  let frontier = [from];
  for (let length = 0; length < maxLength && frontier.length > 0 && !cameFrom.has(to) && cameFrom.size < MAX_VISITED; length++) {
    const steps = await tx.query<{ a: string; b: string }>(
      `SELECT DISTINCT a, b FROM (
         SELECT from_id AS a, to_id AS b FROM current_edges WHERE tenant_id = $1 AND from_id = ANY($2::uuid[])
         UNION ALL SELECT to_id, from_id FROM current_edges WHERE tenant_id = $1 AND to_id = ANY($2::uuid[])) steps ORDER BY a, b LIMIT $3`,
      [tenant, frontier, MAX_VISITED * 4],
    );
    const reached = new Map<string, string[]>();
    for (const { a, b } of steps) {
      if (cameFrom.has(b)) continue;
      const ways = reached.get(b) ?? [];
      if (ways.length < MAX_PATHS) ways.push(a);
      reached.set(b, ways);
    }
    for (const [node, ways] of reached) cameFrom.set(node, ways);
    frontier = [...reached.keys()];
  }
  return cameFrom.has(to) ? pathsBack(to, cameFrom) : [];
}

function pathsBack(to: string, cameFrom: ReadonlyMap<string, readonly string[]>): readonly string[][] {
  const finished: string[][] = [];
  const open: string[][] = [[to]];
  for (let path = open.pop(); path && finished.length < MAX_PATHS; path = open.pop()) {
    const ways = cameFrom.get(path[0] as string) ?? [];
    if (ways.length === 0) finished.push(path);
    for (const way of ways) open.push([way, ...path]);
  }
  return finished;
}

/** An id, or one of the aliases `user:<handle>`, `team:<name>`, `tenant:<id>`. */
async function idOf(db: Reader, id: string): Promise<string> {
  if (isUuid(id)) return canonicalId(id);
  const found = await db.resolve(id);
  if (!found) throw new Problem('not-found', `There is no entity ${id}.`);
  return found;
}
