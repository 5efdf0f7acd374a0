import { type Config, ConfigError } from '../config/config.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { type Bundle, readBundles } from './bundle.ts';
import { CompiledBundle } from './compiled.ts';
import { distrust } from './signature.ts';

/** What lies in the configured folder of policies. */
export interface Configured {
  readonly sound: readonly Bundle[];
  /** Why others do not load, in words. They take the place of none that does. */
  readonly broken: readonly string[];
}

/** @throws ConfigError where keys are configured, and a bundle is signed by none of them; Error where the folder is not as it was built */
export async function openConfigured({ folder, trustedKeys }: Config['policies']): Promise<Configured> {
  const bundles = await readBundles(folder);
  const untrusted = bundles.flatMap((bundle) => distrust(bundle, trustedKeys) ?? []);
  if (untrusted.length > 0) throw new ConfigError(untrusted.map((why) => `policies: a bundle in ${folder} is refused: ${why}`));
  const sound: Bundle[] = [];
  const broken: string[] = [];
  for (const bundle of bundles) {
    await CompiledBundle.compile(bundle).then(
      () => sound.push(bundle),
      (error: Error) => broken.push(`the bundle ${bundle.id} ${bundle.version} does not load: ${error.message}`),
    );
  }
  return { sound, broken };
}

/** A pack whose policy no bundle answers could only ever refuse: better it says so at once. */
export function requirePolicies(packs: PackRegistry, { sound, broken }: Configured): void {
  const answered = sound.flatMap(({ entrypoints }) => entrypoints);
  for (const pack of packs.all) {
    const missing = pack.policies.flatMap(({ entrypoints }) => entrypoints).find((entrypoint) => !answered.includes(entrypoint));
    if (missing) packs.fail(pack.id, [`no compiled policy bundle answers ${missing}: run npm run policies:build`, ...broken].join('; '));
  }
}
