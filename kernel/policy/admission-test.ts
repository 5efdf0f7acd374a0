import { Problem } from '../../sdk/index.ts';
import type { Database } from '../database/database.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { type Bundle, packageOf } from './bundle.ts';
import { PolicyFailure } from './compiled.ts';
import { PolicySandbox } from './sandbox.ts';
import { distrust, type TrustedKeys } from './signature.ts';

/** After this long without an answer the thread is ended. */
const LIMIT_MS = 2_000;
/** How long one evaluation may take, the best of a few: it will hold up every other request. Ours take a fifth of a millisecond. */
const SLOWEST_MS = 50;
const ATTEMPTS = 3;
/** For the whole test. */
const PATIENCE_MS = 20_000;
/** The latest decisions of the tenant that a bundle must be able to make. */
const RECORDED = 50;

/** Tries a bundle out before it may decide anything, in a thread that can be ended. */
export class AdmissionTest {
  readonly #database: Database;
  readonly #packs: PackRegistry;
  readonly #keys: TrustedKeys;
  /** Each waits for the one before it: a test takes a core. */
  #last: Promise<unknown> = Promise.resolve();

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
  pass(tenant: string, bundle: Bundle): Promise<void> {
    const test = this.#last.then(() => this.#pass(tenant, bundle));
    this.#last = test.catch(() => undefined);
    return test;
  }

  async #pass(tenant: string, bundle: Bundle): Promise<void> {
    const untrusted = distrust(bundle, this.#keys);
    if (untrusted) refuse(bundle, untrusted);
    const called = this.#packs.all.flatMap(({ policies }) =>
      policies.flatMap(({ bundle: id, entrypoints }) => (id === bundle.id ? entrypoints : [])),
    );
    const entrypoints = [...new Set([...bundle.entrypoints, ...called])];
    if (entrypoints.length === 0) refuse(bundle, 'it names no entrypoint');
    const strays = entrypoints.filter((entrypoint) => packageOf(entrypoint) !== bundle.id);
    if (strays.length > 0) refuse(bundle, `${strays.join(', ')} is not in its package`);
    const sandbox = new PolicySandbox(LIMIT_MS);
    try {
      await sandbox.load({ ...bundle, entrypoints });
      const deadline = performance.now() + PATIENCE_MS;
      for (const entrypoint of entrypoints) {
        const inputs = ['{}', ...(await this.#recorded(tenant, entrypoint))];
        for (const input of inputs) {
          if (performance.now() > deadline) refuse(bundle, `the test took longer than ${PATIENCE_MS / 1_000} s`);
          await tryInput(sandbox, bundle, entrypoint, input);
        }
      }
    } catch (error) {
      if (!(error instanceof PolicyFailure)) throw error;
      refuse(bundle, error.message);
    } finally {
      await sandbox.close();
    }
  }

  /** What the tenant was asked of late. */
  async #recorded(tenant: string, entrypoint: string): Promise<readonly string[]> {
    const recorded = await this.#database.transaction(tenant, 'read', (tx) =>
      tx.query<{ input: string }>(
        `SELECT input::text FROM policy_decisions WHERE tenant_id = $1 AND policy = $2 AND masked = '{}' AND outcome <> 'error'
           ORDER BY id DESC LIMIT $3`,
        [tenant, entrypoint, RECORDED],
      ),
    );
    return recorded.map(({ input }) => input);
  }
}

async function tryInput(sandbox: PolicySandbox, bundle: Bundle, entrypoint: string, input: string): Promise<void> {
  let fastest = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < ATTEMPTS && fastest > SLOWEST_MS; attempt++) {
    const { result, durationNs } = await sandbox.evaluate(bundle.digest, entrypoint, input);
    fastest = Math.min(fastest, durationNs / 1e6);
    if (result.allowed && input === '{}') refuse(bundle, `${entrypoint} allows an empty input: what is missing must never let through`);
  }
  if (fastest > SLOWEST_MS) refuse(bundle, `${entrypoint} took ${Math.round(fastest)} ms, and may take ${SLOWEST_MS}: it would hold up all else`);
}

function refuse({ id, digest }: Bundle, why: string): never {
  throw new Problem('invalid-input', `The bundle ${digest.slice(0, 12)} of ${id} is refused: ${why}. What decided before still does.`, {
    errors: [{ path: 'bundle', message: why }],
  });
}
