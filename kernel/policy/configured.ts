import { join } from 'node:path';
import { type Config, ConfigError } from '../config/config.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { type Bundle, readBundles } from './bundle.ts';
import { CompiledBundle } from './compiled.ts';
import { distrust, type TrustedKeys } from './signature.ts';

/** What lies in a folder of policies. */
export interface Configured {
  readonly sound: readonly Bundle[];
  /** Why others do not load, in words. They take the place of none that does. */
  readonly broken: readonly string[];
}

/** @throws ConfigError where keys are configured, and a bundle is signed by none of them; Error where the folder is not as it was built */
export async function openConfigured({ folder, trustedKeys }: Config['policies']): Promise<Configured> {
  const { untrusted, ...configured } = await openFolder(folder, trustedKeys);
  if (untrusted.length > 0) throw new ConfigError(untrusted.map((why) => `policies: a bundle in ${folder} is refused: ${why}`));
  return configured;
}

/** Reads, judges and compiles the bundles of a folder. @throws Error where the folder is not as it was built */
export async function openFolder(folder: string, trustedKeys: TrustedKeys): Promise<Configured & { readonly untrusted: readonly string[] }> {
  const bundles = await readBundles(folder);
  const untrusted = bundles.flatMap((bundle) => distrust(bundle, trustedKeys) ?? []);
  const sound: Bundle[] = [];
  const broken: string[] = [];
  for (const bundle of bundles) {
    await CompiledBundle.compile(bundle).then(
      () => sound.push(bundle),
      (error: Error) => broken.push(`the bundle ${bundle.id} ${bundle.version} does not load: ${error.message}`),
    );
  }
  return { sound, broken, untrusted };
}

/** A pack whose policy no bundle answers could only ever refuse: better it says so at once. */
export function requirePolicies(packs: PackRegistry, { sound, broken }: Configured): void {
  const answered = sound.flatMap(({ entrypoints }) => entrypoints);
  for (const pack of packs.all) {
    const missing = pack.policies.flatMap(({ entrypoints }) => entrypoints).find((entrypoint) => !answered.includes(entrypoint));
    const mend = `build it: npm run policies:build, or summit policy build ${join(packs.folderOf(pack.id) ?? '', 'policies')} where the pack brings its own`;
    if (missing) packs.fail(pack.id, [`no compiled policy bundle answers ${missing}: ${mend}`, ...broken].join('; '));
  }
}
