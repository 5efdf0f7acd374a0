import { Badge, defineRecordView, html, pageAt, Time, words } from '@summit/sdk/ui';
import { say } from './messages.ts';
import type { Lead } from './records.ts';

const fields = { owner: { hint: say('hint.owner') }, external_ref: { hidden: true } } as const;

export default defineRecordView<Lead>({
  name: ({ company }) => company,
  headline: ({ owner, segment }) => html`<span>${words(segment)}</span><span>${owner}</span>`,
  cells: { segment: ({ segment }) => words(segment) },
  overview: ({ company, email, segment, owner, external_ref, opportunity, created_at }) => [
    { term: say('field.company'), value: company },
    { term: say('field.email'), value: email ?? say('email.erased') },
    { term: say('field.segment'), value: words(segment) },
    { term: say('field.owner'), value: owner },
    {
      term: say('field.opportunity'),
      value: html`<a href=${pageAt(`/revops/opportunities/${opportunity.id}`)}>${opportunity.account}</a> <${Badge} status=${opportunity.status} />`,
    },
    { term: say('field.created_at'), value: html`<${Time} at=${created_at} />` },
    ...(external_ref === null ? [] : [{ term: say('field.external_ref'), value: say('ref.of', { ...external_ref }) }]),
  ],
  forms: { 'revops.lead.create': fields, 'revops.lead.edit': fields },
});
