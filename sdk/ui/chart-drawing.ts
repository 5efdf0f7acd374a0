import uPlot from 'uplot';
import { drawThreshold } from './chart-threshold.ts';
import { tipOf } from './chart-tip.ts';
import { type ChartOf, chartLabel, chartValue } from './chart-values.ts';

const HEIGHT = 240;
const FONT = '12px system-ui, sans-serif';
const CHARACTER_PX = 7;
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3], [10, 3, 2, 3]];

/** Draws with the colours of the theme, again when the theme changes, and when the place becomes wider or narrower. */
export function draw(place: HTMLElement, chart: ChartOf): { remove(): void } {
  let plot = plotOf(place, chart);
  const redraw = () => {
    plot.destroy();
    plot = plotOf(place, chart);
  };
  const themes = [matchMedia('(prefers-color-scheme: dark)'), matchMedia('(forced-colors: active)')];
  for (const theme of themes) theme.addEventListener('change', redraw);
  const observer = new ResizeObserver(() => {
    if (place.clientWidth > 0 && place.clientWidth !== plot.width) plot.setSize({ width: place.clientWidth, height: HEIGHT });
  });
  observer.observe(place);
  return {
    remove() {
      for (const theme of themes) theme.removeEventListener('change', redraw);
      observer.disconnect();
      plot.destroy();
    },
  };
}

function plotOf(place: HTMLElement, chart: ChartOf): uPlot {
  const colour = coloursIn(place);
  const quiet = colour('--ink-quiet');
  const { labels, unit, kind } = chart;
  const axis = { stroke: quiet, font: FONT, ticks: { show: false } };
  return new uPlot(
    {
      width: place.clientWidth,
      height: HEIGHT,
      padding: [chart.threshold ? 24 : 8, 20, 0, 0],
      legend: { show: false },
      cursor: { y: false, x: kind === 'line', drag: { x: false, y: false, setScale: false }, points: { show: kind === 'line' } },
      scales: { x: { time: false, range: [-0.5, labels.length - 0.5] }, y: { range: (_, __, highest) => [0, topOf(highest, chart)] } },
      axes: [
        {
          ...axis,
          size: 28,
          grid: { show: false },
          splits: (u) => placesOf(labels, u.bbox.width / uPlot.pxRatio),
          values: (_, at) => at.map((index) => chartLabel(labels[index] ?? '', 'short')),
        },
        {
          ...axis,
          grid: { stroke: colour('--line'), width: 1 },
          size: (_, values) => Math.max(0, ...(values ?? []).map((value) => value.length)) * CHARACTER_PX + 14,
          values: (_, at) => at.map((value) => chartValue(Number(value.toPrecision(12)), unit)),
          ...(unit === 'count' ? { incrs: WHOLE } : {}),
        },
      ],
      series: [{}, ...(kind === 'bar' ? barsOf(chart, colour) : linesOf(chart, colour))],
      hooks: { draw: [(u) => drawThreshold(u, chart, colour('--ink'))] },
      plugins: [tipOf(chart)],
    },
    [labels.map((_, index) => index), ...(kind === 'bar' ? heightsOf(chart) : chart.series.map(({ values }) => [...values]))],
    place,
  );
}

const WHOLE = Array.from({ length: 12 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();

/** A colour as the theme has it: a canvas knows nothing of `light-dark()` and of variables. */
function coloursIn(place: HTMLElement): (name: string) => string {
  return (name) => {
    const probe = document.createElement('span');
    probe.style.color = `var(${name})`;
    place.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
}

type Colours = ReturnType<typeof coloursIn>;

/** Each bar reaches from the ground to its top, and the lower ones are drawn over the higher; where there is nothing, none is. */
function heightsOf({ series, labels }: ChartOf): (number | null)[][] {
  const heightAt = (index: number, at: number) => series.slice(0, index + 1).reduce((sum, { values }) => sum + (values[at] ?? 0), 0);
  return series.map(({ values }, index) => labels.map((_, at) => (values[at] ? heightAt(index, at) : null))).reverse();
}

function barsOf({ series }: ChartOf, colour: Colours): uPlot.Series[] {
  const paths = uPlot.paths.bars?.({ size: [0.72, 44] });
  const edge = colour('--surface');
  return series
    .map((_, index) => ({ fill: colour(`--series-${index + 1}`), stroke: edge, width: 1, points: { show: false }, ...(paths ? { paths } : {}) }))
    .reverse();
}

function linesOf({ series }: ChartOf, colour: Colours): uPlot.Series[] {
  return series.map((_, index) => {
    const stroke = colour(`--series-${index + 1}`);
    return { stroke, width: 2, dash: [...(DASHES[index % DASHES.length] ?? [])], spanGaps: false, points: { size: 4, fill: stroke } };
  });
}

function topOf(highest: number | null, { threshold }: ChartOf): number {
  const top = Math.max(highest ?? 0, threshold?.value ?? 0);
  return top === 0 ? 1 : top * 1.08;
}

/** As many labels as have room beside one another. */
function placesOf(labels: readonly string[], width: number): number[] {
  const longest = Math.max(...labels.map((label) => chartLabel(label, 'short').length));
  const step = Math.max(1, Math.ceil((labels.length * (longest * CHARACTER_PX + 14)) / Math.max(width, 1)));
  return labels.flatMap((_, index) => (index % step === 0 ? [index] : []));
}
