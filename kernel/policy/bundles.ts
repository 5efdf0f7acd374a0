import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../database/database.ts';

/** Compiled policies, named by the SHA-256 over their wasm and data. */
export interface Bundle {
  /** The Rego package: `high_risk.operations`. */
  readonly id: string;
  readonly version: string;
  readonly digest: string;
  readonly entrypoint: string;
  readonly opa: string;
  readonly wasm: Buffer;
  /** JSON text, the bytes that the digest covers. */
  readonly dataText: string;
  readonly data: object;
  /** SHA-256 of each source, by path. */
  readonly sources: Readonly<Record<string, string>>;
}

interface BundleManifest {
  readonly opa: string;
  readonly bundles: readonly {
    readonly id: string;
    readonly version: string;
    readonly entrypoint: string;
    readonly digest: string;
    readonly wasm: string;
    readonly data?: string;
    readonly sources: Readonly<Record<string, string>>;
  }[];
}

/**
 * Reads the bundles of a `policies` folder by its manifest.
 * @throws Error where a file is not the one that the manifest names by digest
 */
export async function readBundles(folder: string): Promise<readonly Bundle[]> {
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as BundleManifest;
  return Promise.all(
    manifest.bundles.map(async ({ id, version, entrypoint, digest, wasm: wasmFile, data: dataFile, sources }) => {
      const wasm = await readFile(join(folder, wasmFile));
      const dataText = dataFile === undefined ? '{}' : await readFile(join(folder, dataFile), 'utf8');
      const found = createHash('sha256').update(wasm).update(dataText).digest('hex');
      if (found !== digest)
        throw new Error(`policy bundle ${id}: ${wasmFile} has digest ${found}, the manifest says ${digest}: run npm run policies:build`);
      return Object.freeze({ id, version, digest, entrypoint, opa: manifest.opa, wasm, dataText, data: JSON.parse(dataText) as object, sources });
    }),
  );
}

/** Which bundle answers for which entrypoint. */
export class ActiveBundles {
  readonly #byEntrypoint: ReadonlyMap<string, Bundle>;

  constructor(bundles: readonly Bundle[]) {
    this.#byEntrypoint = new Map(bundles.map((bundle) => [bundle.entrypoint, bundle]));
  }

  bundleFor(entrypoint: string): Bundle | null {
    return this.#byEntrypoint.get(entrypoint) ?? null;
  }

  get all(): readonly Bundle[] {
    return [...this.#byEntrypoint.values()];
  }

  /** Keeps every bundle that may decide in the database, for as long as there are decisions that it made. */
  async store(database: Database): Promise<void> {
    const known = await database.transaction('summit', 'read', (tx) => tx.query<{ digest: string }>('SELECT digest FROM policy_bundles'));
    const fresh = this.all.filter((bundle) => !known.some(({ digest }) => digest === bundle.digest));
    for (const { digest, id, version, opa, wasm, dataText, sources } of fresh) {
      await database.transaction('summit', 'write', (tx) =>
        tx.commitWith(
          `INSERT INTO policy_bundles (digest, id, version, opa, wasm, data, sources, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, summit_now()) ON CONFLICT (digest) DO NOTHING`,
          [digest, id, version, opa, wasm, dataText, JSON.stringify(sources)],
        ),
      );
    }
  }
}
