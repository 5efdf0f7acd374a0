import { type LoadContext, Problem, type Reader, type Row, Type } from '@summit/sdk';
import { type Lead, Opportunity } from './entities.ts';
import { externalRefOf } from './keys.ts';
import { Name } from './schemas.ts';
import { Segment } from './settings.ts';

export type LeadRow = Row<typeof Lead>;
export type OpportunityRow = Row<typeof Opportunity>;
/** As a caller sends them. */
export const leadFields = {
  email: Type.String({ format: 'email', maxLength: 254, description: 'an email address' }),
  company: Name,
  segment: Segment,
  owner: Type.String({ description: 'A handle' }),
};

type Handles = ReadonlyMap<string, string>;

/** The person who owns what is made: the one named, or whoever makes it. @throws Problem `invalid-input` */
export async function ownerOf({ db, actor }: Pick<LoadContext<unknown>, 'db' | 'actor'>, handle: string | undefined): Promise<string> {
  if (handle === undefined) return actor.id;
  const id = await db.resolve(`user:${handle}`);
  if (id) return id;
  const message = `${handle} is nobody here`;
  throw new Problem('invalid-input', `owner ${message}`, { errors: [{ path: 'owner', message }] });
}

/** Leads, each with its opportunity, as the API shows them. */
export async function presentLeads(db: Reader, leads: readonly LeadRow[]) {
  const opportunities = await db.find(Opportunity, { id: leads.map(({ opportunity_id }) => opportunity_id) });
  const byId = new Map(opportunities.map((opportunity) => [opportunity.id, opportunity]));
  const handles = await db.handles([...leads, ...opportunities].map(({ owner_id }) => owner_id));
  return leads.map((lead) => {
    const opportunity = byId.get(lead.opportunity_id);
    if (!opportunity) throw new TypeError(`lead ${lead.id} has lost its opportunity`);
    return presentLead(lead, opportunity, handles);
  });
}

export async function presentOpportunities(db: Reader, opportunities: readonly OpportunityRow[]) {
  const handles = await db.handles(opportunities.map(({ owner_id }) => owner_id));
  return opportunities.map((opportunity) => opportunityView(opportunity, handles));
}

export function presentLead(lead: LeadRow, opportunity: OpportunityRow, handles: Handles) {
  return { ...leadView(lead, handles), opportunity: opportunityView(opportunity, handles) };
}

export function leadView(lead: LeadRow, handles: Handles) {
  const { id, email, company, segment, owner_id, status, created_at, updated_at, version } = lead;
  const owner = handles.get(owner_id) ?? owner_id;
  return { id, email, company, segment, owner, external_ref: externalRefOf(lead), status, created_at, updated_at, version };
}

export function opportunityView(opportunity: OpportunityRow, handles: Handles) {
  const { id, account, segment, owner_id, team_id, status, lead_id, created_at, updated_at, version } = opportunity;
  return { id, account, segment, owner: handles.get(owner_id) ?? owner_id, team: team_id, status, lead_id, created_at, updated_at, version };
}
