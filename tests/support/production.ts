import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Makes the copy of `config` in a folder one that production takes. @returns the variables for it */
export function readyForProduction(folder: string): NodeJS.ProcessEnv {
  const path = join(folder, 'config/summit.json');
  const config = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(join(folder, 'log.secret'), randomBytes(32));
  writeFileSync(path, JSON.stringify({ ...config, log: { ...config.log, secret_file: '../log.secret', guard: { folder: '../guard' } } }));
  return { NODE_ENV: 'production', SUMMIT_DATABASE: 'embedded' };
}
