import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type BuildFailure, type BuildOptions, build, type Plugin } from 'esbuild';
import { ICONS } from '../../sdk/ui/icon-names.ts';
import { isWithin } from '../within.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The first that know all of: light-dark(), Ed25519 in WebCrypto, Promise.withResolvers. */
const BROWSERS = ['chrome137', 'firefox129', 'safari17.5'];

export interface Asset {
  readonly type: string;
  readonly bytes: Uint8Array;
  readonly gzip: Uint8Array;
  readonly brotli: Uint8Array;
}

/** A browser module that a pack declares. */
export interface PackModule {
  readonly pack: string;
  /** Where the pack lies. Absolute. */
  readonly folder: string;
  /** From there. */
  readonly module: string;
  /** Absolute. */
  readonly file: string;
}

export interface Bundle {
  /** By the path that it is served at; the name holds a hash of the content. */
  readonly assets: ReadonlyMap<string, Asset>;
  readonly script: string;
  readonly style: string;
  readonly icons: string;
  /** The thread that verifies evidence. */
  readonly verifier: string;
  /** What the script needs at once. */
  readonly preload: readonly string[];
  /** By `<pack>/<module>`. */
  readonly modules: ReadonlyMap<string, string>;
  /** What did not build, and why. The lists that it would refine are shown without. */
  readonly failed: readonly { readonly pack: string; readonly reason: string }[];
}

/** Builds the shell and the packs' modules together, so that they share one copy of what they all use. @throws where the shell itself does not build */
export async function bundle(modules: readonly PackModule[], icons: readonly string[]): Promise<Bundle> {
  const failed: { pack: string; reason: string }[] = [];
  let sound = modules;
  for (;;) {
    try {
      return { ...(await built(sound, icons)), failed };
    } catch (error) {
      const faulty = concerned(error, sound) ?? (await faultyAlone(error, sound, icons));
      failed.push(...[...faulty].map(([pack, reason]) => ({ pack, reason })));
      sound = sound.filter(({ pack }) => !faulty.has(pack));
    }
  }
}

/** By pack, why it is left out. */
type Faulty = ReadonlyMap<string, string>;

/** The pack in whose files the error lies; null where it lies in nobody's. */
function concerned(error: unknown, modules: readonly PackModule[]): Faulty | null {
  const { errors = [] } = error as Partial<BuildFailure>;
  const faulty = modules.find((module) => errors.some((found) => concerns(module, found)));
  return faulty ? new Map([[faulty.pack, reasonOf(error)]]) : null;
}

/** In the module, or anywhere in its pack. */
function concerns({ folder, file }: PackModule, { text, location }: BuildFailure['errors'][number]): boolean {
  return text.includes(file) || (location !== null && isWithin(folder, resolve(root, location.file)));
}

/**
 * The packs that do not build even alone, as where they import a package that does not; all of them, where each does.
 * @throws the shell's own error, where it does not build without any
 */
async function faultyAlone(error: unknown, modules: readonly PackModule[], icons: readonly string[]): Promise<Faulty> {
  await built([], icons);
  const packs = [...new Set(modules.map(({ pack }) => pack))];
  const faulty = new Map<string, string>();
  for (const pack of packs) {
    const own = modules.filter((module) => module.pack === pack);
    await built(own, []).catch((cause: unknown) => faulty.set(pack, reasonOf(cause)));
  }
  return faulty.size > 0 ? faulty : new Map(packs.map((pack) => [pack, `it does not build together with the other packs: ${reasonOf(error)}`]));
}

function reasonOf(error: unknown): string {
  const { errors = [] } = error as Partial<BuildFailure>;
  if (errors.length === 0) return error instanceof Error ? error.message : String(error);
  return errors.map(({ text, location }) => (location ? `${location.file}:${location.line}: ${text}` : text)).join('; ');
}

