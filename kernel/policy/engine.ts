import { dependencies } from '../version.ts';
import type { Bundle } from './bundle.ts';
import { CompiledBundle, type Evaluation } from './compiled.ts';

/** Named in every decision, since another version might decide otherwise. */
export const ENGINE = `opa-wasm/${dependencies['@open-policy-agent/opa-wasm']}`;

/** A replay of years meets many bundles; those used last stay compiled. */
const MAX_COMPILED = 32;

/** Evaluates bundles in this thread, each compiled once. */
export class PolicyEngine {
  readonly #compiled = new Map<string, Promise<CompiledBundle>>();

  /** @param bundle its digest alone names it: tenants that say other things of the same content share what is compiled
   * @param inputText JSON @throws PolicyFailure: a policy that cannot answer, or answers in no shape we know, lets nothing through */
  async evaluate(bundle: Bundle, entrypoint: string, inputText: string): Promise<Evaluation> {
    return (await this.#compile(bundle)).evaluate(entrypoint, inputText);
  }

  #compile(bundle: Bundle): Promise<CompiledBundle> {
    const known = this.#compiled.get(bundle.digest);
    const compiled = known ?? CompiledBundle.compile({ ...bundle, entrypoints: [] });
    // A Map keeps the order of insertion: the first is the one that was used least recently.
    this.#compiled.delete(bundle.digest);
    this.#compiled.set(bundle.digest, compiled);
    if (!known) {
      compiled.catch(() => this.#compiled.delete(bundle.digest));
      const [oldest] = this.#compiled.keys();
      if (this.#compiled.size > MAX_COMPILED && oldest !== undefined) this.#compiled.delete(oldest);
    }
    return compiled;
  }
}
