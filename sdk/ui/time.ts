import { type Signal, signal } from '@preact/signals';
import { duration, exactTime, relativeTime } from './format.ts';
import { html } from './html.ts';
import { say } from './messages.ts';

/** The clocks of all times on the page, so that they move together. */
const [now, seconds] = [clock(20_000), clock(1_000)];

/** It stands still while nothing shows it. */
function clock(tickMs: number): Signal<number> {
  let ticking: ReturnType<typeof setInterval> | undefined;
  const time = signal(Date.now(), {
    watched() {
      time.value = Date.now();
      ticking = setInterval(() => {
        time.value = Date.now();
      }, tickMs);
    },
    unwatched() {
      clearInterval(ticking);
    },
  });
  return time;
}

/** How long ago, and the exact moment to whoever points at it. */
export function Time({ at, prefix = '' }: { readonly at: string; readonly prefix?: string }) {
  return html`<time datetime=${at} title=${exactTime(at)}>${prefix}${relativeTime(at, now.value)}</time>`;
}

const SECONDS_SHOWN_BELOW = 3_600;

/** How long until something ends, to the second in its last hour. A screen reader reads it when it gets there, and is not told each second. */
export function Countdown({ to, prefix = '' }: { readonly to: string; readonly prefix?: string }) {
  const left = Math.ceil((Date.parse(to) - seconds.value) / 1_000);
  const shown = left < SECONDS_SHOWN_BELOW ? left : Math.ceil(left / 60) * 60;
  return html`<time class="countdown" datetime=${to} title=${exactTime(to)}>${left > 0 ? `${prefix} ${duration(shown)}`.trim() : say('time.over')}</time>`;
}
