import { apiPath, html, Icon, month, pageAt, signedIn, useId, usePlace } from '@summit/sdk/ui';
import { say } from './messages.ts';
import { currentPeriod, isPeriod, neighbour, periodsToChoose } from './periods.ts';

/** The month of the address, or this one. */
export function usePeriod(): string {
  const { query } = usePlace();
  return isPeriod(query.period) ? query.period : thisPeriod();
}

export function thisPeriod(): string {
  return currentPeriod(signedIn().tenant.time_zone);
}

export function PeriodPicker({ period }: { readonly period: string }) {
  const { path, query, change } = usePlace();
  const id = useId();
  const to = (other: string) => pageAt(apiPath(path, { ...query, period: other }));
  const onChange = ({ target }: Event) => target instanceof HTMLSelectElement && change({ period: target.value });
  return html`<div class="actions">
    <a class="icon-button" href=${to(neighbour(period, -1))} aria-label=${say('period.before')}><${Icon} name="chevron-left" /></a>
    <span class="filter"><label for=${id} class="sr-only">${say('period')}</label>
      <select id=${id} value=${period} onChange=${onChange}>
        ${periodsToChoose(period, thisPeriod()).map((each) => html`<option key=${each} value=${each} selected=${each === period}>${month(each)}</option>`)}
      </select></span>
    ${period < thisPeriod() && html`<a class="icon-button" href=${to(neighbour(period, 1))} aria-label=${say('period.after')}><${Icon} name="chevron-right" /></a>`}
  </div>`;
}
