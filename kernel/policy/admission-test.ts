import { Problem } from '../../sdk/index.ts';
import type { Database } from '../database/database.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { type Bundle, packageOf } from './bundle.ts';
import { PolicyFailure } from './compiled.ts';
import { PolicySandbox } from './sandbox.ts';
import { distrust, type TrustedKeys } from './signature.ts';

/** How long loading, or one evaluation, may take. Ours take a fifth of a millisecond. */
const LIMIT_MS = 2_000;
/** The latest decisions of the tenant that a bundle must be able to make. */
const RECORDED = 50;

/** Tries a bundle out before it may decide anything, in a thread that can be ended. */
export class AdmissionTest {
  readonly #database: Database;
  readonly #packs: PackRegistry;
  readonly #keys: TrustedKeys;

  constructor(services: { database: Database; packs: PackRegistry; trustedKeys: TrustedKeys }) {
    this.#database = services.database;
    this.#packs = services.packs;
    this.#keys = services.trustedKeys;
  }

  /**
   * The bundle must be signed where that is asked for, have the entrypoints that packs call, deny an empty input, and
   * answer what it would have been asked of late, each within a time and in little memory.
   * @throws Problem `invalid-input`
   */
  async pass(tenant: string, bundle: Bundle): Promise<void> {
    const untrusted = distrust(bundle, this.#keys);
    if (untrusted) refuse(bundle, untrusted);
    const called = this.#packs.all.flatMap(({ policies }) => policies).find(({ bundle: id }) => id === bundle.id)?.entrypoints ?? [];
    const entrypoints = [...new Set([...bundle.entrypoints, ...called])];
    if (entrypoints.length === 0) refuse(bundle, 'it names no entrypoint');
    const strays = entrypoints.filter((entrypoint) => packageOf(entrypoint) !== bundle.id);
    if (strays.length > 0) refuse(bundle, `${strays.join(', ')} is not in its package`);
    const sandbox = new PolicySandbox(LIMIT_MS);
    try {
      await sandbox.load({ ...bundle, entrypoints });
      for (const entrypoint of entrypoints) await this.#try(sandbox, tenant, bundle, entrypoint);
    } catch (error) {
      if (!(error instanceof PolicyFailure)) throw error;
      refuse(bundle, error.message);
    } finally {
      await sandbox.close();
    }
  }

  async #try(sandbox: PolicySandbox, tenant: string, bundle: Bundle, entrypoint: string): Promise<void> {
    const { allowed } = await sandbox.evaluate(bundle.digest, entrypoint, '{}');
    if (allowed) refuse(bundle, `${entrypoint} allows an empty input: what is missing must never let through`);
    const recorded = await this.#database.transaction(tenant, 'read', (tx) =>
      tx.query<{ input: string }>(
        `SELECT input::text FROM policy_decisions WHERE tenant_id = $1 AND policy = $2 AND masked = '{}' AND outcome <> 'error'
           ORDER BY id DESC LIMIT $3`,
        [tenant, entrypoint, RECORDED],
      ),
    );
    for (const { input } of recorded) await sandbox.evaluate(bundle.digest, entrypoint, input);
  }
}

function refuse({ id, digest }: Bundle, why: string): never {
  throw new Problem('invalid-input', `The bundle ${digest.slice(0, 12)} of ${id} is refused: ${why}. What decided before still does.`, {
    errors: [{ path: 'bundle', message: why }],
  });
}
