import { readFile } from 'node:fs/promises';
import Router from '@koa/router';
import type { Context } from 'koa';
import { htmlText } from '../../sdk/index.ts';
import type { Asset, Bundle } from '../switchboard/bundle.ts';
import type { Switchboard } from '../switchboard/switchboard.ts';

const FAVICON = new URL('../../ui-shell/favicon.svg', import.meta.url);

/** The Switchboard's own files; no token needed. What they show, they ask the API for. */
export function switchboardRoutes({ switchboard }: { readonly switchboard: Switchboard }): Router {
  const router = new Router();
  const page = async (ctx: Context) => {
    ctx.type = 'html';
    ctx.set('Cache-Control', 'no-cache');
    ctx.body = pageOf(await switchboard.bundle());
  };
  router.get('/', page);
  router.get('/w', page);
  router.get('/w/*path', page);

  // Browsers ask for the second of themselves, beside JSON and what is to be printed.
  router.get(['/favicon.svg', '/favicon.ico'], async (ctx) => {
    ctx.body = await readFile(FAVICON);
    ctx.type = 'svg';
    ctx.set('Cache-Control', 'public, max-age=86400');
  });

  router.get('/assets/*path', async (ctx, next) => {
    const bundle = await switchboard.bundle();
    const found = bundle.assets.get(ctx.path);
    if (!found) return next();
    // It may compile the policies that it replays; nothing else here may compile anything.
    if (ctx.path === bundle.verifier) ctx.set('Content-Security-Policy', "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'");
    send(ctx, found);
  });
  return router;
}

function send(ctx: Context, { type, bytes, gzip, brotli }: Asset): void {
  ctx.set('Content-Type', type);
  ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
  ctx.vary('Accept-Encoding');
  const encoding = ctx.acceptsEncodings('br', 'gzip', 'identity');
  if (encoding === 'br' || encoding === 'gzip') ctx.set('Content-Encoding', encoding);
  ctx.body = Buffer.from(encoding === 'br' ? brotli : encoding === 'gzip' ? gzip : bytes);
  ctx.set('Content-Type', type);
}

function pageOf({ script, style, icons, verifier, preload }: Bundle): string {
  const links = preload.map((path) => `<link rel="modulepreload" href="${htmlText(path)}">`).join('');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Summit</title><meta name="color-scheme" content="light dark"><link rel="icon" href="/favicon.svg">
<link rel="stylesheet" href="${style}">${links}<script type="module" src="${script}"></script></head>
<body data-icons="${icons}" data-verifier="${verifier}"><div id="switchboard"></div>
<noscript>The Switchboard needs JavaScript. The API does not: see <a href="/docs">/docs</a>.</noscript></body></html>`;
}
