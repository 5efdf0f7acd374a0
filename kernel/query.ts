import type { Query } from '../sdk/index.ts';
import { Problem } from '../sdk/index.ts';
import type { Admission, Caller } from './admission.ts';
import type { Database } from './database/database.ts';
import { isInvalidValue } from './database/errors.ts';
import { createReader } from './database/reader.ts';
import { Deferred } from './deferred.ts';
import { Unproven } from './log/leaves.ts';
import type { TransparencyLog } from './log/log.ts';
import { assertValid } from './validation.ts';

export interface QueryRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Record<string, unknown>;
  /** Called once caller, pack and role have passed. */
  readonly read?: () => Promise<unknown>;
}

/** What is asked to be proven may be so new that the log must come up first. */
const MAX_ATTEMPTS = 3;

/** Runs queries: pack, role, parameters, then the pack's code in a READ ONLY transaction. */
export class QueryRunner {
  readonly #database: Database;
  readonly #admission: Admission;
  readonly #transparencyLog: TransparencyLog;

  constructor(services: { database: Database; admission: Admission; transparencyLog: TransparencyLog }) {
    this.#database = services.database;
    this.#admission = services.admission;
    this.#transparencyLog = services.transparencyLog;
  }

  /** @throws Problem */
  async run(query: Query, packId: string, caller: Caller, request: QueryRequest): Promise<unknown> {
    const { tenant, actor, pack } = await this.#admission.admit(query, packId, caller);
    assertValid(query.query, request.query, 'url');
    const body = query.body && request.read ? await request.read() : {};
    if (query.body) assertValid(query.body, body);
    const answer = () =>
      this.#database.transaction(tenant, 'read', (tx) =>
        query.run({ db: createReader(tx, tenant), tenant, actor, settings: pack.settings, params: request.params, query: request.query, body }),
      );
    const answered = await this.#proven(tenant, answer);
    return answered instanceof Deferred ? answered.finish() : answered;
  }

  /** Asks again once the log has come as far as the answer needs it. */
  async #proven(tenant: string, answer: () => Promise<unknown>): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await answer();
      } catch (error) {
        if (isInvalidValue(error)) throw new Problem('invalid-input', 'A parameter has a value that cannot be looked up.');
        if (!(error instanceof Unproven)) throw error;
        if (attempt === MAX_ATTEMPTS) throw new Problem('unavailable', 'The log is being written faster than this can be proven: ask again.');
        await this.#transparencyLog.integrated(tenant, error.receiptIds);
      }
    }
  }
}
