import type { Reader } from '../../sdk/index.ts';
import { KERNEL_PACK } from '../admission.ts';
import { PackEnablements } from '../database/tables.ts';

/** The ids of the packs that the tenant has, the kernel's own among them. */
export async function enabledPacks(db: Pick<Reader, 'find'>): Promise<ReadonlySet<string>> {
  const enablements = await db.find(PackEnablements, { status: 'enabled' });
  return new Set([KERNEL_PACK, ...enablements.map(({ pack_id }) => pack_id)]);
}
