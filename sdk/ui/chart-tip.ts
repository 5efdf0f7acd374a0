import type uPlot from 'uplot';
import { type ChartOf, chartLabel, chartValue } from './chart-values.ts';
import { words } from './format.ts';
import { messagesOf } from './messages.ts';

const say = messagesOf({ total: 'In all' });

/** What stands under the pointer, beside it. The table says the same to those who have none. */
export function tipOf(chart: ChartOf): uPlot.Plugin {
  const tip = document.createElement('div');
  tip.className = 'chart-tip';
  tip.hidden = true;
  const dismiss = (event: KeyboardEvent) => {
    if (event.key === 'Escape') tip.hidden = true;
  };
  return {
    hooks: {
      init: [
        (plot) => {
          plot.over.append(tip);
          addEventListener('keydown', dismiss);
        },
      ],
      destroy: [() => removeEventListener('keydown', dismiss)],
      setCursor: [
        (plot) => {
          const { idx, left = -1 } = plot.cursor;
          tip.hidden = typeof idx !== 'number' || left < 0;
          if (typeof idx !== 'number' || tip.hidden) return;
          tip.replaceChildren(...linesAt(chart, idx));
          const room = plot.over.clientWidth - tip.offsetWidth;
          tip.style.transform = `translate(${Math.max(0, Math.min(left + 14 > room ? left - tip.offsetWidth - 14 : left + 14, room))}px, 4px)`;
        },
      ],
    },
  };
}

function linesAt({ labels, series, unit, kind }: ChartOf, index: number): HTMLElement[] {
  const head = document.createElement('strong');
  head.textContent = chartLabel(labels[index] ?? '', 'long');
  const shown = series.map(({ name, values }, place) => ({ name: words(name), value: values[index] ?? null, place: place + 1 }));
  const present = shown.filter(({ value }) => value !== 0);
  const total = shown.reduce((sum, { value }) => sum + (value ?? 0), 0);
  const lines = present.map(({ name, value, place }) => lineOf(name, chartValue(value, unit), `swatch ${kind} series-${place}`));
  return [head, ...lines, ...(kind === 'bar' && present.length !== 1 ? [lineOf(say('total'), chartValue(total, unit))] : [])];
}

function lineOf(name: string, value: string, swatch?: string): HTMLElement {
  const line = document.createElement('div');
  if (swatch !== undefined) line.append(Object.assign(document.createElement('span'), { className: swatch }), ' ');
  line.append(`${name}: ${value}`);
  return line;
}
