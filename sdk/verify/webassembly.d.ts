/** What of the WebAssembly JavaScript interface is used here. TypeScript has it in its browser library only. */
declare namespace WebAssembly {
  interface ModuleExport {
    readonly name: string;
  }
  interface ModuleImport extends ModuleExport {
    readonly module: string;
  }
  class Module {
    static imports(module: Module): readonly ModuleImport[];
    static exports(module: Module): readonly ModuleExport[];
    constructor(bytes: Uint8Array);
  }
  class Memory {
    readonly buffer: ArrayBuffer;
  }
  class Instance {
    readonly exports: Readonly<Record<string, unknown>>;
  }
  interface WebAssemblyInstantiatedSource {
    readonly module: Module;
    readonly instance: Instance;
  }
  interface MemoryDescriptor {
    readonly initial: number;
    readonly maximum?: number;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
}
