import { AmountInput, amountOf, Comment, Currency, create, defineAction, edge, Strict, Type } from '@summit/sdk';
import { DATA_ACCESS, Vendor } from '../entities.ts';
import { judged, judgement, presentVendor, VendorFileAnswer } from '../vendor.ts';

export const registerVendor = defineAction({
  id: 'vendor-risk.vendor.register',
  title: 'Register a vendor',
  route: { method: 'POST', path: '/vendor-risk/vendors' },
  roles: ['analyst'],
  input: Strict({
    name: Type.String({ minLength: 1, maxLength: 200, examples: ['Globex'] }),
    country: Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166, such as NL', examples: ['NL'] }),
    yearly_spend: AmountInput,
    currency: Currency,
    data_access: Type.Enum([...DATA_ACCESS], { description: 'The most sensitive of our data that the vendor gets' }),
    note: Type.Optional(Comment),
  }),
  answer: VendorFileAnswer,
  entity: Vendor,
  from: [],
  success: 201,
  load: async ({ input }) => ({ ...input, note: input.note ?? null, yearly_spend: amountOf(input.yearly_spend, input.currency, 'yearly_spend') }),
  subject: () => null,
  policy: { entrypoint: judgement.entrypoint, facts: (vendor) => judgement.factsOf(vendor) },

  apply(described, at) {
    const vendor = create(Vendor, at, {
      id: at.subjectId,
      ...described,
      ...judged(at, 'registered'),
      registered_by_id: at.actor.id,
      score: null,
      procurement: null,
    });
    return {
      subjects: [vendor],
      edges: [edge(at.subjectId, 'registered_by', at.actor.id)],
      usage: [{ type: 'workflow_run', subject: at.subjectId, metadata: { workflow: 'vendor-risk.vendor' } }],
      answer: presentVendor({ vendor: vendor.after, assessments: [], approvals: [] }),
    };
  },
});
