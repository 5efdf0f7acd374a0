import { html, kitText, pageAt, signedIn, useResource, words } from '../../sdk/ui/index.ts';
import { usePlace } from '../location.ts';
import { say } from '../messages.ts';

/** What is none of this person's pages. Whether it is somebody's, and whose, only the API at this path can tell. */
export function NotFound() {
  const { path } = usePlace();
  const { error } = useResource<unknown>(path);
  const refusal = error?.status === 403 ? error.message : null;
  return html`<div class="state">
    <h1>${refusal === null ? say('not-found.title') : kitText('error.403')}</h1>
    <p>${refusal ?? say('not-found.body')} ${kitText('error.403-hint', { roles: signedIn().user.roles.map(words).join(', ') })}</p>
    <a class="button" href=${pageAt('')}>${say('not-found.home')}</a>
  </div>`;
}

/** A link that somebody of another tenant has sent. */
export function OtherTenant({ other }: { readonly other: string }) {
  const { tenant } = signedIn();
  const signIn = `/sign-in?${new URLSearchParams({ tenant: other, return_to: location.pathname + location.search })}`;
  return html`<div class="state">
    <h1>${say('session.other-tenant', { other, tenant: tenant.id })}</h1>
    <div class="actions">
      <a class="button primary" href=${signIn}>${say('session.other-tenant-action', { other })}</a>
      <a class="button" href=${pageAt('')}>${say('session.stay', { tenant: tenant.id })}</a>
    </div>
  </div>`;
}
