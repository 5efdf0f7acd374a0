import { Badge, Copyable, defineRecordView, html, type Item, messagesOf, signedIn, words } from '../../sdk/ui/index.ts';

const say = messagesOf({
  'title.created_by': 'Whose',
  'title.read_only': 'Only reads',
  'title.expires_at': 'Expires',
  'title.last_used_at': 'Last used',
  'title.hint': 'What it is for, so that you know later which one to revoke.',
  'roles.hint': 'Those of yours that it may use, as long as you have them.',
  'read-only.hint': 'It changes nothing, whatever your roles.',
  expires: 'Expires',
  'expires.hint': 'Within a year. The sooner the better.',
  expired: 'expired',
  secret: 'Your new token',
  'secret.once': 'Copy it now: it is shown this once, and kept nowhere.',
  'secret.use': 'A script sends it with each request:',
  'secret.gone': 'It is made, but its secret was shown already and cannot be shown again. If you do not have it, revoke this token and make another.',
});

/** As `GET /api-tokens/:id` answers it. */
interface ApiToken extends Item {
  readonly status: string;
  readonly expired: boolean;
}

const DEFAULT_DAYS = 30;
const DAY_MS = 86_400_000;

export default defineRecordView<ApiToken>({
  titles: {
    created_by: say('title.created_by'),
    read_only: say('title.read_only'),
    expires_at: say('title.expires_at'),
    last_used_at: say('title.last_used_at'),
  },
  cells: { status: (token) => html`<${Badge} status=${standing(token)} />` },
  headline: (token) => (standing(token) === 'expired' ? say('expired') : null),
  made: Secret,
  without: ['graph'],
  forms: {
    'api-token.create': {
      title: { hint: say('title.hint') },
      roles: {
        hint: say('roles.hint'),
        initial: () => signedIn().user.roles,
        options: () => signedIn().user.roles.map((role) => ({ value: role, text: words(role) })),
      },
      read_only: { label: say('title.read_only'), hint: say('read-only.hint') },
      expires_at: { label: say('expires'), hint: say('expires.hint'), initial: () => new Date(Date.now() + DEFAULT_DAYS * DAY_MS).toISOString() },
    },
  },
});

/** Whether it works still: it expires by time alone, and stays active on record. */
function standing({ status, expired }: ApiToken): string {
  return status === 'active' && expired ? 'expired' : status;
}

/** The one time that it can be seen; none where the same request was answered before, and that answer got lost. */
function Secret({ answer: { token } }: { readonly answer: Item }) {
  if (typeof token !== 'string') return html`<p role="status">${say('secret.gone')}</p>`;
  return html`<section class="part" role="status" aria-label=${say('secret')}>
    <h2>${say('secret')}</h2>
    <p>${say('secret.once')}</p>
    <p><${Copyable} text=${token} /></p>
    <p class="quiet">${say('secret.use')}</p>
    <pre>curl -H "Authorization: Bearer $TOKEN" ${location.origin}/me</pre>
  </section>`;
}
