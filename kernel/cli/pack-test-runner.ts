import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { shareSdk } from '../packs/one-sdk.ts';

/** The process of `summit pack test`: runs suites of uvu that lie anywhere, with the SDK and the uvu of this Summit. */

const UVU = /^uvu(\/|$)/;

shareSdk();
registerHooks({
  resolve: (specifier, context, nextResolve) => nextResolve(specifier, UVU.test(specifier) ? { ...context, parentURL: import.meta.url } : context),
});

const { runSuiteFile } = await import('../../sdk/testing/suite-file.ts');
const [folder = '.', ...files] = process.argv.slice(2);
let passed = true;
for (const name of files) passed = (await runSuiteFile(name, join(folder, name))) && passed;
// What a test has left running ends with it, when all of it is printed.
process.stdout.write('', () => process.exit(passed ? 0 : 1));
