import { change, create, defineAction, edge, endEdge, type LockingReader, none, Problem, Strict, Type, unchanged } from '../../../sdk/index.ts';
import { Lead, Opportunity } from '../entities.ts';
import { accountKey, externalColumns, externalKey } from '../keys.ts';
import { type LeadRow, type OpportunityRow, ownerOf, presentLead } from '../lead.ts';
import { sellers } from '../roles.ts';
import { ExternalRef, LeadAnswer, Name, Segment } from '../schemas.ts';
import { teamOf } from '../settings.ts';

interface Known {
  readonly lead: LeadRow;
  readonly opportunity: OpportunityRow;
}

/** Opens an opportunity with each new lead. A lead that another system sends again is updated, and so is its opportunity. */
export const createLead = defineAction({
  id: 'revops.lead.create',
  title: 'Take up a lead',
  route: { method: 'POST', path: '/revops/leads' },
  roles: sellers,
  input: Strict({
    email: Type.String({ format: 'email', maxLength: 254 }),
    company: Name,
    segment: Segment,
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
    const known = await lockKnown(db, key && (await db.byKey(Lead, 'external_ref', key)));
    const twin = await db.byKey(Lead, 'contact', accountKey(input) ?? []);
    if (twin && twin !== known?.lead.id) {
      const detail = `There is a lead with this email and company already: ${twin}.`;
      throw new Problem('conflict', detail, { existing: { type: Lead.type, id: twin } });
    }
    const owner_id = known && input.owner === undefined ? known.lead.owner_id : await ownerOf(context, input.owner);
    const [team_id, tenantId, handles] = await Promise.all([
      teamIdOf(db, teamOf(context)),
      db.resolve(`tenant:${tenant}`),
      db.handles([owner_id, ...(known ? [known.opportunity.owner_id] : [])]),
    ]);
    return { known, team_id, tenantId, handles, fields: { ...fieldsOf(input), owner_id, ...ref } };
  },
  subject: ({ known }) => known?.lead ?? null,

  apply({ known, team_id, tenantId, handles, fields }, at) {
    const { company: account, segment, owner_id } = fields;
    if (known) {
      const { lead, opportunity } = known;
      if (Object.entries(fields).every(([name, value]) => lead[name as keyof LeadRow] === value)) {
        return unchanged(presentLead(lead, opportunity, handles));
      }
      const updated = change(Lead, at, lead, fields);
      const followed = change(Opportunity, at, opportunity, { account, segment, owner_id });
      const handedOver = [lead, opportunity].flatMap(({ id, owner_id: before }) =>
        before === owner_id ? [] : [endEdge(id, 'owned_by', before), edge(id, 'owned_by', owner_id)],
      );
      return {
        subjects: [updated, followed],
        edges: handedOver,
        usage: none('what is known of a lead is not metered'),
        answer: presentLead(updated.after, followed.after, handles),
      };
    }
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

async function lockKnown(db: LockingReader, id: string | null): Promise<Known | null> {
  if (id === null) return null;
  const lead = await db.lock(Lead, id);
  return { lead, opportunity: await db.lock(Opportunity, lead.opportunity_id) };
}

async function teamIdOf(db: LockingReader, name: string): Promise<string> {
  const id = await db.resolve(`team:${name}`);
  if (id === null)
    throw new Problem('invalid-state', `New opportunities go to the team ${name}, which this tenant does not have: an operator must set it.`);
  return id;
}
