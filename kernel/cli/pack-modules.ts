import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { type BuildFailure, type BuildOptions, type BuildResult, build, type Metafile } from 'esbuild';
import type { Pack } from '../../sdk/index.ts';
import { isWithin } from '../within.ts';
import { CliError } from './cli-error.ts';
import type { Files, OwnPackage } from './pack-package.ts';

/** What a Summit has for every pack. */
const GIVEN: ReadonlySet<string> = new Set(['@summit/sdk']);
/** And for its browser modules. */
const GIVEN_TO_VIEWS: ReadonlySet<string> = new Set([...GIVEN, 'preact', 'preact-iso', 'htm', '@preact/signals']);

/** The server part as one file with its map. What is of npm stays outside, to be installed. @throws CliError */
export async function bundledManifest(folder: string, own: OwnPackage): Promise<Files> {
  const entry = existsSync(join(folder, 'manifest.ts')) ? 'manifest.ts' : 'manifest.js';
  const { outputFiles, metafile } = await bundled({
    ...common(folder),
    entryPoints: [entry],
    // Nothing is written there; the map then names its sources from the package on, wherever that is written.
    outfile: join(folder, 'manifest.js'),
    platform: 'node',
    target: 'node24',
    sourcemap: true,
  });
  assertInside(metafile, folder, 'its server part imports');
  assertInstalled(metafile, GIVEN, own);
  return new Map(outputFiles.map(({ path, contents }) => [relative(folder, path), contents]));
}

/** The browser modules and what they import of the pack, as they are: the Switchboard builds them with its own. @throws CliError */
export async function viewSources({ views: { lists = [], pages = [] } = {} }: Pack, folder: string, own: OwnPackage): Promise<Files> {
  const modules = new Set([...lists, ...pages].flatMap(({ ui }) => (ui === undefined ? [] : [ui])));
  if (modules.size === 0) return new Map();
  const { metafile } = await bundled({
    ...common(folder),
    entryPoints: [...modules],
    outdir: join(folder, 'views'),
    platform: 'browser',
    splitting: true,
  });
  assertInside(metafile, folder, 'its views import');
  assertInstalled(metafile, GIVEN_TO_VIEWS, own);
  return new Map(Object.keys(metafile.inputs).map((path) => [path, readFileSync(join(folder, path))]));
}

function common(folder: string) {
  return {
    absWorkingDir: folder,
    bundle: true,
    write: false as const,
    format: 'esm',
    packages: 'external',
    metafile: true as const,
    charset: 'utf8',
    logLevel: 'silent',
    allowOverwrite: true,
    // Whatever lies above the pack is none of its sources.
    tsconfigRaw: {},
  } satisfies BuildOptions;
}

type Request = BuildOptions & { readonly metafile: true; readonly write: false };

async function bundled(options: Request): Promise<BuildResult<Request>> {
  try {
    return await build(options);
  } catch (error) {
    const { errors = [] } = error as Partial<BuildFailure>;
    if (errors.length === 0) throw error;
    const lines = errors.map(({ text, location }) => `${location ? `${location.file}:${location.line}: ` : ''}${text}`);
    throw new CliError(1, `${options.absWorkingDir} does not build:\n${lines.map((line) => `  - ${line}`).join('\n')}`);
  }
}

/** What lies elsewhere has versions and a licence of its own. @throws CliError */
function assertInside({ inputs }: Metafile, folder: string, what: string): void {
  const outside = Object.keys(inputs).filter((path) => !isWithin(folder, resolve(folder, path)));
  if (outside.length > 0) throw new CliError(1, `${folder}: ${what} ${outside.join(', ')}, which is not in the pack: move it there`);
}

/** A package that is imported and not listed would be missing where the pack is installed. @throws CliError */
function assertInstalled(
  { outputs }: Metafile,
  given: ReadonlySet<string>,
  { dependencies, optionalDependencies, peerDependencies }: OwnPackage,
): void {
  const listed = new Set([dependencies, optionalDependencies, peerDependencies].flatMap((named) => Object.keys(named ?? {})));
  const imported = Object.values(outputs).flatMap(({ imports }) => imports.flatMap(({ path, external }) => (external ? [nameIn(path)] : [])));
  const missing = new Set(imported.filter((name) => !(isBuiltin(name) || given.has(name) || listed.has(name))));
  if (missing.size === 0) return;
  throw new CliError(
    1,
    `the pack imports ${[...missing].sort().join(', ')}, which its package.json does not name among its dependencies: add it there`,
  );
}

/** The package of a specifier: `@acme/x` of `@acme/x/y.js`. */
function nameIn(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
