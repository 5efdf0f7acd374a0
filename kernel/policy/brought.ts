import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { PackRegistry } from '../packs/registry.ts';
import type { Bundle } from './bundle.ts';
import { type Configured, openFolder } from './configured.ts';

/** The folder of policies that a pack brings, where it brings one that was built. @param folder of the pack */
export function policiesIn(folder: string): string | undefined {
  const policies = join(folder, 'policies');
  return existsSync(join(policies, 'manifest.json')) ? policies : undefined;
}

/**
 * What is configured, and the bundles that packs bring with them. A bundle that cannot be used, or that is there already,
 * disables the pack that brings it: nobody may be judged by another policy than the one that was meant.
 */
export async function withBrought(packs: PackRegistry, configured: Configured, policies: Config['policies']): Promise<Configured> {
  const sound = [...configured.sound];
  const whose = new Map(sound.map(({ id }) => [id, `the configured folder ${policies.folder}`]));
  for (const { id } of packs.all) {
    const folder = policiesIn(packs.folderOf(id) ?? '');
    // A pack may have been taken out since, with one that it requires.
    if (folder === undefined || !packs.find(id)) continue;
    const { bundles, faults } = await broughtIn(folder, policies);
    const taken = bundles.flatMap((bundle) => {
      const other = whose.get(bundle.id);
      return other === undefined
        ? []
        : [`the policy ${bundle.id} in ${folder} is in ${other} too: take one of them out, or call its package otherwise`];
    });
    const reasons = [...faults, ...taken];
    if (reasons.length > 0) {
      packs.fail(id, reasons.join('; '));
      continue;
    }
    sound.push(...bundles);
    for (const bundle of bundles) whose.set(bundle.id, `the pack ${id}`);
  }
  return { ...configured, sound };
}

async function broughtIn(folder: string, policies: Config['policies']): Promise<{ bundles: readonly Bundle[]; faults: readonly string[] }> {
  try {
    const { sound, broken, untrusted } = await openFolder(folder, policies.trustedKeys);
    return {
      bundles: sound,
      faults: [...untrusted.map((why) => `a policy in ${folder} is refused: ${why}`), ...broken.map((why) => `${folder}: ${why}`)],
    };
  } catch (error) {
    return { bundles: [], faults: [`its policies in ${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}`] };
  }
}
