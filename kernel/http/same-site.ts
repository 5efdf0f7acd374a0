import type { Context } from 'koa';
import { Problem } from '../../sdk/index.ts';

/**
 * A form that a page of another site sends could sign a person in as somebody else, unseen. Browsers say where a form comes
 * from by Sec-Fetch-Site (Fetch Metadata), older ones by Origin; what is no browser says neither.
 * @throws Problem `forbidden`
 */
export function assertSentFromHere(ctx: Context): void {
  if (!isFromHere(ctx)) throw new Problem('forbidden', 'The form was sent from another site, and nobody was signed in. Sign in here.');
}

function isFromHere(ctx: Context): boolean {
  const site = ctx.get('Sec-Fetch-Site');
  if (site !== '') return site === 'same-origin' || site === 'none';
  const origin = ctx.get('Origin');
  return origin === '' || (URL.canParse(origin) && new URL(origin).host === ctx.host);
}
