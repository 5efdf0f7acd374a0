import type { Database, Transaction } from '../database/database.ts';
import type { Bundle } from './bundle.ts';

const KEPT = 64;

interface StoredBundle {
  readonly digest: string;
  readonly id: string;
  readonly version: string;
  readonly opa: string;
  readonly entrypoints: readonly string[];
  readonly wasm: Uint8Array;
  readonly data: string;
  readonly sources: Readonly<Record<string, string>>;
  readonly signature: Bundle['signature'];
}

/** Bundles by digest. Every one that ever decided stays in the database; those that come with the server are known from the start. */
export class Bundles {
  /** What the configured folder holds, by Rego package. */
  readonly configured: ReadonlyMap<string, Bundle>;
  readonly #byDigest: Map<string, Bundle>;

  constructor(configured: readonly Bundle[]) {
    this.configured = new Map(configured.map((bundle) => [bundle.id, bundle]));
    this.#byDigest = new Map(configured.map((bundle) => [bundle.digest, bundle]));
  }

  known(digest: string): Bundle | null {
    return this.#byDigest.get(digest) ?? null;
  }

  /** Content never changes, so that what was read once is good for ever. */
  async byDigest(tx: Transaction, digest: string): Promise<Bundle | null> {
    const known = this.known(digest);
    if (known) return known;
    const [row] = await tx.query<StoredBundle>(
      'SELECT digest, id, version, opa, entrypoints, wasm, data, sources, signature FROM policy_bundles WHERE digest = $1',
      [digest],
    );
    if (!row) return null;
    const { wasm, data, ...rest } = row;
    const bundle = Object.freeze({ ...rest, wasm: Buffer.from(wasm), dataText: data });
    const [first] = this.#byDigest.keys();
    if (this.#byDigest.size >= KEPT && first !== undefined) this.#byDigest.delete(first);
    this.#byDigest.set(digest, bundle);
    return bundle;
  }

  /** Keeps the content. Which of it decides for a tenant is another matter, and takes a governed action. */
  async store(database: Database, bundles: readonly Bundle[]): Promise<void> {
    const known = await database.transaction('summit', 'read', (tx) =>
      tx.query<{ digest: string }>('SELECT digest FROM policy_bundles WHERE digest = ANY($1)', [bundles.map(({ digest }) => digest)]),
    );
    const fresh = bundles.filter((bundle) => !known.some(({ digest }) => digest === bundle.digest));
    for (const { digest, id, version, opa, entrypoints, wasm, dataText, sources, signature } of fresh) {
      await database.transaction('summit', 'write', (tx) =>
        tx.commitWith(
          `INSERT INTO policy_bundles (digest, id, version, opa, entrypoints, wasm, data, sources, signature, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, summit_now()) ON CONFLICT (digest) DO NOTHING`,
          [digest, id, version, opa, entrypoints, wasm, dataText, JSON.stringify(sources), signature && JSON.stringify(signature)],
        ),
      );
    }
  }
}
