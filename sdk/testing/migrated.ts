import { readFile } from 'node:fs/promises';
import { KERNEL_PACK } from '../../kernel/admission.ts';
import { openDatabase } from '../../kernel/database/database.ts';
import { type EmbeddedDriver, embeddedDriver } from '../../kernel/database/embedded.ts';
import { kernelEntities } from '../../kernel/database/tables.ts';

let code: Promise<WebAssembly.Module> | undefined;
let dump: Promise<Blob> | undefined;

/**
 * An embedded database in memory: a copy of what is given, or as the kernel's own migrations leave it, which is made once since it takes
 * seconds. Packs come to that as they come to a server that runs already.
 */
export async function embeddedFrom(data?: Blob): Promise<EmbeddedDriver> {
  return embeddedDriver(data ?? (await migrated()), await compiled());
}

/** As a dump, for those that open it otherwise. */
export function migrated(): Promise<Blob> {
  dump ??= dumpMigrated();
  return dump;
}

/** PGlite's code, compiled once for all that this process opens, which is most of what opening it takes. */
function compiled(): Promise<WebAssembly.Module> {
  code ??= readFile(new URL('pglite.wasm', import.meta.resolve('@electric-sql/pglite'))).then((bytes) => WebAssembly.compile(bytes));
  return code;
}

async function dumpMigrated(): Promise<Blob> {
  const engine = embeddedDriver(null, await compiled());
  const database = await openDatabase({ engine, packs: [{ id: KERNEL_PACK, entities: kernelEntities, migrations: [] }] });
  try {
    await database.migrate();
    return await engine.postgres.dump();
  } finally {
    await database.close();
  }
}
