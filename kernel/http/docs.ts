import { htmlTable, htmlText, PROBLEMS } from '../../sdk/index.ts';
import { manifestOf } from '../../sdk/manifest.ts';
import type { PackRegistry } from '../packs/registry.ts';

/** The API for people, made from the packs that are loaded: plain HTML, no script. */
export function docsPage(packs: PackRegistry, version: string): string {
  const sections = packs.all.map((pack) => {
    const { actions, queries, evidence, entities, requires } = manifestOf(pack);
    const routes = [...actions, ...queries].flatMap(({ id, title, route, roles }) => (route ? [{ id, title, route, roles }] : []));
    const rows = routes.map(({ id, title, route, roles }) => [
      `<code>${route.method} ${htmlText(route.path)}</code>`,
      htmlText(title),
      roles ? htmlText(roles.join(', ')) : 'everybody',
      `<code>${htmlText(id)}</code>`,
    ]);
    const states = entities
      .filter(({ transitions }) => transitions)
      .map(
        ({ type, transitions }) =>
          `<h3>States of ${htmlText(type)}</h3>${htmlTable(
            ['From', 'To'],
            Object.entries(transitions ?? {}).map(([from, to]) => [
              `<code>${htmlText(from)}</code>`,
              to.length === 0 ? 'final' : to.map((state) => `<code>${htmlText(state)}</code>`).join(', '),
            ]),
          )}`,
      );
    const needs = Object.entries(requires)
      .map(([id, range]) => `${htmlText(id)} ${htmlText(range)}`)
      .join(', ');
    return `<section><h2 id="${htmlText(pack.id)}">${htmlText(pack.title)} ${htmlText(pack.version)}</h2>
      ${needs ? `<p>Requires ${needs}.</p>` : ''}
      ${htmlTable(['Route', 'What', 'Roles', 'Id'], rows)}
      ${
        evidence.length > 0
          ? htmlTable(
              ['Evidence', 'Members'],
              evidence.map(({ path, members }) => [`<code>GET ${htmlText(path)}</code>`, htmlText(Object.keys(members).join(', '))]),
            )
          : ''
      }
      ${states.join('')}</section>`;
  });
  const errors = Object.entries(PROBLEMS).map(([code, { status, title }]) => [`<code id="${code}">${code}</code>`, String(status), htmlText(title)]);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Summit API</title>
    <link rel="icon" href="/favicon.svg"><link rel="stylesheet" href="/docs.css"></head><body><main><h1>Summit API ${htmlText(version)}</h1>
    <p>Send <code>Authorization: Bearer &lt;token&gt;</code>; <code>npx summit token --tenant T --user HANDLE</code> prints one. A browser may
    <a href="/sign-in?return_to=/docs">sign in</a> instead: its cookie does as well, and a write then also needs the header <code>X-CSRF-Token</code>,
    which <code>GET /session</code> answers as <code>csrf_token</code>.
    The same as a document: <a href="/openapi.json">OpenAPI 3.1</a>. Every POST takes <code>Idempotency-Key</code>.</p>
    ${sections.join('')}
    <section><h2 id="errors">Errors</h2>${htmlTable(['Code', 'Status', 'Meaning'], errors)}</section></main></body></html>`;
}

export const docsStyle = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
code { font: .9em ui-monospace, monospace; }`;
