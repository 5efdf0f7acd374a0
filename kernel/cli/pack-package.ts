import type { PolicyManifest } from '../../policies/manifest.ts';
import type { Pack } from '../../sdk/index.ts';

/** By path within the package, what a file holds. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** The package.json that lies in a pack's folder, as far as it goes into the one that is published. */
export interface OwnPackage {
  readonly name?: string;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, object>>;
}

/** By this people find packs at a registry. */
const KEYWORD = 'summit-pack';

/** Taken over as they are. */
const KEPT = ['license', 'author', 'contributors', 'repository', 'homepage', 'bugs', 'publishConfig', 'engines', 'os', 'cpu', 'optionalDependencies'];

/** The package.json of a built pack, and what whoever publishes it should know. What may differ from Summit to Summit is not its dependency but its peer. */
export function publishedPackage(pack: Pack, own: OwnPackage, contents: Files) {
  const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {}, keywords = [] } = own;
  const { '@summit/sdk': _, ...installed } = dependencies;
  const published = {
    name: own.name ?? `summit-pack-${pack.id}`,
    version: pack.version,
    description: own.description ?? pack.title,
    keywords: [...new Set([KEYWORD, ...keywords])],
    ...Object.fromEntries(Object.entries(own).filter(([key]) => KEPT.includes(key))),
    type: 'module',
    exports: { '.': './manifest.js', './package.json': './package.json' },
    files: [...new Set([...contents.keys()].map((path) => path.split('/', 1)[0]))].sort(),
    ...(Object.keys(installed).length > 0 ? { dependencies: installed } : {}),
    peerDependencies: { ...peerDependencies, '@summit/sdk': pack.summit },
    // The Summit that loads a pack gives it its own: there is nothing to install.
    peerDependenciesMeta: { ...peerDependenciesMeta, '@summit/sdk': { optional: true } },
  };
  return { published, notes: [...policyNotes(pack, contents), ...readmeNotes(contents)] };
}

function policyNotes({ policies }: Pack, contents: Files): readonly string[] {
  const manifest = contents.get('policies/manifest.json');
  const brought = manifest ? (JSON.parse(Buffer.from(manifest).toString()) as PolicyManifest).bundles.map(({ id }) => id) : [];
  return policies
    .filter(({ bundle }) => !brought.includes(bundle))
    .map(({ bundle }) => `the policy ${bundle} is not in the package: whoever installs it must have it configured`);
}

function readmeNotes(contents: Files): readonly string[] {
  return contents.has('README.md') ? [] : ['it has no README.md: say there what the pack is for, and what its settings are'];
}
