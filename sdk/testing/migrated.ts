import { KERNEL_PACK } from '../../kernel/admission.ts';
import { openDatabase } from '../../kernel/database/database.ts';
import { embeddedDriver } from '../../kernel/database/embedded.ts';
import { kernelEntities } from '../../kernel/database/tables.ts';
import { loadPacks } from '../../kernel/packs/loader.ts';
import { VERSION } from '../../kernel/version.ts';

const dumps = new Map<string, Promise<Blob>>();

/** The embedded database as migrations leave it, made once for each set of packs: it takes seconds. */
export function migrated(packPaths: readonly string[]): Promise<Blob> {
  const key = packPaths.join('\n');
  const dump = dumps.get(key) ?? dumpMigrated(packPaths);
  dumps.set(key, dump);
  return dump;
}

async function dumpMigrated(packPaths: readonly string[]): Promise<Blob> {
  const engine = embeddedDriver(null);
  const packs = await loadPacks(packPaths, VERSION);
  const database = await openDatabase({ engine, packs: [{ id: KERNEL_PACK, entities: kernelEntities, migrations: [] }, ...packs.all] });
  try {
    // A pack whose migrations fail is told so again when the server starts on what the others have left.
    await database.migrate();
    return await engine.postgres.dump();
  } finally {
    await database.close();
  }
}
