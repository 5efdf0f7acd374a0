import { htmlText } from '../../sdk/index.ts';
import type { Person } from '../identity/people.ts';

export interface SignInContent {
  readonly returnTo: string;
  /** Where one may sign in: each is a page of ours that leads there. */
  readonly signIns: readonly { readonly title: string; readonly href: string }[];
  /** Whom one may choose to be, by tenant; nobody but on the machine of a server in development. */
  readonly people: readonly { readonly tenant: string; readonly people: readonly Person[] }[];
  /** Where a session that has just ended was begun, and may go on. */
  readonly signedOutOf: { readonly id: string; readonly title: string } | null;
  /** What went wrong with the attempt before. */
  readonly problem: string | undefined;
}

/** Plain HTML, no script: it works before anything else does. */
export function signInPage({ returnTo, signIns, people, signedOutOf, problem }: SignInContent): string {
  const hidden = (name: string, value: string) => `<input type="hidden" name="${name}" value="${htmlText(value)}">`;
  const alert = problem === undefined ? '' : `<div class="problem" role="alert"><h2>There is a problem</h2><p>${htmlText(problem)}</p></div>`;
  const notice = signedOutOf === null ? '' : signedOutNotice(signedOutOf);
  const issuers = signIns.map(({ title, href }) => `<li><a class="primary" href="${htmlText(href)}">Sign in with ${htmlText(title)}</a></li>`);
  const choices = people.map(
    (group, index) => `<form method="post" action="/sign-in" aria-labelledby="tenant-${index}">
      <h3 id="tenant-${index}">${htmlText(group.tenant)}</h3>
      ${hidden('tenant', group.tenant)}${hidden('return_to', returnTo)}
      <div class="people">${group.people.map(button).join('')}</div></form>`,
  );
  const chooser = `<section class="development" aria-labelledby="development"><h2 id="development">Development sign-in</h2>
    <p>Choose who to be. Whoever works on this machine can be anybody here. Over the network, and in production, this part is not there.</p>
    ${choices.join('')}</section>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
    <title>${problem === undefined ? '' : 'Error: '}Sign in – Summit</title><link rel="icon" href="/favicon.svg"><link rel="stylesheet" href="/sign-in.css"></head>
    <body><main><p class="brand">Summit</p><h1>Sign in</h1>${alert}${notice}${issuers.length > 0 ? `<ul class="issuers">${issuers.join('')}</ul>` : ''}${people.length > 0 ? chooser : ''}
    <section aria-labelledby="by-token"><h2 id="by-token">With a token</h2>
    <form method="post" action="/sign-in">${hidden('return_to', returnTo)}
      <label for="token">Bearer token</label>
      <p class="hint" id="token-hint">An operator of the server prints one: <code>npx summit token --tenant T --user HANDLE</code></p>
      <input id="token" name="token" type="password" autocomplete="off" spellcheck="false" required aria-describedby="token-hint">
      <button${signIns.length > 0 ? '' : ' class="primary"'}>Sign in</button></form></section>
    </main></body></html>`;
}

/** It may go on there for other applications, which is theirs to end. */
function signedOutNotice({ id, title }: { readonly id: string; readonly title: string }): string {
  return `<p class="notice" role="status">You are signed out of Summit. At ${htmlText(title)} you may be signed in still:
    <a href="/auth/sign-out/${htmlText(id)}">sign out there too</a>.</p>`;
}

function button({ handle, roles }: Person): string {
  const does = roles.length === 0 ? 'no roles' : roles.map((role) => role.replaceAll('_', ' ')).join(', ');
  return `<button name="handle" value="${htmlText(handle)}"><strong>${htmlText(handle)}</strong> <span>${htmlText(does)}</span></button>`;
}
