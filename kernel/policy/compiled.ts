import { type LoadedPolicy, loadPolicy } from '@open-policy-agent/opa-wasm';
import { assertImportsMemory } from '../../sdk/verify/wasm-sections.ts';
import type { Bundle } from './bundle.ts';
import { type PolicyResult, resultOf } from './result.ts';

export interface Evaluation {
  readonly result: PolicyResult;
  readonly durationNs: number;
}

/** A bundle that cannot be used, or a policy that gave no decision. The message says why. */
export class PolicyFailure extends Error {}

/** Pages of 64 KiB: 320 KiB at first, 32 MiB at most. */
const MEMORY = { initial: 5, maximum: 512 };
const MAX_INPUT_BYTES = 1_048_576;

/** What the evaluator offers to the wasm. None of it reads a clock, a network or randomness, so decisions can be replayed. */
const HOST_BUILTINS: ReadonlySet<string> = new Set(['json.is_valid', 'regex.split', 'sprintf', 'yaml.is_valid', 'yaml.marshal', 'yaml.unmarshal']);

type Content = Pick<Bundle, 'wasm' | 'dataText' | 'entrypoints'>;

/** A bundle ready to decide: compiled once, with an instance that is replaced whenever an evaluation has thrown. */
export class CompiledBundle {
  readonly #module: WebAssembly.Module;
  readonly #data: object;
  #instance: Promise<LoadedPolicy> | null = null;

  private constructor(module: WebAssembly.Module, data: object) {
    this.#module = module;
    this.#data = data;
  }

  /** @throws PolicyFailure where it is no policy, or needs a builtin or names an entrypoint that is not there */
  static async compile({ wasm, dataText, entrypoints }: Content): Promise<CompiledBundle> {
    try {
      assertImportsMemory(wasm);
      const module = await WebAssembly.compile(new Uint8Array(wasm));
      const compiled = new CompiledBundle(module, JSON.parse(dataText) as object);
      const instance = await compiled.#load();
      assertBuiltins(instance);
      assertEntrypoints(instance, entrypoints);
      return compiled;
    } catch (error) {
      throw failure(error);
    }
  }

  /** @param inputText JSON @throws PolicyFailure */
  async evaluate(entrypoint: string, inputText: string): Promise<Evaluation> {
    const input = new TextEncoder().encode(inputText);
    if (input.length > MAX_INPUT_BYTES) throw new PolicyFailure(`its input of ${input.length} bytes is over the limit of ${MAX_INPUT_BYTES}`);
    try {
      const instance = await this.#sound();
      const started = process.hrtime.bigint();
      const answers: unknown = instance.evaluate(input.buffer, entrypoint);
      const durationNs = Number(process.hrtime.bigint() - started);
      return { result: resultOf(answers), durationNs };
    } catch (error) {
      // Its memory may be in any state.
      this.#instance = null;
      throw failure(error);
    }
  }

  /** The instance that is in use once it is awaited: what another evaluation broke in the meantime is not. */
  async #sound(): Promise<LoadedPolicy> {
    for (;;) {
      const loading = this.#load();
      const instance = await loading;
      if (this.#instance === loading) return instance;
    }
  }

  /** Evaluation is synchronous, so that one instance serves a thread. */
  #load(): Promise<LoadedPolicy> {
    this.#instance ??= loadPolicy(this.#module, MEMORY).then((policy) => {
      policy.setData(this.#data);
      return policy;
    });
    return this.#instance;
  }
}

/** A builtin that is not there would throw only once a rule calls it. */
function assertBuiltins(policy: LoadedPolicy): void {
  const { exports } = 'instance' in policy.wasmInstance ? policy.wasmInstance.instance : policy.wasmInstance;
  const { builtins, opa_json_dump: dump } = exports;
  if (typeof builtins !== 'function' || typeof dump !== 'function') throw new TypeError('it was not compiled by OPA');
  const bytes = new Uint8Array(policy.mem.buffer);
  const start: number = dump(builtins());
  const needed = JSON.parse(Buffer.from(bytes.subarray(start, bytes.indexOf(0, start))).toString()) as object;
  const missing = Object.keys(needed).filter((name) => !HOST_BUILTINS.has(name));
  if (missing.length > 0) throw new TypeError(`it calls ${missing.join(', ')}, which policies here may not: facts come in as input`);
}

function assertEntrypoints(policy: LoadedPolicy, wanted: readonly string[]): void {
  const offered = Object.keys(policy.entrypoints as object);
  const missing = wanted.filter((name) => !offered.includes(name));
  if (missing.length > 0) throw new TypeError(`it has no entrypoint ${missing.join(', ')}, but ${offered.join(', ') || 'none'}`);
}

/** opa-wasm throws strings and plain objects as well as errors. */
function failure(error: unknown): PolicyFailure {
  if (error instanceof PolicyFailure) return error;
  if (typeof error === 'string') return new PolicyFailure(error);
  const message = typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : 'unknown error';
  return new PolicyFailure(message, { cause: error });
}
