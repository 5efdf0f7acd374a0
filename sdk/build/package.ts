import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileSdk, SDK } from './compile.ts';

/** `npm run sdk:build`: `sdk/dist` is what `npm publish` publishes and `npm pack` packs. */

interface PackageJson {
  readonly exports: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

/** The kit starts a kernel: it comes with that, and `summit pack test` has it. */
const TESTING = './testing';

/** Makes the package anew: Node strips no types under `node_modules`, so what is published is JavaScript beside its declarations. */
export function packageSdk(target: string): void {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  compileSdk(target);
  for (const file of ['README.md', 'manifest.schema.json']) cpSync(join(SDK, file), join(target, file));
  const source = JSON.parse(readFileSync(join(SDK, 'package.json'), 'utf8')) as PackageJson;
  const offered = Object.entries(source.exports).filter(([name]) => name !== TESTING);
  const exports = Object.fromEntries(offered.map(([name, file]) => [name, publishedAs(file)]));
  writeFileSync(join(target, 'package.json'), `${JSON.stringify({ ...source, exports }, null, 2)}\n`);
}

function publishedAs(file: string) {
  if (!file.endsWith('.ts')) return file;
  return { types: file.replace(/\.ts$/, '.d.ts'), default: file.replace(/\.ts$/, '.js') };
}

if (import.meta.main) packageSdk(join(SDK, 'dist'));
