import { loadPolicy } from '@open-policy-agent/opa-wasm';
import { Problem } from '../../sdk/index.ts';
import type { Bundle } from './bundles.ts';

type LoadedPolicy = Awaited<ReturnType<typeof loadPolicy>>;

/** What a policy of ours answers. */
export interface PolicyResult {
  readonly allowed: boolean;
  readonly required_approvals: readonly string[];
  readonly reasons: readonly { readonly rule: string; readonly message: string }[];
}

export interface Evaluation {
  readonly result: PolicyResult;
  readonly durationNs: number;
}

/** Pages of 64 KiB: 320 KiB at first, 32 MiB at most. */
const MEMORY = { initial: 5, maximum: 512 };

/** Evaluates bundles in this process. One instance a digest, since evaluation is synchronous; one that threw is discarded. */
export class PolicyEngine {
  readonly #instances = new Map<string, Promise<LoadedPolicy>>();

  /** @throws Problem `unavailable`: a policy that cannot answer, or answers in no shape we know, lets nothing through */
  async evaluate(bundle: Bundle, entrypoint: string, input: object): Promise<Evaluation> {
    try {
      const policy = await this.#instance(bundle);
      const started = process.hrtime.bigint();
      const answers: unknown = policy.evaluate(input, entrypoint);
      const durationNs = Number(process.hrtime.bigint() - started);
      return { result: resultOf(answers), durationNs };
    } catch (error) {
      this.#instances.delete(bundle.digest);
      throw new Problem(
        'unavailable',
        `Policy ${entrypoint} (${bundle.digest.slice(0, 12)}) gave no decision: ${reasonOf(error)}. Nothing was changed.`,
      );
    }
  }

  #instance(bundle: Bundle): Promise<LoadedPolicy> {
    let instance = this.#instances.get(bundle.digest);
    if (instance === undefined) {
      instance = load(bundle);
      this.#instances.set(bundle.digest, instance);
    }
    return instance;
  }
}

async function load(bundle: Bundle): Promise<LoadedPolicy> {
  const policy = await loadPolicy(new Uint8Array(bundle.wasm), MEMORY);
  policy.setData(bundle.data);
  return policy;
}

function resultOf(answers: unknown): PolicyResult {
  const result: unknown = Array.isArray(answers) && answers.length === 1 ? answers[0]?.result : undefined;
  if (!isPolicyResult(result)) throw new TypeError('its result is undefined or has another shape than {allowed, required_approvals, reasons}');
  return result;
}

function isPolicyResult(value: unknown): value is PolicyResult {
  return (
    typeof value === 'object' &&
    value !== null &&
    'allowed' in value &&
    typeof value.allowed === 'boolean' &&
    'required_approvals' in value &&
    Array.isArray(value.required_approvals) &&
    value.required_approvals.every((role) => typeof role === 'string') &&
    'reasons' in value &&
    Array.isArray(value.reasons)
  );
}

/** opa-wasm throws strings and plain objects as well as errors. */
function reasonOf(error: unknown): string {
  if (typeof error === 'string') return error;
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : 'unknown error';
}
