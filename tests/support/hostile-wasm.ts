/** WebAssembly that looks as if OPA had compiled it, up to its evaluation, whose code a test gives. */

const I32 = 0x7f;
/** `opa_eval` has seven parameters. */
const TYPES = [
  [[], [I32]],
  [[I32], [I32]],
  [[I32, I32], [I32]],
  [[I32], []],
  [Array(7).fill(I32), [I32]],
] as const;

const DATA = new Map([
  [16, '{}\0'],
  [64, '{"high_risk/operations/decision":0}\0'],
]);

/** @param evaluation instructions, without their end; an address is to be left on the stack */
export function hostileWasm(evaluation: readonly number[], more: { import?: string; ownMemory?: true } = {}): Uint8Array<ArrayBuffer> {
  const functions: readonly (readonly [string, number, readonly number[]])[] = [
    ['builtins', 0, [0x41, 16]],
    ['entrypoints', 0, [0x41, 0xc0, 0x00]],
    ['opa_heap_ptr_get', 0, [0x41, 0x80, 0x20]],
    ['opa_json_dump', 1, [0x20, 0]],
    ['opa_malloc', 1, [0x41, 0x80, 0x20]],
    ['opa_json_parse', 2, [0x41, 1]],
    ['opa_heap_ptr_set', 3, []],
    ['opa_eval', 4, evaluation],
  ];
  const stray = more.import === undefined ? [] : [[...text('env'), ...text(more.import), 0, 3]];
  const body = (code: readonly number[]) => sized([0, ...code, 0x0b]);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(TYPES.map(([from, to]) => [0x60, ...list(from.map((type) => [type])), ...list(to.map((type) => [type]))]))),
    ...section(2, list([[...text('env'), ...text('memory'), 2, 0, 1], ...stray])),
    ...section(3, list(functions.map(([, type]) => [type]))),
    ...(more.ownMemory ? section(5, list([[0, 1]])) : []),
    ...section(6, list([1, 2].map((version) => [I32, 0, 0x41, version, 0x0b]))),
    ...section(
      7,
      list([
        ...functions.map(([name], index) => [...text(name), 0, index + stray.length]),
        [...text('opa_wasm_abi_version'), 3, 0],
        [...text('opa_wasm_abi_minor_version'), 3, 1],
      ]),
    ),
    ...section(10, list(functions.map(([, , code]) => body(code)))),
    ...section(11, list([...DATA].map(([at, content]) => [0, 0x41, ...signed(at), 0x0b, ...text(content)]))),
  ]);
}

/** Never ends. */
export const LOOP = [0x03, 0x40, 0x0c, 0, 0x0b, 0x41, 16];
/** Gives up. */
export const TRAP = [0x00];

function section(id: number, content: readonly number[]): readonly number[] {
  return [id, ...sized(content)];
}

function list(items: readonly (readonly number[])[]): readonly number[] {
  return [items.length, ...items.flat()];
}

function text(value: string): readonly number[] {
  return sized([...Buffer.from(value)]);
}

function sized(content: readonly number[]): readonly number[] {
  return [...unsigned(content.length), ...content];
}

function unsigned(value: number): readonly number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >> 7)];
}

function signed(value: number): readonly number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
