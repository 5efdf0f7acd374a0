import { defineRecordView, html, type Item, month, number, pageAt, signedIn, words } from '@summit/sdk/ui';
import { say } from './messages.ts';
import { boundsOf } from './periods.ts';

interface Metered extends Item {
  readonly day: string;
  readonly period: string;
  readonly meter: string;
  readonly event_type: string;
  readonly event_count: number;
  readonly billed_in?: string;
}

/** Of readings, and of usage that came after them. */
export default defineRecordView<Metered>({
  titles: {
    event_count: say('field.event_count'),
    period: say('field.period'),
    billed_in: say('field.billed_in'),
    created_at: say('field.created_at'),
  },
  cells: {
    meter: ({ meter }) => words(meter),
    period: ({ period }) => month(period),
    billed_in: ({ billed_in }) => billed_in && month(billed_in),
    event_count: ({ event_count, event_type: type, day }) =>
      html`<a href=${pageAt('/metering/events', { type, ...boundsOf(day, signedIn().tenant.time_zone) })}>${number(event_count)}</a>`,
  },
});
