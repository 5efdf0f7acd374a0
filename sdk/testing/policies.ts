import { packageOf, readBundles } from '../../kernel/policy/bundle.ts';
import { CompiledBundle } from '../../kernel/policy/compiled.ts';
import type { PolicyResult } from '../../kernel/policy/result.ts';

/** A pack's compiled policies, to be asked in tests: no server, no database, no `opa`. */
export interface PolicyFixture {
  /**
   * What the policy says of an input, as the kernel would ask it: through the same evaluator, within the same limits.
   * @param entrypoint as the pack's actions name it: `high_risk/operations/decision`
   * @throws Error where no bundle answers it, or the policy gives no decision: the kernel lets nothing through then
   */
  decide(entrypoint: string, input: object): Promise<PolicyResult>;
}

/**
 * Loads the bundles of a `policies` folder by its manifest.
 *
 *     const policies = await loadPolicies(new URL('../policies', import.meta.url).pathname);
 *     const { allowed, reasons } = await policies.decide('acme/orders/decision', { subject, action, resource, context });
 *
 * @throws Error where a file is not the one that the manifest names by digest
 */
export async function loadPolicies(folder: string): Promise<PolicyFixture> {
  const bundles = await readBundles(folder);
  const compiled = new Map(await Promise.all(bundles.map(async (bundle) => [bundle.id, await CompiledBundle.compile(bundle)] as const)));
  return {
    async decide(entrypoint, input) {
      const bundle = compiled.get(packageOf(entrypoint));
      if (!bundle) throw new Error(`no bundle in ${folder} answers ${entrypoint}: it has ${[...compiled.keys()].join(', ')}`);
      return (await bundle.evaluate(entrypoint, JSON.stringify(input))).result;
    },
  };
}
