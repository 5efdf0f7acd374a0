import { readFileSync } from 'node:fs';

interface Manifest {
  readonly version: string;
  /** Pinned exactly, by name. */
  readonly dependencies: Readonly<Record<string, string>>;
}

export const { version: VERSION, dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Manifest;
