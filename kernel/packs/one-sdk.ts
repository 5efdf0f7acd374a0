import { registerHooks } from 'node:module';

const SDK = /^@summit\/sdk(\/|$)/;

let shared = false;

/**
 * Whoever imports `@summit/sdk` from here on gets the SDK of this Summit, wherever they lie and whatever is installed beside
 * them: a second copy would bring entities and problems of its own, which the kernel does not take for entities and problems.
 */
export function shareSdk(): void {
  if (shared) return;
  shared = true;
  registerHooks({
    resolve: (specifier, context, nextResolve) => nextResolve(specifier, SDK.test(specifier) ? { ...context, parentURL: import.meta.url } : context),
  });
}
