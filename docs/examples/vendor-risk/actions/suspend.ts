import { change, defineAction, Empty, edge, none, Strict, Type } from '@summit/sdk';
import { PROCUREMENT_OUTCOMES, Vendor } from '../entities.ts';
import { lockVendor, presentVendor, VendorFileAnswer } from '../vendor.ts';

export const suspendVendor = defineAction({
  id: 'vendor-risk.vendor.suspend',
  title: 'Suspend a vendor',
  route: { method: 'POST', path: '/vendor-risk/vendors/:id/suspend' },
  roles: ['security_officer'],
  input: Empty,
  answer: VendorFileAnswer,
  entity: Vendor,
  from: ['accepted', 'review_due'],
  load: lockVendor,
  subject: ({ vendor }) => vendor,
  policy: none('any security officer may stop a vendor at any time'),
  settles: { query: 'vendor-risk.vendor.get', while: ['suspending'] },

  apply(file, at) {
    const vendor = change(Vendor, at, file.vendor, { status: 'suspending', review_at: null });
    return {
      subjects: [vendor],
      edges: [edge(file.vendor.id, 'suspended_by', at.actor.id)],
      usage: none('suspending is part of the workflow that the registration began'),
      messages: [{ effect: 'vendor-risk.block-purchases', subject: file.vendor.id, payload: { name: file.vendor.name } }],
      answer: presentVendor({ ...file, vendor: vendor.after }),
    };
  },
});

export const recordSuspension = defineAction({
  id: 'vendor-risk.vendor.record-suspension',
  title: 'Record what procurement said',
  roles: [],
  input: Strict({ procurement: Type.Enum([...PROCUREMENT_OUTCOMES]) }),
  entity: Vendor,
  from: ['suspending'],
  load: lockVendor,
  subject: ({ vendor }) => vendor,
  policy: none('the suspension has been decided, and this records its outcome'),

  apply(file, at) {
    const vendor = change(Vendor, at, file.vendor, { status: 'suspended', procurement: at.input.procurement });
    return {
      subjects: [vendor],
      edges: none('the suspension has linked who suspended'),
      usage: none('suspending is part of the workflow that the registration began'),
      answer: presentVendor({ ...file, vendor: vendor.after }),
    };
  },
});
