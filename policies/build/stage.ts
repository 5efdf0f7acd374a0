import { copyFileSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Summit's own policies. The library below them is shared with every other folder of policies. */
export const SUMMIT_POLICIES = join(import.meta.dirname, '..');

/** A copy of what one folder is compiled from: its own files, and those of the shared library. */
export interface Staged {
  readonly folder: string;
  /** The files that the folder brings itself, sorted, relative to it. */
  readonly own: readonly string[];
}

/** Every file that OPA reads, sorted, relative to the folder. */
export function listFiles(folder: string): string[] {
  return globSync('**/{*.rego,data.json}', { cwd: folder, exclude: ['compiled/**', 'build/**'] })
    .map((file) => file.replaceAll('\\', '/'))
    .sort();
}

export function isTest(file: string): boolean {
  return file.endsWith('_test.rego');
}

export function isLibrary(file: string): boolean {
  return file.startsWith('lib/');
}

/** Where a source of a folder lies: a library that the folder does not bring itself is the shared one. */
export function sourcePath(folder: string, file: string): string {
  const own = join(folder, file);
  return isLibrary(file) && !existsSync(own) ? join(SUMMIT_POLICIES, file) : own;
}

/** Copies the sources of a folder to `target`. The tests of the shared library are left out: they are Summit's. */
export function stage(folder: string, target: string): Staged {
  const own = listFiles(folder);
  const shared = listFiles(SUMMIT_POLICIES).filter((file) => isLibrary(file) && !isTest(file));
  for (const file of new Set([...own, ...shared])) copy(sourcePath(folder, file), join(target, file));
  return { folder: target, own };
}

/** Copies files aside, so that OPA sees those alone and by the same relative names wherever it runs. */
export function copyFiles(from: string, files: readonly string[], target: string): void {
  for (const file of files) copy(join(from, file), join(target, file));
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}

/** Calls `use` with an empty folder that is gone afterwards. */
export async function withFolder<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'policies-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
