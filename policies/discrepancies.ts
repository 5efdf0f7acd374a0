import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles, sourcePath } from './build/stage.ts';
import { bundleDigest, compiledIn, type PolicyManifest, readManifest, sha256 } from './manifest.ts';

/** Where the sources, the compiled files and the manifest of a folder of policies do not belong together, in words. Needs no OPA. */
export function discrepancies(folder: string): string[] {
  const manifest = readManifest(folder);
  return [...changedSources(folder, manifest), ...changedOutputs(folder, manifest), ...strays(folder, manifest)];
}

function changedSources(folder: string, manifest: PolicyManifest): string[] {
  const compiled = new Map(compiledIn(manifest).flatMap(({ sources }) => Object.entries(sources)));
  return [...new Set([...listFiles(folder), ...compiled.keys()])].sort().flatMap((file) => {
    const path = sourcePath(folder, file);
    if (!existsSync(path)) return [`${file} was compiled and is gone`];
    const digest = compiled.get(file);
    if (digest === undefined) return [`${file} is not compiled`];
    return sha256(readFileSync(path)) === digest ? [] : [`${file} has changed since it was compiled`];
  });
}

function changedOutputs(folder: string, manifest: PolicyManifest): string[] {
  return compiledIn(manifest).flatMap(({ wasm, data, digest }) => {
    const missing = [wasm, ...(data === undefined ? [] : [data])].filter((file) => !existsSync(join(folder, file)));
    if (missing.length > 0) return missing.map((file) => `${file} is missing`);
    const found = bundleDigest(readFileSync(join(folder, wasm)), data === undefined ? undefined : readFileSync(join(folder, data)));
    return found === digest ? [] : [`${wasm} has digest ${found}, the manifest says ${digest}`];
  });
}

function strays(folder: string, manifest: PolicyManifest): string[] {
  const listed = new Set(compiledIn(manifest).flatMap(({ wasm, data }) => [wasm, data]));
  return readdirSync(join(folder, 'compiled'))
    .map((file) => `compiled/${file}`)
    .filter((file) => !listed.has(file))
    .map((file) => `${file} is in no manifest`);
}
