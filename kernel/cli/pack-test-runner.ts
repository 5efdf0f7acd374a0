import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { shareSdk } from '../packs/one-sdk.ts';

/** The process of `summit pack test`: runs suites of uvu that lie anywhere, with the SDK and the uvu of this Summit. */

declare global {
  // How uvu is told that its suites are run by somebody else.
  var UVU_DEFER: number;
}

const UVU = /^uvu(\/|$)/;

shareSdk();
registerHooks({
  resolve: (specifier, context, nextResolve) => nextResolve(specifier, UVU.test(specifier) ? { ...context, parentURL: import.meta.url } : context),
});

globalThis.UVU_DEFER = 1;
const [folder = '.', ...files] = process.argv.slice(2);
const { run } = await import('uvu/run');
await run(files.map((name) => ({ name, file: join(folder, name) })));
// What a test has left running ends with it, when all of it is printed.
process.stdout.write('', () => process.exit());
