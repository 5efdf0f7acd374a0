import { Empty, html, type ListPage, Loaded, month, pageAt, useHappenings, useId, usePlace, useResource, useState, words } from '@summit/sdk/ui';
import { say } from './messages.ts';
import { PeriodPicker, usePeriod } from './period-picker.ts';
import { type Assignment, keyOf, nameOf, planIn } from './plan-in-words.ts';
import { type Meter, quantityOf, type Reading, useMeters, useReadings } from './readings-of.ts';
import { type Plan, pricesIn, pricesOf, quantitiesFrom, quantitiesIn, withPrices } from './scenario.ts';
import { Result } from './what-if-result.ts';

/** What a month would cost by another plan, or with other quantities: rated here, by what rates invoices. */
export default function WhatIf() {
  const period = usePeriod();
  const plans = useResource<ListPage<Assignment>>('/billing/plans');
  const readings = useReadings(period);
  const meters = useMeters();
  useHappenings((happening) => {
    if (happening === null) readings.reload();
  });
  return html`<div class="stack"><header class="page-head"><h1>${say('what-if.title')}</h1><${PeriodPicker} period=${period} /></header>
    <p>${say('what-if.lead')}</p>
    <${Loaded} of=${plans}>${({ items: assignments }: ListPage<Assignment>) =>
      html`<${Loaded} of=${meters}>${({ items: metered }: ListPage<Meter>) =>
        html`<${Loaded} of=${readings}>${({ items }: ListPage<Reading>) =>
          html`<${Scenario} period=${period} assignments=${assignments} meters=${metered} readings=${items} />`}<//>`}<//>`}<//></div>`;
}

interface Known {
  readonly period: string;
  readonly assignments: readonly Assignment[];
  readonly meters: readonly Meter[];
  readonly readings: readonly Reading[];
}

/** What is asked stands in the address: the plan, its changed prices, the quantities. */
function Scenario({ period, assignments, meters, readings }: Known) {
  const { query, change } = usePlace();
  const today = planIn(period, assignments);
  const chosen = assignments.find(({ plan }) => keyOf(plan) === query.plan)?.plan ?? today;
  if (!chosen) return html`<${Empty} title=${say('what-if.no-plan', { period: month(period) })} />`;
  const plan = withPrices(chosen, query.prices);
  const counted = Object.fromEntries(meters.map((meter) => [meter.id, quantityOf(meter, readings)]));
  const quantities = { ...counted, ...quantitiesFrom(query.quantities) };
  const set = (parameters: Readonly<Record<string, string | null>>) => change(parameters, { replace: true });
  return html`<div class="asking">
    <form onSubmit=${(event: Event) => event.preventDefault()}>
      <${Choice} assignments=${assignments} chosen=${chosen} onChange=${(key: string) => set({ plan: key, prices: null })} />
      <fieldset>
        <legend class="sr-only">${say('what-if.quantities')}</legend>
        <p class="hint">${say('what-if.from', { period: month(period) })}</p>
        ${meters.map(
          ({ id, title }) => html`<${Decimal} key=${id} label=${title} value=${quantities[id] ?? ''}
            onChange=${(value: string) => set({ quantities: quantitiesIn({ ...quantities, [id]: value }, counted) })} />`,
        )}
      </fieldset>
      <${Prices} plan=${plan} isOpen=${query.prices !== undefined} onChange=${(changed: Plan) => set({ prices: pricesIn(changed, chosen) })} />
      <p><a class="button" href=${pageAt('/finops/what-if', { period })}>${say('what-if.reset')}</a></p>
    </form>
    <div><${Result} period=${period} plan=${plan} today=${today} quantities=${quantities} /></div>
  </div>`;
}

interface ChoiceProps {
  readonly assignments: readonly Assignment[];
  readonly chosen: Plan;
  readonly onChange: (key: string) => void;
}

function Choice({ assignments, chosen, onChange }: ChoiceProps) {
  const id = useId();
  return html`<div class="field"><label for=${id}>${say('what-if.plan')}</label>
    <select id=${id} onChange=${({ target }: Event) => target instanceof HTMLSelectElement && onChange(target.value)}>
      ${assignments.map(({ plan }) => html`<option key=${keyOf(plan)} value=${keyOf(plan)} selected=${plan === chosen}>${nameOf(plan)}</option>`)}
    </select></div>`;
}

function Prices({ plan, isOpen, onChange }: { readonly plan: Plan; readonly isOpen: boolean; readonly onChange: (changed: Plan) => void }) {
  // As it was when the page came: whoever types must not see it close because a price is as it was.
  const [begun] = useState(isOpen);
  return html`<details class="more" open=${begun}>
    <summary>${say('what-if.edit')}</summary>
    ${pricesOf(plan).map(({ meter, tier, field, value, changed }) => {
      const label = labelOf(meter, tier, field);
      return html`<${Decimal} key=${label} label=${label} value=${value} onChange=${(now: string) => onChange(changed(now))} />`;
    })}
  </details>`;
}

function labelOf(meter: string | null, tier: number | null, field: string): string {
  if (meter === null) return say('what-if.base_fee');
  const said = { meter: words(meter), field: words(field).toLowerCase() };
  return tier === null ? say('what-if.field', said) : say('what-if.tier-field', { ...said, tier });
}

interface DecimalProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Decimal({ label, value, onChange }: DecimalProps) {
  const id = useId();
  const onInput = ({ target }: Event) => target instanceof HTMLInputElement && onChange(target.value.trim());
  return html`<div class="field"><label for=${id}>${label}</label>
    <input id=${id} type="text" class="short" inputmode="decimal" autocomplete="off" value=${value} onInput=${onInput} /></div>`;
}
