import type { Actor, Route } from './action.ts';
import type { Reader } from './reader.ts';
import type { Empty, Static, TSchema } from './schema.ts';

/** What `run` of a query is given. */
export interface QueryContext<Params, Body> {
  readonly db: Reader;
  readonly tenant: string;
  readonly actor: Actor;
  /** What stands in the path by name, ids in small letters: `params.id` of `/vendors/:id`. */
  readonly params: Readonly<Record<string, string>>;
  /** The query string, checked and converted by its schema. */
  readonly query: Params;
  /** Of a POST that only asks; `{}` for a GET. */
  readonly body: Body;
  /** The pack's settings for this tenant, checked by its schema. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What `defineQuery` takes. */
export interface QueryDefinition<Schema extends TSchema, BodySchema extends TSchema> {
  /** `<pack>.<thing>.<verb>` in lowercase. */
  readonly id: string;
  readonly title: string;
  readonly route: Route;
  /** The roles that may ask; everybody of the tenant where it is absent. */
  readonly roles?: readonly string[];
  /** The query string. Its numbers and booleans are converted; `Strict` refuses, and names, parameters that it does not have. */
  readonly query: Schema;
  /** What a POST takes: a question too long for a URL, or one whose answer depends on no cache. */
  readonly body?: BodySchema;
  /** For OpenAPI and the Switchboard, whose columns it names. Answers are not checked by it. */
  readonly answer?: TSchema;
  /** The media types of its answers, where they are not JSON, or not JSON alone. */
  readonly media?: readonly string[];
  /**
   * Runs in a READ ONLY transaction: a write here is refused by the database. What it returns is the JSON of the answer, or
   * `Content`. It may run again.
   * @throws Problem as the answer
   */
  run(context: QueryContext<Static<Schema>, Static<BodySchema>>): Promise<unknown>;
}

/** A query, as `defineQuery` gives it to the pack's `queries`. */
export type Query = QueryDefinition<TSchema, TSchema>;

/**
 * Declares a query: a question that changes nothing. It needs no policy, and leaves no receipt.
 *
 * @throws TypeError for a GET that takes a body
 * @example
 * ```ts
 * const getVendor = defineQuery({
 *   id: 'vendors.vendor.get',
 *   title: 'One vendor',
 *   route: { method: 'GET', path: '/vendors/:id' },
 *   query: Empty,
 *   answer: Strict({ id: Id, name: Type.String() }),
 *   async run({ db, params }) {
 *     const { id, name } = await db.one(Vendor, params.id ?? '');
 *     return { id, name };
 *   },
 * });
 * const asked = { db, tenant: 'acme', actor: at.actor, params: { id: vendor.id }, query: {}, body: {}, settings: {} };
 * await assert.rejects(getVendor.run(asked), { code: 'not-found' });
 * assert.throws(() => defineQuery({ ...getVendor, body: Empty }), { message: 'vendors.vendor.get: a GET has no body' });
 * ```
 */
export function defineQuery<Schema extends TSchema, BodySchema extends TSchema = typeof Empty>(
  definition: QueryDefinition<Schema, BodySchema>,
): Query {
  if (definition.body && definition.route.method === 'GET') throw new TypeError(`${definition.id}: a GET has no body`);
  return Object.freeze(definition);
}
