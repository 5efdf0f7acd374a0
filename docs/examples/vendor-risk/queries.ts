import {
  defineQuery,
  Empty,
  listOf,
  pageOf,
  present,
  rangeOf,
  receiptsOf,
  Several,
  Strict,
  severalOf,
  statesOf,
  Timestamp,
  Type,
  valuesOf,
} from '@summit/sdk';
import { DATA_ACCESS, Vendor } from './entities.ts';
import { presentVendor, readVendor, VendorAnswer, VendorFileAnswer } from './vendor.ts';

/** The rules of the policy that allow. */
export const RISKS = ['low', 'medium', 'high'] as const;

const vendors = listOf(Vendor, { sort: ['created_at', 'name', 'yearly_spend', 'score', 'review_at'], search: ['name', 'note'] });

export const listVendors = defineQuery({
  id: 'vendor-risk.vendor.list',
  title: 'Vendors',
  route: { method: 'GET', path: '/vendor-risk/vendors' },
  query: Strict({
    status: Type.Optional(statesOf(Vendor)),
    risk: Type.Optional(severalOf(RISKS)),
    data_access: Type.Optional(severalOf(DATA_ACCESS)),
    country: Type.Optional(Several),
    created_since: Type.Optional(Timestamp),
    created_until: Type.Optional(Timestamp),
    ...vendors.parameters,
  }),
  answer: pageOf(VendorAnswer),
  async run({ db, query: { status, risk, data_access, country, created_since, created_until, ...asked } }) {
    const where = {
      status: valuesOf(status),
      risk: valuesOf(risk),
      data_access: valuesOf(data_access),
      country: valuesOf(country),
      created_at: rangeOf({ since: created_since, until: created_until }),
    };
    const page = await db.page(vendors, { ...asked, where });
    return { ...page, items: page.items.map((vendor) => present(VendorAnswer, vendor)) };
  },
});

export const getVendor = defineQuery({
  id: 'vendor-risk.vendor.get',
  title: 'One vendor',
  route: { method: 'GET', path: '/vendor-risk/vendors/:id' },
  query: Empty,
  answer: VendorFileAnswer,
  run: async ({ db, params }) => presentVendor(await readVendor(db, params.id ?? '')),
});

export const vendorReceipts = receiptsOf(Vendor, { path: '/vendor-risk/vendors', title: 'The receipts of a vendor' });
