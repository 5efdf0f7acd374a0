import type { Reader } from '../../sdk/index.ts';
import { KERNEL_GRANT, KERNEL_PACK } from '../admission.ts';
import { PackEnablements } from '../database/tables.ts';
import type { Grant } from '../identity/access.ts';

/** The ids of the packs that the tenant has, the kernel's own among them. */
export async function enabledPacks(db: Pick<Reader, 'find'>): Promise<ReadonlySet<string>> {
  const enablements = await db.find(PackEnablements, { status: 'enabled' });
  return new Set([KERNEL_PACK, ...enablements.map(({ pack_id }) => pack_id)]);
}

/** A pack as the tenant has it at the moment of a reader; null where it is not enabled. */
export async function grantOf(db: Pick<Reader, 'find'>, packId: string): Promise<Grant | null> {
  if (packId === KERNEL_PACK) return KERNEL_GRANT;
  const [enablement] = await db.find(PackEnablements, { pack_id: packId, status: 'enabled' });
  return enablement ? { id: packId, enabled: true, settings: enablement.settings, version: null } : null;
}
