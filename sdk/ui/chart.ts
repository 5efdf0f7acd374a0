import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { CardValue } from './card.ts';
import { type ChartOf, chartLabel, chartValue } from './chart-values.ts';
import { words } from './format.ts';
import { html } from './html.ts';
import { say } from './messages.ts';

/** A picture of numbers, and the same as a table. The library that draws it comes when there is something to draw. */
export function Chart({ chart }: { readonly chart: ChartOf }) {
  const [asTable, setAsTable] = useState(false);
  const empty = !chart.series.some(({ values }) => values.some((value) => value !== null));
  return html`<section class="chart">
    <header>
      <h3>${chart.title}</h3>
      ${!empty && html`<button type="button" class="button quiet" aria-pressed=${asTable} onClick=${() => setAsTable(!asTable)}>${say('chart.as-table')}</button>`}
    </header>
    ${empty ? html`<p class="chart-empty quiet">${say('chart.no-data')}</p>` : asTable ? html`<${ChartTable} chart=${chart} />` : html`<${Picture} chart=${chart} />`}
  </section>`;
}

function ChartTable({ chart: { title, table, unit, threshold } }: { readonly chart: ChartOf }) {
  const cell = (value: string | number | null) => (typeof value === 'string' ? value : chartValue(value, unit));
  const [first, ...names] = table.columns;
  return html`<div class="scroll chart-table" tabindex="0" role="region" aria-label=${title}><table class="small">
    <thead><tr><th scope="col">${first}</th>${names.map((name) => html`<th scope="col" class="numeric" key=${name}>${words(name)}</th>`)}</tr></thead>
    <tbody>${table.rows.map(
      ([label, ...values], line) => html`<tr key=${line}>
        <th scope="row">${chartLabel(String(label), 'long')}</th>
        ${values.map((value, index) => html`<td class="numeric" key=${index}>${cell(value)}</td>`)}
      </tr>`,
    )}</tbody>
  </table></div>
  ${threshold && html`<p class="quiet chart-threshold">${thresholdText(threshold, unit)}</p>`}`;
}

function thresholdText({ title, value, label }: NonNullable<ChartOf['threshold']>, unit: CardValue['unit']): string {
  return `${title}: ${label ?? chartValue(value ?? null, unit)}`;
}

function Picture({ chart: latest }: { readonly chart: ChartOf }) {
  const place = useRef<HTMLDivElement>(null);
  // What is asked for again is seldom other than it was: then the picture stays.
  const content = JSON.stringify(latest);
  const chart = useMemo(() => latest, [content]);
  useEffect(() => {
    let drawn: { remove(): void } | null = null;
    let gone = false;
    import('./chart-drawing.ts').then(({ draw }) => {
      if (!gone && place.current) drawn = draw(place.current, chart);
    }, reportError);
    return () => {
      gone = true;
      drawn?.remove();
    };
  }, [chart]);
  const { title, kind, axis, unit, series, threshold } = chart;
  const sumOf = (values: readonly (number | null)[]) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  const spoken = [
    ...series.map(({ name, values }) => `${words(name)}: ${chartValue(sumOf(values), unit)}`),
    ...(threshold ? [thresholdText(threshold, unit)] : []),
  ];
  return html`<ul class="legend">
      ${series.map(({ name, values }, index) => html`<li key=${name}><span class=${`swatch ${kind} series-${index + 1}`}></span> ${words(name)} <span class="quiet">${chartValue(sumOf(values), unit)}</span></li>`)}
      ${threshold && html`<li><span class="swatch threshold"></span> ${thresholdText(threshold, unit)}</li>`}
    </ul>
    <div class="chart-place" ref=${place} role="img" aria-label=${`${title}. ${spoken.join(', ')}`}></div>
    <p class="chart-axis quiet" aria-hidden="true">${axis}</p>`;
}
