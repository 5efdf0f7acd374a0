import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder of packs that a test writes. */
export interface PackFolder {
  readonly path: string;
  write(file: string, content: string): void;
  /**
   * A pack of one file.
   * @param declared what it declares beside its id, title, version and range, as source; the SDK is there as `sdk`
   * @param before source that stands before it
   * @returns its folder
   */
  pack(id: string, declared?: string, before?: string): string;
  remove(): void;
}

export function packFolder(): PackFolder {
  const path = mkdtempSync(join(tmpdir(), 'summit-packs-'));
  const write = (file: string, content: string) => {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), content);
  };
  return {
    path,
    write,
    pack(id, declared = '', before = '') {
      // What is declared twice here is declared by the later.
      const naming = `id: '${id}', title: 'Pack ${id}', version: '1.0.0', summit: '^0.1.0'`;
      write(`${id}/manifest.ts`, `import * as sdk from '@summit/sdk';\n${before}\nexport default sdk.definePack({ ${naming}, ${declared} });\n`);
      return join(path, id);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
