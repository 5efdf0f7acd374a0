import { timingSafeEqual } from 'node:crypto';
import Router from '@koa/router';
import { Problem } from '../../sdk/index.ts';
import type { Commands } from '../cli/commands.ts';
import { readJson } from './body.ts';

/** What travels in a command is a compiled bundle at most, its wasm in base64. Who may send it owns all there is here anyway. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Where the CLI asks a running server to do what needs its database. The credential lies in the data directory, readable
 * by its owner only; it is made anew at each start.
 */
export function controlRoutes({ commands, controlSecret }: { commands: Commands; controlSecret: string }): Router {
  const router = new Router();
  router.post('/-/control/:command', async (ctx) => {
    const expected = Buffer.from(`Bearer ${controlSecret}`);
    const sent = Buffer.from(ctx.get('Authorization'));
    if (sent.length !== expected.length || !timingSafeEqual(sent, expected)) throw new Problem('unauthenticated', 'This takes the local credential.');
    const command = Object.entries(commands).find(([name]) => name === ctx.params.command)?.[1];
    if (!command) throw new Problem('not-found', `There is no command ${ctx.params.command}.`);
    ctx.body = await command(await readJson(ctx, { limit: MAX_BYTES }));
  });
  return router;
}
