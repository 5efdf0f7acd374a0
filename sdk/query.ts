import type { Actor, Route } from './action.ts';
import type { Reader } from './reader.ts';
import type { Empty, Static, TSchema } from './schema.ts';

export interface QueryContext<Params, Body> {
  readonly db: Reader;
  readonly tenant: string;
  readonly actor: Actor;
  readonly params: Readonly<Record<string, string>>;
  /** The query string, checked and converted by its schema. */
  readonly query: Params;
  /** Of a POST that only asks; `{}` for a GET. */
  readonly body: Body;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface QueryDefinition<Schema extends TSchema, BodySchema extends TSchema> {
  readonly id: string;
  readonly title: string;
  readonly route: Route;
  /** The roles that may ask; everybody of the tenant where it is absent. */
  readonly roles?: readonly string[];
  readonly query: Schema;
  /** What a POST takes: a question too long for a URL, or one whose answer depends on no cache. */
  readonly body?: BodySchema;
  readonly answer?: TSchema;
  /** The media types of its answers, where they are not JSON, or not JSON alone. */
  readonly media?: readonly string[];
  /** Runs in a READ ONLY transaction: a write here is refused by the database. */
  run(context: QueryContext<Static<Schema>, Static<BodySchema>>): Promise<unknown>;
}

export type Query = QueryDefinition<TSchema, TSchema>;

/** @throws TypeError for a GET that takes a body */
export function defineQuery<Schema extends TSchema, BodySchema extends TSchema = typeof Empty>(
  definition: QueryDefinition<Schema, BodySchema>,
): Query {
  if (definition.body && definition.route.method === 'GET') throw new TypeError(`${definition.id}: a GET has no body`);
  return Object.freeze(definition);
}
