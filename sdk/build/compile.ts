import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const SDK = join(import.meta.dirname, '..');

/** JavaScript and declarations of all that the SDK offers, in the layout of its sources. @throws Error with what the compiler says */
export function compileSdk(target: string): void {
  const compiler = join(SDK, '../node_modules/typescript/bin/tsc');
  const { status, stdout, error } = spawnSync(process.execPath, [compiler, '-p', join(SDK, 'build'), '--outDir', target], { encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`the SDK does not compile:\n${stdout}`);
}
