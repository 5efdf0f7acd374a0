import type { Database, Transaction } from '../database/database.ts';
import type { Bundle } from './bundle.ts';

/** Bundles whose bytes are kept in memory, of those used last. */
const KEPT = 64;

interface StoredBundle extends Omit<Bundle, 'wasm'> {
  readonly wasm: Uint8Array;
}

/**
 * Bundles by tenant and digest. Content is shared between tenants and never changes; what else is said of it (version,
 * sources, signature) is each tenant's own, so that none can write another's evidence.
 */
export class Bundles {
  /** What the configured folder and the packs bring, by Rego package. */
  readonly configured: ReadonlyMap<string, Bundle>;
  readonly #known = new Map<string, Bundle>();

  constructor(configured: readonly Bundle[]) {
    this.configured = new Map(configured.map((bundle) => [bundle.id, bundle]));
  }

  known(tenant: string, digest: string): Bundle | null {
    const key = `${tenant}/${digest}`;
    const bundle = this.#known.get(key);
    if (!bundle) return null;
    // A Map keeps the order of insertion: the first is the one that was used least recently.
    this.#known.delete(key);
    this.#known.set(key, bundle);
    return bundle;
  }

  /** What is said of it is empty where it decided before that was kept. @param digest as the tenant's own rows name it */
  async byDigest(tx: Transaction, tenant: string, digest: string): Promise<Bundle | null> {
    const known = this.known(tenant, digest);
    if (known) return known;
    const [row] = await tx.query<StoredBundle>(
      `SELECT b.digest, b.wasm, b.data AS "dataText", coalesce(t.package, '') AS id, coalesce(t.bundle_version, '') AS version, coalesce(t.opa, '') AS opa,
         coalesce(t.entrypoints, '{}') AS entrypoints, coalesce(t.sources, '{}') AS sources, t.signature
         FROM policy_bundles b LEFT JOIN tenant_policy_bundles t ON t.tenant_id = $1 AND t.digest = b.digest WHERE b.digest = $2`,
      [tenant, digest],
    );
    if (!row) return null;
    const bundle = Object.freeze({ ...row, wasm: Buffer.from(row.wasm) });
    const [oldest] = this.#known.keys();
    if (this.#known.size >= KEPT && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(`${tenant}/${digest}`, bundle);
    return bundle;
  }

  /** Keeps the content, which by itself decides nothing and belongs to nobody. */
  async store(database: Database, bundles: readonly Bundle[]): Promise<void> {
    const known = await database.transaction('summit', 'read', (tx) =>
      tx.query<{ digest: string }>('SELECT digest FROM policy_bundles WHERE digest = ANY($1)', [bundles.map(({ digest }) => digest)]),
    );
    const fresh = bundles.filter((bundle) => !known.some(({ digest }) => digest === bundle.digest));
    for (const { digest, wasm, dataText } of fresh) {
      await database.transaction('summit', 'write', (tx) =>
        tx.commitWith(
          'INSERT INTO policy_bundles (digest, wasm, data, created_at) VALUES ($1, $2, $3, summit_now()) ON CONFLICT (digest) DO NOTHING',
          [digest, wasm, dataText],
        ),
      );
    }
  }
}
