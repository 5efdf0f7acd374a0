import { html, pageAt, pageOfSubject, shortId, words } from '../sdk/ui/index.ts';

export interface SubjectRef {
  readonly type: string;
  readonly id: string;
}

/** What something was about, and a way there where there is one. */
export function Subject({ subject }: { readonly subject: SubjectRef }) {
  const href = hrefOf(subject);
  const text = html`${words(subject.type.split('.').at(-1) ?? subject.type)} <code class="whole" title=${subject.id}>${shortId(subject.id)}</code>`;
  return href === null ? html`<span>${text}</span>` : html`<a href=${href}>${text}</a>`;
}

function hrefOf(subject: SubjectRef): string | null {
  if (subject.type === 'user') return pageAt('/users', { open: subject.id });
  // A run is a backtest or a replay, which its type does not say.
  return subject.type === 'policy-run' ? null : pageOfSubject(subject);
}
