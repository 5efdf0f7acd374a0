import { type LoadedPolicy, loadPolicy } from '@open-policy-agent/opa-wasm';
import { type Bytes, utf8 } from './bytes.ts';
import { canonical } from './canonical.ts';
import { parseJson } from './json.ts';
import { assertImportsMemory } from './wasm-sections.ts';

/** What a policy bundle is asked. */
export interface Questions {
  readonly wasm: Bytes;
  /** JSON. */
  readonly data: string;
  /** Inputs are canonical JSON, the bytes that were judged. */
  readonly asked: readonly { readonly entrypoint: string; readonly input: string }[];
}

/** A result as canonical JSON, or why there is none. */
export type Answer = { readonly result: string } | { readonly failure: string };

/** Answers all questions, in their order. It never rejects: the wasm is an untrusted file's. */
export type Evaluator = (questions: Questions) => Promise<readonly Answer[]>;

/** Pages of 64 KiB: 320 KiB at first, 32 MiB at most. */
const MEMORY = { initial: 5, maximum: 512 };
const MAX_INPUT_BYTES = 1_048_576;

/** Of what the evaluator offers, all that reads nothing from outside and writes nothing: `opa_println` would write on the screen. */
const IMPORTS: ReadonlySet<string> = new Set(['memory', 'opa_abort', 'opa_builtin0', 'opa_builtin1', 'opa_builtin2', 'opa_builtin3', 'opa_builtin4']);
const EXPORTS = ['builtins', 'entrypoints', 'opa_json_dump', 'opa_wasm_abi_version', 'opa_wasm_abi_minor_version'];

/** Evaluates here and now. Wasm that loops holds up its thread for ever, so whoever cannot wait does this in another. */
export const evaluate: Evaluator = async ({ wasm, data, asked }) => {
  const load = await moduleOf(wasm).then(
    (module) => () => instanceOf(module, data),
    (error: unknown) => () => Promise.reject(error),
  );
  let instance = load();
  const answers: Answer[] = [];
  for (const { entrypoint, input } of asked) {
    try {
      answers.push({ result: answerOf(await instance, entrypoint, input) });
    } catch (error) {
      answers.push({ failure: messageOf(error) });
      // Its memory may be in any state.
      instance = load();
    }
  }
  await instance.catch(() => null);
  return answers;
};

async function moduleOf(wasm: Bytes): Promise<WebAssembly.Module> {
  assertImportsMemory(wasm);
  const module = await WebAssembly.compile(wasm);
  const stray = WebAssembly.Module.imports(module).find(({ module: from, name }) => from !== 'env' || !IMPORTS.has(name));
  if (stray) throw new TypeError(`it imports ${stray.module}.${stray.name}, which is not offered here`);
  const exported = WebAssembly.Module.exports(module).map(({ name }) => name);
  if (EXPORTS.some((name) => !exported.includes(name))) throw new TypeError('it was not compiled by OPA');
  return module;
}

async function instanceOf(module: WebAssembly.Module, data: string): Promise<LoadedPolicy> {
  const policy = await loadPolicy(module, MEMORY);
  policy.setData(utf8(data).buffer);
  return policy;
}

function answerOf(policy: LoadedPolicy, entrypoint: string, input: string): string {
  const bytes = utf8(input);
  if (bytes.length > MAX_INPUT_BYTES) throw new TypeError(`its input of ${bytes.length} bytes is over the limit of ${MAX_INPUT_BYTES}`);
  const answers: unknown = policy.evaluate(bytes.buffer, entrypoint);
  const result: unknown = Array.isArray(answers) && answers.length === 1 ? answers[0]?.result : undefined;
  if (result === undefined) throw new TypeError('its result is undefined');
  return canonical(parseJson(JSON.stringify(result)));
}

/** opa-wasm throws strings and plain objects as well as errors. */
function messageOf(error: unknown): string {
  if (typeof error === 'string') return error;
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : 'unknown error';
}
