import { Comment, change, defineAction, edge, insert, Strict, Type } from '@summit/sdk';
import { Assessment, Vendor } from '../entities.ts';
import { vendorAssessed } from '../usage.ts';
import { judged, judgement, lockVendor, presentVendor, VendorFileAnswer } from '../vendor.ts';

export const assessVendor = defineAction({
  id: 'vendor-risk.vendor.assess',
  title: 'Assess a vendor',
  route: { method: 'POST', path: '/vendor-risk/vendors/:id/assess' },
  roles: ['analyst'],
  input: Strict({
    score: Type.Integer({ minimum: 0, maximum: 100, description: 'Of the questionnaire' }),
    comment: Comment,
  }),
  answer: VendorFileAnswer,
  entity: Vendor,
  from: ['registered', 'assessed', 'review_due'],
  load: lockVendor,
  subject: ({ vendor }) => vendor,
  policy: { entrypoint: judgement.entrypoint, facts: ({ vendor }) => judgement.factsOf(vendor) },

  apply({ vendor: before, assessments }, at) {
    const { score, comment } = at.input;
    const vendor = change(Vendor, at, before, { score, ...judged(at, 'assessed') });
    const assessment = insert(Assessment, at, { id: at.newId(), vendor_id: before.id, assessor_id: at.actor.id, score, comment });
    return {
      subjects: [vendor],
      rows: [assessment],
      edges: [edge(before.id, 'assessed_by', at.actor.id)],
      usage: [{ type: vendorAssessed.type, subject: before.id }],
      answer: presentVendor({ vendor: vendor.after, assessments: [...assessments, assessment.row], approvals: [] }),
    };
  },
});
