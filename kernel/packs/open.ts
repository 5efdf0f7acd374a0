import type { Pack } from '../../sdk/index.ts';
import { KERNEL_PACK } from '../admission.ts';
import type { Config } from '../config/config.ts';
import type { DatabaseOptions } from '../database/database.ts';
import { kernelEntities } from '../database/tables.ts';
import { withBrought } from '../policy/brought.ts';
import type { Bundle } from '../policy/bundle.ts';
import { openConfigured, requirePolicies } from '../policy/configured.ts';
import { VERSION } from '../version.ts';
import { loadPacks } from './loader.ts';
import type { PackRegistry } from './registry.ts';

/**
 * The configured packs, and the policies of the configured folder and of the packs. A pack whose policy is not there has failed.
 * @param rig for tests: puts something else in the place of what a pack declares
 * @throws ConfigError where a bundle of the folder is signed by no configured key; Error where the folder is not as it was built
 */
export async function openPacks(
  { packPaths, policies }: Pick<Config, 'packPaths' | 'policies'>,
  rig?: (pack: Pack) => Pack,
): Promise<{ readonly packs: PackRegistry; readonly policies: readonly Bundle[] }> {
  const [packs, inFolder] = await Promise.all([loadPacks(packPaths, VERSION), openConfigured(policies)]);
  if (rig) packs.rig(rig);
  const configured = await withBrought(packs, inFolder, policies);
  requirePolicies(packs, configured);
  return { packs, policies: configured.sound };
}

/** What has tables: the kernel, and the packs in the order of their dependencies. */
export function ownersOfTables(packs: PackRegistry): DatabaseOptions['packs'] {
  return [{ id: KERNEL_PACK, entities: kernelEntities, migrations: [] }, ...packs.all];
}
