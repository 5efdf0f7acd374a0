import uPlot from 'uplot';
import type { ChartOf } from './chart-values.ts';

/** A line that means something, with its title: across at a value, or upright behind a label. */
export function drawThreshold(plot: uPlot, { threshold, labels }: ChartOf, ink: string): void {
  if (!threshold) return;
  const { value, label, title } = threshold;
  const { ctx } = plot;
  ctx.save();
  ctx.strokeStyle = ink;
  ctx.fillStyle = ink;
  ctx.lineWidth = 1.5 * uPlot.pxRatio;
  ctx.font = `${12 * uPlot.pxRatio}px system-ui, sans-serif`;
  if (value !== undefined) drawAcross(plot, plot.valToPos(value, 'y', true), title);
  else if (label !== undefined && labels.includes(label)) drawUpright(plot, plot.valToPos(labels.indexOf(label) + 0.5, 'x', true), title);
  ctx.restore();
}

function drawAcross(plot: uPlot, y: number, title: string): void {
  const { left, width } = plot.bbox;
  line(plot, [left, y], [left + width, y]);
  plot.ctx.textAlign = 'right';
  plot.ctx.fillText(title, left + width, y - 5 * uPlot.pxRatio);
}

/** The title stands where there is more room for it. */
function drawUpright(plot: uPlot, x: number, title: string): void {
  const { left, width, top, height } = plot.bbox;
  line(plot, [x, top - 16 * uPlot.pxRatio], [x, top + height]);
  const before = x > left + width / 2;
  plot.ctx.textAlign = before ? 'right' : 'left';
  plot.ctx.fillText(title, x + (before ? -6 : 6) * uPlot.pxRatio, top - 7 * uPlot.pxRatio);
}

function line({ ctx }: uPlot, from: readonly [number, number], to: readonly [number, number]): void {
  ctx.setLineDash([5 * uPlot.pxRatio, 4 * uPlot.pxRatio]);
  ctx.beginPath();
  ctx.moveTo(...from);
  ctx.lineTo(...to);
  ctx.stroke();
}
