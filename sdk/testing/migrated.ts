import { KERNEL_PACK } from '../../kernel/admission.ts';
import { openDatabase } from '../../kernel/database/database.ts';
import { embeddedDriver } from '../../kernel/database/embedded.ts';
import { kernelEntities } from '../../kernel/database/tables.ts';

let dump: Promise<Blob> | undefined;

/** The embedded database as the kernel's own migrations leave it, made once: it takes seconds. Packs come to it as they come to a server that runs already. */
export function migrated(): Promise<Blob> {
  dump ??= dumpMigrated();
  return dump;
}

async function dumpMigrated(): Promise<Blob> {
  const engine = embeddedDriver(null);
  const database = await openDatabase({ engine, packs: [{ id: KERNEL_PACK, entities: kernelEntities, migrations: [] }] });
  try {
    await database.migrate();
    return await engine.postgres.dump();
  } finally {
    await database.close();
  }
}
