import { defineEvidence, many } from '@summit/sdk';
import { Assessment, Vendor } from './entities.ts';
import { readVendor, roundOf } from './vendor.ts';

export const vendorEvidence = defineEvidence({
  id: 'vendor-risk',
  title: 'What proves a vendor',
  path: '/evidence/vendor-risk/:id',
  members: { vendor: Vendor, assessments: many(Assessment) },
  collect: readVendor,
  round: async (db, id) => roundOf(await readVendor(db, id)),
});
