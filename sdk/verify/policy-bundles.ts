import type { Decision, PolicyBundle } from './bundle.ts';
import { type Bytes, concatBytes, fromBase64, sha256, toHex, utf8 } from './bytes.ts';
import type { Findings } from './findings.ts';

/** A policy bundle whose bytes are those of its digest. */
export interface SoundBundle {
  readonly wasm: Bytes;
  readonly data: string;
}

/** Each bundle is that of its digest, and each decision has the one that decided. @returns the sound ones by digest */
export async function judgePolicyBundles(
  bundles: readonly PolicyBundle[],
  decisions: readonly Decision[],
  findings: Findings,
): Promise<ReadonlyMap<string, SoundBundle>> {
  const sound = new Map<string, SoundBundle>();
  const versions = new Map<string, string | null>();
  const used = new Set(decisions.map(({ bundle_digest }) => bundle_digest));
  for (const [index, { digest, version, wasm: encoded, data }] of bundles.entries()) {
    const path = `policy_bundles[${index}]`;
    const wrong = (code: string, what: string) => findings.add('INVALID', code, `policy bundle ${digest}: ${what}`, path);
    if (versions.has(digest)) wrong('doubled-bundle', 'it is there twice');
    versions.set(digest, version);
    if (!used.has(digest)) wrong('stray-bundle', 'it decided nothing here');
    const wasm = await findings.attempt('malformed-bundle', `${path}.wasm`, () => fromBase64(encoded));
    if (!wasm) continue;
    const recomputed = toHex(await sha256(concatBytes(wasm, utf8(data))));
    if (recomputed === digest) sound.set(digest, { wasm, data });
    else wrong('bundle-differs', `its bytes have the digest ${recomputed}`);
  }
  for (const { id, bundle_digest, bundle_version } of decisions) {
    const version = versions.get(bundle_digest);
    const wrong = (code: string, what: string) => findings.add('INVALID', code, `decision ${id}: ${what}`, 'policy_decisions');
    if (version === undefined) wrong('bundle-missing', `the policy bundle ${bundle_digest} is not here`);
    else if (version !== bundle_version) wrong('decision-differs', 'it names another version of its policy bundle');
  }
  return sound;
}
