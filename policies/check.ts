/** `npm run policies:check`: whether the policies that lie here are clean, tested and compiled as committed. */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { checkPolicies } from './build/check-policies.ts';
import { BuildError } from './build/opa.ts';
import { SUMMIT_POLICIES } from './build/stage.ts';

const root = join(SUMMIT_POLICIES, '..');
const ofPacks = globSync(['sdk/template/policies', 'docs/examples/*/policies'], { cwd: root }).map((folder) => join(root, folder));

try {
  for (const folder of [SUMMIT_POLICIES, ...ofPacks]) {
    const { complaints, coverage } = await checkPolicies(folder);
    for (const { file, percent } of coverage) console.log(`${file}: ${percent.toFixed(1)} % covered`);
    for (const complaint of complaints) console.error(`${folder}: ${complaint}`);
    if (complaints.length > 0) process.exitCode = 1;
  }
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
