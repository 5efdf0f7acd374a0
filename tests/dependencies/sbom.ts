import { type Component, unfitLicences } from './licences.ts';
import { npmJson } from './npm.ts';

/** `npm run sbom`: prints what production is made of, as CycloneDX, and ends with 1 where a licence is not known to be permissive. */
const sbom = npmJson(['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev']) as {
  readonly bomFormat: string;
  readonly components: readonly Component[];
};
if (sbom.bomFormat !== 'CycloneDX' || sbom.components.length === 0) throw new Error('npm sbom answers no CycloneDX document with components');
process.stdout.write(`${JSON.stringify(sbom, null, 2)}\n`);
const unfit = unfitLicences(sbom.components);
const verdict = unfit.length === 0 ? 'all under permissive licences' : `not under a licence that is known to be permissive:\n${unfit.join('\n')}`;
process.stderr.write(`${sbom.components.length} components, ${verdict}\n`);
process.exitCode = unfit.length === 0 ? 0 : 1;
