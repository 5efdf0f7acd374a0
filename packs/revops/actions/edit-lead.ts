import {
  type ActionContext,
  type Changes,
  change,
  defineAction,
  edge,
  endEdge,
  type LockingReader,
  none,
  Problem,
  type Reader,
  Strict,
  Type,
  unchanged,
} from '@summit/sdk';
import { Lead, Opportunity } from '../entities.ts';
import { accountKey } from '../keys.ts';
import { type LeadRow, leadFields, type OpportunityRow, ownerOf, presentLead } from '../lead.ts';
import { sellers } from '../roles.ts';
import { LeadAnswer } from '../schemas.ts';

/** Puts a lead right. Its opportunity follows; quotes do when they are changed or submitted. */
export const editLead = defineAction({
  id: 'revops.lead.edit',
  title: 'Change a lead',
  route: { method: 'PATCH', path: '/revops/leads/:id' },
  roles: sellers,
  input: Strict({
    email: Type.Optional(leadFields.email),
    company: Type.Optional(leadFields.company),
    segment: Type.Optional(leadFields.segment),
    owner: Type.Optional(leadFields.owner),
  }),
  answer: LeadAnswer,
  entity: Lead,
  from: ['open'],
  policy: none('everybody who sells may put a lead right; its quotes are judged when they are submitted and activated'),

  async load(context) {
    const { db, params, input } = context;
    const file = await lockLead(db, params.id ?? '');
    const { email, company, segment, owner_id } = file.lead;
    const fields = {
      email: input.email?.trim() ?? email,
      company: input.company?.trim() ?? company,
      segment: input.segment ?? segment,
      owner_id: input.owner === undefined ? owner_id : await ownerOf(context, input.owner),
    };
    await assertNoTwin(db, fields, file.lead.id);
    return { file, fields, handles: await db.handles([fields.owner_id]) };
  },
  subject: ({ file }) => file.lead,
  apply: ({ file, fields, handles }, at) => changedLead(file, fields, handles, at),
});

export interface LeadFile {
  readonly lead: LeadRow;
  readonly opportunity: OpportunityRow;
}

export async function lockLead(db: LockingReader, id: string): Promise<LeadFile> {
  const lead = await db.lock(Lead, id);
  return { lead, opportunity: await db.lock(Opportunity, lead.opportunity_id) };
}

/** @param own the lead that is no twin of itself @throws Problem `conflict` naming the lead that is there */
export async function assertNoTwin(db: Reader, lead: Pick<LeadRow, 'email' | 'company'>, own: string | null): Promise<void> {
  const key = accountKey(lead);
  const twin = key && (await db.byKey(Lead, 'contact', key));
  if (twin === null || twin === own) return;
  const detail = `There is a lead with this email and company already: ${twin}.`;
  throw new Problem('conflict', detail, { existing: { type: Lead.type, id: twin } });
}

type Fields = Pick<LeadRow, 'email' | 'company' | 'segment' | 'owner_id'> & Partial<LeadRow>;

/** The lead with these fields, and its opportunity with what follows from them. */
export function changedLead(file: LeadFile, fields: Fields, handles: ReadonlyMap<string, string>, at: ActionContext<unknown>): Changes {
  const { lead, opportunity } = file;
  const isSame = Object.entries(fields).every(([name, value]) => lead[name as keyof LeadRow] === value);
  if (isSame) return unchanged(presentLead(lead, opportunity, handles));
  const { company: account, segment, owner_id } = fields;
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
