import { LRUCache } from 'lru-cache';
import type { Database, Transaction } from '../database/database.ts';
import type { Bundle } from './bundle.ts';

/** Of those used last, so many are kept in memory: bytes, which tenants share, and what each tenant says of them, which is little. */
const CONTENTS_KEPT = 64;
const DESCRIPTIONS_KEPT = 4096;

type Content = Pick<Bundle, 'wasm' | 'dataText'>;
type Description = Omit<Bundle, keyof Content>;

/**
 * Bundles by tenant and digest. Content is shared between tenants and never changes; what else is said of it (version,
 * sources, signature) is each tenant's own, so that none can write another's evidence.
 */
export class Bundles {
  /** What the configured folder and the packs bring, by Rego package. */
  readonly configured: ReadonlyMap<string, Bundle>;
  readonly #contents = new LRUCache<string, Content>({ max: CONTENTS_KEPT });
  readonly #descriptions = new LRUCache<string, Description>({ max: DESCRIPTIONS_KEPT });

  constructor(configured: readonly Bundle[]) {
    this.configured = new Map(configured.map((bundle) => [bundle.id, bundle]));
  }

  known(tenant: string, digest: string): Bundle | null {
    const description = this.#descriptions.get(`${tenant}/${digest}`);
    const content = this.#contents.get(digest);
    return description && content ? { ...description, ...content } : null;
  }

  /** What is said of it is empty where it decided before that was kept. @param digest as the tenant's own rows name it */
  async byDigest(tx: Transaction, tenant: string, digest: string): Promise<Bundle | null> {
    const content = this.#contents.get(digest) ?? (await this.#readContent(tx, digest));
    if (!content) return null;
    const description = this.#descriptions.get(`${tenant}/${digest}`) ?? (await this.#readDescription(tx, tenant, digest));
    return { ...description, ...content };
  }

  async #readContent(tx: Transaction, digest: string): Promise<Content | null> {
    const [row] = await tx.query<{ wasm: Uint8Array; dataText: string }>('SELECT wasm, data AS "dataText" FROM policy_bundles WHERE digest = $1', [
      digest,
    ]);
    if (!row) return null;
    const content = { wasm: Buffer.from(row.wasm), dataText: row.dataText };
    this.#contents.set(digest, content);
    return content;
  }

  async #readDescription(tx: Transaction, tenant: string, digest: string): Promise<Description> {
    const [row] = await tx.query<Description>(
      `SELECT digest, package AS id, bundle_version AS version, opa, entrypoints, sources, signature
         FROM tenant_policy_bundles WHERE tenant_id = $1 AND digest = $2`,
      [tenant, digest],
    );
    if (!row) return { digest, id: '', version: '', opa: '', entrypoints: [], sources: {}, signature: null };
    this.#descriptions.set(`${tenant}/${digest}`, row);
    return row;
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
