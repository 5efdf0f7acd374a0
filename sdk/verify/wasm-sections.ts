const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const MEMORY = 5;

/**
 * Refuses a module that brings its own memory, which our maximum would not bind; what OPA compiles imports it. Sections are an id, their size and their content (WebAssembly core, 5.5).
 * @throws TypeError
 */
export function assertImportsMemory(wasm: Uint8Array): void {
  if (HEADER.some((byte, index) => wasm[index] !== byte)) throw new TypeError('it is no WebAssembly');
  for (let at = HEADER.length; at < wasm.length; ) {
    const id = wasm[at];
    const { value: size, next } = unsignedAt(wasm, at + 1);
    if (id === MEMORY) throw new TypeError('it brings a memory of its own');
    at = next + size;
  }
}

/** LEB128, at most 32 bits. */
function unsignedAt(bytes: Uint8Array, start: number): { value: number; next: number } {
  let value = 0;
  for (let count = 0; count < 5; count++) {
    const byte = bytes[start + count];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * count);
    if (byte < 0x80) return { value, next: start + count + 1 };
  }
  throw new TypeError('it is no whole WebAssembly');
}
