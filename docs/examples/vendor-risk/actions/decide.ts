import { Comment, change, defineAction, none, Strict, Type } from '@summit/sdk';
import { Vendor } from '../entities.ts';
import { accepted, lockVendor, presentVendor, roundOf, type VendorFile, VendorFileAnswer } from '../vendor.ts';

const common = {
  roles: ['security_officer', 'finance'],
  answer: VendorFileAnswer,
  entity: Vendor,
  from: ['assessed'],
  load: lockVendor,
  subject: ({ vendor }: VendorFile) => vendor,
  policy: none('the policy said at the assessment which roles must accept the risk; the kernel holds to it'),
};

const linked = {
  edges: none('the kernel links vendor, approval and approver'),
  usage: none('it is part of the workflow that the registration began'),
};

export const acceptVendor = defineAction({
  ...common,
  id: 'vendor-risk.vendor.accept',
  title: 'Accept the risk of a vendor',
  route: { method: 'POST', path: '/vendor-risk/vendors/:id/accept' },
  input: Strict({ comment: Type.Optional(Comment) }),
  approval: { status: 'approved', round: roundOf },

  apply(file, at) {
    const vendor = change(Vendor, at, file.vendor, at.approval.complete ? accepted(at) : {});
    return {
      ...linked,
      subjects: [vendor],
      answer: presentVendor({ ...file, vendor: vendor.after, approvals: [...file.approvals, at.approval.approval] }),
    };
  },
});

export const rejectVendor = defineAction({
  ...common,
  id: 'vendor-risk.vendor.reject',
  title: 'Reject a vendor',
  route: { method: 'POST', path: '/vendor-risk/vendors/:id/reject' },
  input: Strict({ comment: Comment }),
  approval: { status: 'rejected', round: roundOf },

  apply(file, at) {
    const vendor = change(Vendor, at, file.vendor, { status: 'rejected' });
    return {
      ...linked,
      subjects: [vendor],
      answer: presentVendor({ ...file, vendor: vendor.after, approvals: [...file.approvals, at.approval.approval] }),
    };
  },
});
