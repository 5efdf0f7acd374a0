import type { Reader, Row } from '../../sdk/index.ts';
import type { Transaction } from '../database/database.ts';
import { PolicyDecisions } from '../database/policy-tables.ts';
import type { Bundle } from '../policy/bundle.ts';
import type { Bundles } from '../policy/bundles.ts';

/** A policy bundle as evidence shows it. */
export interface PolicyBundle {
  /** Of the bytes of `wasm`, followed by those of `data`. */
  readonly digest: string;
  readonly id: string | null;
  readonly version: string | null;
  readonly opa: string | null;
  readonly entrypoints: readonly string[] | null;
  readonly sources: Readonly<Record<string, string>> | null;
  readonly signature: object | null;
  /** Base64. */
  readonly wasm: string;
  readonly data: string;
}

/** The decisions in the order in which receipts name them. */
export async function decisionsOf(db: Reader, ids: Iterable<string>): Promise<readonly Row<typeof PolicyDecisions>[]> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return [];
  const found = new Map((await db.find(PolicyDecisions, { id: wanted })).map((decision) => [decision.id, decision]));
  return wanted.flatMap((id) => found.get(id) ?? []);
}

/** By digest. What is said of one that decided before that was kept is null. */
export async function bundlesOf(tx: Transaction, tenant: string, bundles: Bundles, digests: Iterable<string>): Promise<readonly PolicyBundle[]> {
  const found: PolicyBundle[] = [];
  for (const digest of [...new Set(digests)].sort()) {
    const bundle = await bundles.byDigest(tx, tenant, digest);
    if (bundle) found.push(shown(bundle));
  }
  return found;
}

function shown({ digest, wasm, dataText: data, ...said }: Bundle): PolicyBundle {
  const content = { digest, wasm: wasm.toString('base64'), data };
  if (said.id === '') return { ...content, id: null, version: null, opa: null, entrypoints: null, sources: null, signature: null };
  const { id, version, opa, entrypoints, sources, signature } = said;
  return { ...content, id, version, opa, entrypoints, sources, signature };
}
