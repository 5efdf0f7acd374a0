import { create, defineAction, edge, none, Problem, type Reader, Strict, Type } from '@summit/sdk';
import { Lead, Opportunity } from '../entities.ts';
import { externalColumns, externalKey } from '../keys.ts';
import { leadFields, ownerOf, presentLead } from '../lead.ts';
import { sellers } from '../roles.ts';
import { ExternalRef, LeadAnswer } from '../schemas.ts';
import { teamOf } from '../settings.ts';
import { assertNoTwin, changedLead, lockLead } from './edit-lead.ts';

/** Opens an opportunity with each new lead. A lead that another system sends again is updated, and so is its opportunity. */
export const createLead = defineAction({
  id: 'revops.lead.create',
  title: 'Take up a lead',
  route: { method: 'POST', path: '/revops/leads' },
  roles: sellers,
  input: Strict({
    ...leadFields,
    owner: Type.Optional(Type.String({ description: 'A handle; whoever takes it up, unless said' })),
    external_ref: Type.Optional(ExternalRef),
  }),
  answer: LeadAnswer,
  entity: Lead,
  from: ['open'],
  upserts: true,
  policy: none('everybody who sells may take up a lead'),

  async load(context) {
    const { db, tenant, input } = context;
    const ref = externalColumns(input.external_ref);
    const key = externalKey(ref);
    const id = key && (await db.byKey(Lead, 'external_ref', key));
    const known = id === null ? null : await lockLead(db, id);
    await assertNoTwin(db, input, id);
    const owner_id = known && input.owner === undefined ? known.lead.owner_id : await ownerOf(context, input.owner);
    const [team_id, tenantId, handles] = await Promise.all([teamIdOf(db, teamOf(context)), db.resolve(`tenant:${tenant}`), db.handles([owner_id])]);
    return { known, team_id, tenantId, handles, fields: { ...fieldsOf(input), owner_id, ...ref } };
  },
  subject: ({ known }) => known?.lead ?? null,

  apply({ known, team_id, tenantId, handles, fields }, at) {
    const { company: account, segment, owner_id } = fields;
    if (known) return changedLead(known, fields, handles, at);
    const opportunityId = at.newId();
    const lead = create(Lead, at, { id: at.subjectId, status: 'open', ...fields, opportunity_id: opportunityId });
    const opening = { lead_id: at.subjectId, account, segment, owner_id, team_id };
    const opportunity = create(Opportunity, at, { id: opportunityId, status: 'open', ...opening });
    return {
      subjects: [lead, opportunity],
      edges: [
        edge(opportunityId, 'from_lead', at.subjectId),
        edge(opportunityId, 'assigned_to', team_id),
        edge(at.subjectId, 'owned_by', owner_id),
        edge(opportunityId, 'owned_by', owner_id),
        ...(tenantId ? [edge(at.subjectId, 'belongs_to', tenantId), edge(opportunityId, 'belongs_to', tenantId)] : []),
      ],
      usage: none('a workflow starts when a quote is submitted'),
      answer: presentLead(lead.after, opportunity.after, handles),
    };
  },
});

function fieldsOf({ email, company, segment }: { email: string; company: string; segment: string }) {
  return { email: email.trim(), company: company.trim(), segment };
}

async function teamIdOf(db: Reader, name: string): Promise<string> {
  const id = await db.resolve(`team:${name}`);
  if (id === null)
    throw new Problem('invalid-state', `New opportunities go to the team ${name}, which this tenant does not have: an operator must set it.`);
  return id;
}
