import type { TenantFile } from '../config/tenant.ts';
import { expandSkus } from '../skus/tenant-packs.ts';
import type { PackRegistry } from './registry.ts';
import { settingsErrorsOf, unrecordableIn } from './settings.ts';

/** What is wrong with what a tenant's file says of packs, each error naming its field. */
export function packErrorsIn(file: TenantFile, registry: PackRegistry): readonly string[] {
  const { packs, errors } = expandSkus(file, registry);
  const enabled = Object.entries(packs).filter(([, pack]) => pack.enabled);
  const found = enabled.flatMap(([packId, { settings = {} }]) => {
    const pack = registry.find(packId);
    if (!pack) {
      // A pack that failed to load, perhaps before it could say its id, is reported elsewhere, and so is a SKU that lacks one of
      // its packs; its tenants keep their settings for when it is mended.
      const reported = !Object.hasOwn(file.packs, packId) || registry.failed.some((failed) => failed.id === packId || failed.guessed);
      return reported ? [] : [`${packId}: no such pack is configured`];
    }
    // What a SKU requires it enables, unless that contradicts the file.
    const missing = pack.sku ? [] : Object.keys(pack.requires).filter((required) => !packs[required]?.enabled);
    return [
      ...missing.map((required) => `${packId} requires ${required}: enable it too`),
      ...settingsErrorsOf(pack, settings).map(({ path, message }) => `${packId}.settings.${path} ${message}`),
    ];
  });
  const unrecordable = Object.entries(packs).flatMap(([packId, { settings = {} }]) =>
    unrecordableIn(settings).map(({ path, message }) => `${packId}.settings.${path} ${message}`),
  );
  return [...errors.map(({ path, message }) => `${path} ${message}`), ...found, ...unrecordable].map((error) => `tenant ${file.id}: packs.${error}`);
}
