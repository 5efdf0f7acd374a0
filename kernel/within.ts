import { isAbsolute, relative, sep } from 'node:path';

/** Whether a path is a folder's own or lies somewhere in it. Both absolute. */
export function isWithin(folder: string, path: string): boolean {
  const from = relative(folder, path);
  // On Windows the way to another drive is absolute.
  return from !== '..' && !from.startsWith(`..${sep}`) && !isAbsolute(from);
}
