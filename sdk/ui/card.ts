import { duration, money, number } from './format.ts';
import { type ComponentChildren, html } from './html.ts';
import { Icon } from './icon.ts';
import { say as kit, messagesOf } from './messages.ts';

const say = messagesOf({
  failed: 'This could not be worked out. The rest is not affected.',
});

/** A number with its unit, as `GET /dashboards/<id>` answers it. */
export interface CardValue {
  readonly value: number | string | null;
  readonly unit: 'count' | 'seconds' | 'milliseconds' | 'percent' | 'money';
  /** ISO 4217, of money. */
  readonly currency?: string | null;
}

/** A measure in its unit. No data is not zero. */
export function measure({ value, unit, currency }: CardValue): string {
  if (value === null) return '–';
  if (unit === 'money') return money(String(value), currency ?? 'USD');
  if (unit === 'seconds') return duration(Number(value));
  if (unit === 'milliseconds') return duration(Number(value) / 1_000);
  return unit === 'percent' ? `${number(value)} %` : number(value);
}

/** By how much it is more or less than before, in its unit: `+3`, `−12 min`; empty for as much, null where there is nothing to compare. */
export function changeOf({ value, previous, ...of }: CardValue & { readonly previous: number | string | null }): string | null {
  if (value === null || previous === null) return null;
  const difference = Number(value) - Number(previous);
  const size = measure({ ...of, value: Number(Math.abs(difference).toPrecision(12)) });
  if (size === measure({ ...of, value: 0 })) return '';
  return `${difference > 0 ? '+' : '−'}${size}`;
}

interface CardProps {
  readonly title: string;
  readonly definition?: string;
  readonly href?: string | null;
  readonly tone?: 'good' | 'bad' | 'plain';
  readonly children: ComponentChildren;
  /** Under the number: a change, a target. */
  readonly note?: ComponentChildren;
  /** Other forms of what is behind it. */
  readonly links?: readonly { readonly title: string; readonly href: string }[];
}

/** One number, what exactly it is, and a way to what is behind it. */
export function Card({ title, definition, href = null, tone = 'plain', children, note, links = [] }: CardProps) {
  return html`<section class=${`card ${tone}`}>
    <h3>${title}</h3>
    <p class="card-value">${href === null ? children : html`<a href=${href}><span class="sr-only">${title}: </span>${children}</a>`}</p>
    <p class="card-note">${note}</p>
    <div class="card-definition">
      ${definition && html`<p>${definition}</p>`}
      ${links.length > 0 && html`<ul class="card-links">${links.map((link) => html`<li key=${link.href}><a href=${link.href}>${link.title}</a></li>`)}</ul>`}
    </div>
  </section>`;
}

/** In the place of a number or a picture that could not be worked out. */
export function FailedPart({ title, kind, retry }: { readonly title: string; readonly kind: 'card' | 'chart'; readonly retry: () => void }) {
  return html`<section class=${`${kind} failed`}>
    <h3>${title}</h3>
    <p class="failed-part"><${Icon} name="triangle-alert" /> ${say('failed')}</p>
    <p><button type="button" class="button quiet" onClick=${retry}><${Icon} name="refresh-cw" /> ${kit('action.retry')}<span class="sr-only">: ${title}</span></button></p>
  </section>`;
}
