/** `npm run policies:check`: whether the policies that lie here are clean, tested and compiled as committed. */
import { checkPolicies } from './build/check-policies.ts';
import { BuildError } from './build/opa.ts';
import { SUMMIT_POLICIES } from './build/stage.ts';

try {
  const { complaints, coverage } = await checkPolicies(SUMMIT_POLICIES);
  for (const { file, percent } of coverage) console.log(`${file}: ${percent.toFixed(1)} % covered`);
  for (const complaint of complaints) console.error(complaint);
  process.exitCode = complaints.length === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
