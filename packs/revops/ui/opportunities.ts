import { defineRecordView, html, pageAt, Time, words } from '@summit/sdk/ui';
import { say } from './messages.ts';
import { QuotesOf } from './quotes-of.ts';
import type { Opportunity } from './records.ts';

export default defineRecordView<Opportunity>({
  name: ({ account }) => account,
  headline: ({ owner, segment }) => html`<span>${words(segment)}</span><span>${owner}</span>`,
  cells: { segment: ({ segment }) => words(segment) },
  overview: ({ account, segment, owner, lead_id, created_at }) => [
    { term: say('field.account'), value: account },
    { term: say('field.segment'), value: words(segment) },
    { term: say('field.owner'), value: owner },
    { term: say('field.lead'), value: html`<a href=${pageAt(`/revops/leads/${lead_id}`)}>${account}</a>` },
    { term: say('field.created_at'), value: html`<${Time} at=${created_at} />` },
  ],
  more: QuotesOf,
});
