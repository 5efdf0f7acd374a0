import type { Query } from '../sdk/index.ts';
import { Problem } from '../sdk/index.ts';
import type { Admission, Caller } from './admission.ts';
import type { Database } from './database/database.ts';
import { isInvalidValue } from './database/errors.ts';
import { createReader } from './database/reader.ts';
import { assertValid } from './validation.ts';

export interface QueryRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Record<string, unknown>;
  /** Called once caller, pack and role have passed. */
  readonly read?: () => Promise<unknown>;
}

/** Runs queries: pack, role, parameters, then the pack's code in a READ ONLY transaction. */
export class QueryRunner {
  readonly #database: Database;
  readonly #admission: Admission;

  constructor(services: { database: Database; admission: Admission }) {
    this.#database = services.database;
    this.#admission = services.admission;
  }

  /** @throws Problem */
  async run(query: Query, packId: string, caller: Caller, request: QueryRequest): Promise<unknown> {
    const { tenant, actor, pack } = await this.#admission.admit(query, packId, caller);
    assertValid(query.query, request.query, 'url');
    const body = query.body && request.read ? await request.read() : {};
    if (query.body) assertValid(query.body, body);
    try {
      return await this.#database.transaction(tenant, 'read', (tx) =>
        query.run({ db: createReader(tx, tenant), tenant, actor, settings: pack.settings, params: request.params, query: request.query, body }),
      );
    } catch (error) {
      throw isInvalidValue(error) ? new Problem('invalid-input', 'A parameter has a value that cannot be looked up.') : error;
    }
  }
}