async function built(modules: readonly PackModule[], icons: readonly string[]): Promise<Omit<Bundle, 'failed'>> {
  const entries = new Map([
    ['shell', `${root}ui-shell/main.ts`],
    ['style', `${root}ui-shell/styles/index.css`],
    ['verifier', `${root}ui-shell/verify-worker.ts`],
    ...modules.map(({ pack, module, file }) => [`${pack}/${module.replace(/\.[tj]s$/, '')}`, file] as const),
  ]);
  const { outputFiles, metafile } = await build({
    ...options,
    entryPoints: [...entries].map(([out, file]) => ({ in: file, out })),
  });
  const assets = new Map(
    await Promise.all(outputFiles.map(async ({ path, contents }) => [urlOf(relative(root, path)), await asset(typeOf(path), contents)] as const)),
  );
  const sprite = await spriteOf([...new Set([...ICONS, ...icons])]);
  const spriteUrl = `/assets/icons-${createHash('sha256').update(sprite).digest('hex').slice(0, 8).toUpperCase()}.svg`;
  assets.set(spriteUrl, await asset('image/svg+xml', Buffer.from(sprite)));

  const outputs = Object.entries(metafile.outputs);
  const madeFrom = (file: string): string => {
    const [path] = outputs.find(([, { entryPoint }]) => entryPoint === slashed(relative(root, file))) ?? [];
    if (path === undefined)
      throw new TypeError(`nothing was built from ${file}: is it a link, or is there a module of the same name in TypeScript and in JavaScript?`);
    return urlOf(path);
  };
  const shell = outputs.find(([path]) => urlOf(path) === madeFrom(`${root}ui-shell/main.ts`))?.[1];
  return {
    assets,
    script: madeFrom(entries.get('shell') ?? ''),
    style: madeFrom(entries.get('style') ?? ''),
    verifier: madeFrom(entries.get('verifier') ?? ''),
    icons: spriteUrl,
    preload: (shell?.imports ?? []).filter(({ kind }) => kind === 'import-statement').map(({ path }) => urlOf(path)),
    modules: new Map(modules.map(({ pack, module, file }) => [`${pack}/${module}`, madeFrom(file)])),
  };
}

/** What there may be only one of: a second copy knows nothing of the state that the first one keeps. */
const SHARED = /^(@summit\/sdk|preact|preact-iso|htm|@preact\/signals)(\/|$)/;

/** Whoever imports one of these gets that of this Summit, wherever they lie and whatever is installed beside them; as `one-sdk.ts` does for the server. */
function oneKit(): Plugin {
  return {
    name: 'one-kit',
    setup(building) {
      building.onResolve({ filter: SHARED }, ({ path, kind, pluginData }) =>
        // What is asked for here comes by once more.
        pluginData === HERE ? undefined : building.resolve(path, { kind, resolveDir: root, pluginData: HERE }),
      );
    },
  };
}

const HERE = Symbol('resolved from this Summit');

const options = {
  absWorkingDir: root,
  outdir: 'assets',
  write: false,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'browser',
  target: BROWSERS,
  minify: true,
  metafile: true,
  charset: 'utf8',
  legalComments: 'none',
  entryNames: '[dir]/[name]-[hash]',
  chunkNames: 'chunk-[hash]',
  logLevel: 'silent',
  plugins: [oneKit()],
} satisfies BuildOptions;

/** @param path of an output, from the root on */
function urlOf(path: string): string {
  return `/${slashed(path)}`;
}

/** As esbuild names files on every system. */
function slashed(path: string): string {
  return path.replaceAll('\\', '/');
}

function typeOf(path: string): string {
  return extname(path) === '.css' ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8';
}

/** Level 9 is as good as nothing worse, in a fifth of the time of the last. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

async function asset(type: string, bytes: Uint8Array): Promise<Asset> {
  const [zipped, brotli] = await Promise.all([promisify(gzip)(bytes), promisify(brotliCompress)(bytes, BROTLI)]);
  return { type, bytes, gzip: zipped, brotli };
}

/** The icons that are used, each as a symbol by its name. */
async function spriteOf(names: readonly string[]): Promise<string> {
  const symbols = await Promise.all(
    names.map(async (name) => {
      const svg = await readFile(`${root}node_modules/lucide-static/icons/${name}.svg`, 'utf8');
      const inside = svg.replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '');
      return `<symbol id="${name}" viewBox="0 0 24 24">${inside.replaceAll(/\s+/g, ' ').trim()}</symbol>`;
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`;
}
