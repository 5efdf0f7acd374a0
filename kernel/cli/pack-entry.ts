import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';

/** As `packs` in the configuration names a folder, on every system. @param folder absolute @param config the path of its file */
export function packEntry(folder: string, config: string): string {
  const path = relative(dirname(resolve(config)), folder).replaceAll(sep, '/');
  return path.startsWith('.') || isAbsolute(path) ? path : `./${path}`;
}
