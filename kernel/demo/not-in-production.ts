import { Problem } from '../../sdk/errors.ts';

/** @param done what is not done there @throws Problem `invalid-state` in production, where nothing is made up and nothing deleted */
export function assertNotInProduction({ NODE_ENV }: { readonly NODE_ENV?: string | undefined }, done: 'seeded' | 'reset'): void {
  if (NODE_ENV === 'production')
    throw new Problem('invalid-state', `Nothing is ${done} in production (NODE_ENV=production), where all data is real.`);
}
