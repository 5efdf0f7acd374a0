import { html, kitText, pageAt, signedIn } from '../../sdk/ui/index.ts';
import { say } from '../messages.ts';

export function NotFound() {
  return html`<div class="state">
    <h1>${say('not-found.title')}</h1>
    <p>${say('not-found.body')} ${kitText('error.403-hint', { roles: signedIn().user.roles.join(', ') })}</p>
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
