import { resolve } from 'node:path';

export const DEFAULT_DATA_DIR = '.data';

/** Where a server keeps its data, read without the rest of the configuration: a command that finds a server there needs nothing else. */
export function dataDirOf({ SUMMIT_DATA_DIR }: NodeJS.ProcessEnv, root: string): string {
  // An empty variable is how a shell or a compose file says "not set".
  return resolve(root, SUMMIT_DATA_DIR || DEFAULT_DATA_DIR);
}
